"""options: two or three materially different ways out, each within policy, each bending another constraint.

The same case gets the same options, whatever the name and the tone: only levers and their articles decide which they are. The words of
the conversation, the emotion and the turn's id play no part. With a model, it only words them.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field

from copilot.domain.errors import Invalid
from copilot.domain.knowledge import Authority, Hit
from copilot.domain.people import Assurance
from copilot.domain.suggestion import Abstention, Citation, Draft, Option, OptionsPayload
from copilot.domain.turn import Turn, TurnLever
from copilot.kinds import case
from copilot.kinds.base import Kind
from copilot.kinds.citing import Answer
from copilot.kinds.composing import shortened
from copilot.kinds.extract import Unit, units
from copilot.kinds.levers import rank, ranked_levers
from copilot.kinds.prompting import handles
from copilot.kinds.wording import english, limit_text
from copilot.retrieval.bends import bend_of

MOST = 3
_SOON = timedelta(days=14)
"""A lever that ends so soon says until when it may be used."""


class WordedOption(Answer):
    """How a model words one of the options it was given, by its handle."""

    source: Annotated[str, Field(max_length=20)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    gain: Annotated[str, Field(min_length=1, max_length=400)]
    cost: Annotated[str, Field(min_length=1, max_length=400)]


class OptionsAnswer(Answer):
    """The given options, worded for this case."""

    options: Annotated[list[WordedOption], Field(max_length=6)]


class _Way(NamedTuple):
    """One way out and what it stands on (full id)."""

    option: Option
    source: str


class Options(Kind):
    """Ways under levers that apply or may, and the ordinary route of an article; none that policy does not allow."""

    name = "options"
    prompt = "options"
    answer = OptionsAnswer
    stream = ()

    def wanted(self, turn: Turn) -> str | None:
        """When a lever may apply and the case is hot or a promise was broken; and when a supervisor has just said yes to something."""
        if not turn.waiting or not case.switched_on(turn, self.name) or not case.usable_levers(turn):
            return None
        if any(lever.grant_id for lever in case.usable_levers(turn)):
            return "a supervisor granted something"
        if case.broken_promise(turn):
            return "a promise is overdue and a lever may apply"
        heat = turn.evidence.emotion.heat
        return f"heat is {heat:.0f} and a lever may apply" if heat >= case.ANGRY else None

    def abstains(self, turn: Turn) -> Abstention | None:
        """No lever applies: what would have to change, and who can change it."""
        return None if case.usable_levers(turn) else _none(turn)

    def fallback(self, turn: Turn) -> Draft | Abstention:
        """Offers as their articles word them."""
        ways = _ways(turn)
        return _draft(turn, ways) if ways else _none(turn)

    def variables(self, turn: Turn) -> Mapping[str, Any]:
        """`picks`: the options to word, one a line."""
        by_source = {source: handle for handle, source in handles(turn).items()}
        return {
            "picks": "\n".join(f"- [{by_source[w.source]}] {w.option.title} ({w.option.value or 'no limit named'})" for w in _ways(turn))
        }

    def compose(self, turn: Turn, answer: BaseModel) -> Draft | Abstention:
        """The model's words for our options; what it left out keeps the article's words. Raises Invalid when it worded none of them."""
        if not isinstance(answer, OptionsAnswer):
            raise Invalid("The answer holds no options.")
        ways, known = _ways(turn), handles(turn)
        worded = {known.get(o.source.strip().strip("[]").upper(), ""): o for o in answer.options}
        if not any(way.source in worded for way in ways):
            raise Invalid("None of the options is one of those given.", todo="Word the given options, each under its handle.")
        return _draft(turn, [_reworded(way, worded.get(way.source)) for way in ways])


def _reworded(way: _Way, worded: WordedOption | None) -> _Way:
    """Title, gain and cost in the model's words; lever, authority, limit and condition stay the record's."""
    if worded is None:
        return way
    update = {"title": worded.title.strip(), "gain": worded.gain.strip(), "cost": worded.cost.strip()}
    return way._replace(option=way.option.model_copy(update=update))


def _ways(turn: Turn) -> list[_Way]:
    """At most three, each bending another constraint or needing another's authority; the ordinary route fills up to two."""
    chosen: list[TurnLever] = []
    levers = ranked_levers(turn)
    for same in (_bent_alike, _same_kind):
        for lever in levers:
            if len(chosen) < MOST and lever not in chosen and not any(same(lever, other) for other in chosen):
                chosen.append(lever)
    chosen.sort(key=rank)
    ways = [_way(turn, lever) for lever in chosen]
    ordinary = _ordinary(turn, chosen) if len(ways) < MOST else None
    return [*ways, ordinary] if ordinary else ways


def _bent_alike(lever: TurnLever, other: TurnLever) -> bool:
    return bend_of(lever.offer).bends == bend_of(other.offer).bends


def _same_kind(lever: TurnLever, other: TurnLever) -> bool:
    """Same constraint and same authority: only the amount differs, which is no other way out."""
    return _bent_alike(lever, other) and lever.authority == other.authority


