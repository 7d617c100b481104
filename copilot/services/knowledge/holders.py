"""What holds a fact – an article, an open draft, a saved reply – and its places, by names that hold while nothing there changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.checks.article_facts import Spot, in_text, spots
from copilot.domain.editing import ArticleDraft
from copilot.domain.errors import Conflict, Invalid, Refused
from copilot.domain.facts import FactPlace, HolderKind, SavedReply
from copilot.domain.knowledge import Article
from copilot.domain.ports.records import Records
from copilot.services.knowledge.editing import Guard


@dataclass(frozen=True)
class Holder:
    """An article, a draft or a saved reply, as it was read. `stamp`: its revision or version; `blocked`: why it cannot be changed."""

    kind: HolderKind
    ident: str
    stamp: int
    held: Article | SavedReply
    blocked: str = ""

    @property
    def title(self) -> str:
        return self.held.title or self.ident

    def spots(self, old: str, new: str) -> list[Spot]:
        if isinstance(self.held, Article):
            return spots(self.held, old, new)
        return list(in_text(self.held.text, old, new, self.held.locale or "en", "text", "reply"))

    def name(self, spot: Spot) -> str:
        return f"{self.kind}:{self.ident}@{self.stamp}#{spot.name}"

    def places(self, old: str, new: str) -> list[FactPlace]:
        article_id = self.held.id if isinstance(self.held, Article) else ""
        shown = ("kind", "label", "sentence", "span", "written", "instead", "sure", "why")
        return [
            FactPlace(
                id=self.name(spot),
                holder=self.kind,
                holder_id=self.ident,
                article_id=article_id,
                title=self.title,
                blocked=self.blocked,
                **{name: getattr(spot, name) for name in shown},
            )
            for spot in self.spots(old, new)
        ]


def places_of(holders: Iterable[Holder], old: str, new: str) -> list[FactPlace]:
    """Where the value stands in each of them."""
    return [place for holder in holders for place in holder.places(old, new)]


async def of_draft(records: Records, draft: ArticleDraft) -> Holder:
    """An open draft; one of another change is blocked."""
    blocked = "It belongs to another change of a fact: have that one published first." if draft.change_id else ""
    return Holder("draft", draft.id, draft.version, draft.article, blocked)


def of_reply(reply: SavedReply) -> Holder:
    """A saved reply."""
    return Holder("reply", reply.id, reply.version, reply)


def by_holder(ids: Sequence[str]) -> dict[str, list[str]]:
    """Places by what holds them: everything of a place's id before the last `#`."""
    found: dict[str, list[str]] = {}
    for ident in dict.fromkeys(ids):
        found.setdefault(ident.rpartition("#")[0], []).append(ident)
    return found


def _named(name: str) -> tuple[str, str, int]:
    kind, _, rest = name.partition(":")
    ident, _, stamp = rest.rpartition("@")
    if kind not in ("article", "draft", "reply") or not ident or not stamp.isdecimal():
        raise Invalid(f"{name[:80]!r} is no place.", todo="Send ids of places as the search gave them.")
    return kind, ident, int(stamp)


def spots_of(holder: Holder, wanted: Sequence[str], old: str, new: str) -> list[Spot]:
    """The places with these ids. Raises Conflict for one that is gone, Invalid for one that cannot be written anew."""
    there = {holder.name(spot): spot for spot in holder.spots(old, new)}
    missing = [ident for ident in wanted if ident not in there]
    if missing:
        raise Conflict(f"“{holder.title}” does not say so any more.", todo="Search again and look at it.")
    for ident in wanted:
        if not there[ident].instead:
            raise Invalid(f"“{holder.title}”: {there[ident].sentence} – {there[ident].why}", todo="Leave it out, and edit it by hand.")
    return [there[ident] for ident in wanted]


async def of_article(records: Records, article: Article, guard: Guard) -> Holder:
    """An article; blocked while somebody has an open draft of it, or where a source is its master."""
    blocked = ""
    open_ = await records.editing.draft_of(article.id)
    if open_ is not None:
        who = await _name(records, open_.author)
        blocked = f"{who} has an open draft of it: change it there, or wait until it is published."
    else:
        try:
            await guard(records, article, article)
        except Refused as error:
            blocked = str(error)
    return Holder("article", article.id, article.revision, article, blocked)


async def held_by(records: Records, name: str, guard: Guard) -> Holder:
    """What a place's id names, as it is now. Raises Conflict when it was changed since."""
    kind, ident, stamp = _named(name)
    holder: Holder | None = None
    if kind == "article" and (article := await records.articles.get(ident)) is not None:
        holder = await of_article(records, article, guard)
    elif kind == "draft" and (draft := await records.editing.draft(ident)) is not None and draft.open:
        holder = await of_draft(records, draft)
    elif kind == "reply" and (reply := await records.facts.reply(ident)) is not None:
        holder = of_reply(reply)
    if holder is None or holder.stamp != stamp:
        title = holder.title if holder else ident
        raise Conflict(f"“{title}” was changed since you searched.", todo="Search again and look at it.")
    if holder.blocked:
        raise Conflict(f"“{holder.title}” cannot be changed here: {holder.blocked}", todo="Leave it out, or change its draft.")
    return holder


async def _name(records: Records, who: str) -> str:
    user = await records.admin.user(who)
    return user.name if user is not None else "Somebody"