def _way(turn: Turn, lever: TurnLever) -> _Way:
    bend, value = bend_of(lever.offer), limit_text(lever.limit)
    limit = f", {value}" if value else ""
    gain = bend.gain.format(limit="" if _says(lever.offer, value) else limit)
    option = Option(
        title=lever.offer,
        gain=f"{gain[0].upper()}{gain[1:]}." if gain.startswith("the ") else f"The customer {gain}.",
        lever_id=lever.id,
        basis=_allowed_by(turn, lever),
        authority=lever.authority,
        value=value,
        cost=bend.cost.format(limit=limit),
        confirm_first=_confirm(turn, lever),
    )
    return _Way(option, f"lever:{lever.id}")


def _says(title: str, value: str) -> bool:
    """Whether the title names the limit already."""
    return set(re.findall(r"\d+", value)) <= set(re.findall(r"\d+", title))


def _allowed_by(turn: Turn, lever: TurnLever) -> str:
    """The article, and for a grant who gave it."""
    article = _basis(turn, lever.article_id) if lever.article_id else ""
    return "; ".join(part for part in (article, lever.reason if lever.grant_id and lever.applies == "yes" else "") if part) or "a grant"


def _basis(turn: Turn, article_id: str) -> str:
    """The article that allows it, by title and id."""
    title = next((p.title for p in turn.evidence.passages if p.article_id == article_id), "")
    return f"{title} ({article_id})" if title else article_id


def _confirm(turn: Turn, lever: TurnLever) -> str:
    """What must be true first: the open condition, identity, and a date that is near."""
    first = []
    if lever.applies == "unknown":
        first.append(lever.reason.removeprefix("confirm:").strip() or lever.when.text or "that its condition holds")
    if turn.assurance is not Assurance.PROVEN:
        first.append("who is speaking: identity is not proven")
    if lever.until and lever.until - turn.as_of <= _SOON:
        first.append(f"that it is used by {english(turn).day(lever.until, turn.as_of)}, when it ends")
    return "; ".join(first)


def _ordinary(turn: Turn, chosen: Sequence[TurnLever]) -> _Way | None:
    """The way that an article describes for everybody, where no lever of it is an option already bent the same way.

    Chosen by article, not by the words of the question: of the levers' own articles first, then by score.
    """
    own = {lever.article_id for lever in chosen}
    public = sorted(
        (p for p in turn.evidence.passages if p.audience == "public"), key=lambda p: (p.article_id not in own, -p.score, p.passage_id)
    )
    for passage in public[:3] if turn.evidence.coverage.covered else []:
        unit = _step(passage, {bend_of(lever.offer).bends for lever in chosen})
        if unit:
            return _Way(_by_article(turn, unit), unit.source)
    return None


def _step(passage: Hit, bent: set[str]) -> Unit | None:
    """The first sentence that tells what is done, and bends nothing that an option bends already."""
    for unit in units(passage):
        does = any(sign in f" {unit.text.casefold()} " for sign in (" we ", " you can ", " you may ", " wir ", " sie können ", " puede "))
        if (
            does
            and not unit.row
            and not unit.text.endswith((":", "?"))
            and 5 <= len(unit.text.split()) <= 40
            and bend_of(unit.text).bends not in bent
        ):
            return unit
    return None


def _by_article(turn: Turn, unit: Unit) -> Option:
    return Option(
        title=f"The ordinary way: {shortened(unit.text, 160)}",
        gain="The customer gets what everybody gets, without anybody's approval.",
        lever_id=None,
        basis=_basis(turn, unit.passage.article_id),
        authority="agent",
        value="",
        cost="Customer: the time it takes. Us: nothing beyond the rule.",
        confirm_first="" if turn.assurance is Assurance.PROVEN else "who is speaking: identity is not proven",
    )


_MAY: Mapping[Authority, str] = {"agent": "you may say yes", "supervisor": "a supervisor has to say yes"}


def _draft(turn: Turn, ways: Sequence[_Way]) -> Draft:
    """Numbered; title, then gain, cost, basis and what to confirm."""
    blocks, citations, start = [], [], 0
    for number, (option, source) in enumerate(ways, 1):
        who = "you may say yes" if turn.agent.role == "supervisor" else _MAY[option.authority]
        head = f"{number}. {option.title}"
        limit = "" if _says(option.title, option.value) else f" ({option.value})"
        block = f"{head}{limit} – {who}\n   {option.gain} {option.cost}\n   Basis: {option.basis}"
        block += f"\n   First confirm: {option.confirm_first}" if option.confirm_first else ""
        citations.append(Citation(span=(start + len(str(number)) + 2, start + len(head)), source=source))
        blocks.append(block)
        start += len(block) + 1
    return Draft(text="\n".join(blocks), payload=OptionsPayload(options=tuple(w.option for w in ways)), citations=tuple(citations))


def _none(turn: Turn) -> Abstention:
    """What would have to change, and who can change it."""
    refused = sorted((lever for lever in turn.evidence.levers if lever.applies == "no"), key=lambda lever: lever.id)
    if refused:
        reasons = "; ".join(f"“{lever.offer}” ({_allowed_by(turn, lever)}): {lever.reason.rstrip('.')}" for lever in refused[:3])
        return Abstention(
            reason=f"No lever applies. {reasons}. A supervisor may decide beyond it; the article's owner can change the rule."
        )
    found = f" (nearest: “{turn.evidence.passages[0].title}”)" if turn.evidence.passages else ""
    return Abstention(
        reason=f"No article that was found{found} allows anything beyond its rule. "
        "A supervisor may decide beyond it, or the article's owner adds a lever."
    )
