"""Two people changed one article: what can be put together is, and where both changed the same, both versions are kept to choose from."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from merge3 import Merge3

from copilot.domain.base import Frozen
from copilot.domain.knowledge import Article

MINE, THEIRS, END = "<<<<<<< yours", "=======", ">>>>>>> theirs"
"""Lines around what both changed, as version control writes them."""

_LISTS = ("tags", "products", "needs")
_KEYED = {"levers": "id", "asks": "question"}


class Merged(Frozen):
    """`conflicts`: fields that both changed differently. There `article` holds mine; its text holds both, between the marks."""

    article: Article
    conflicts: tuple[str, ...] = ()


def merge(base: Article, mine: Article, theirs: Article) -> Merged:
    """The three-way merge of two articles that were both begun from `base`."""
    fields, conflicts = {}, []
    for name in Article.model_fields:
        if name in ("id", "revision"):
            continue
        before, ours, others = (getattr(article, name) for article in (base, mine, theirs))
        fields[name], clash = _one(name, before, ours, others)
        if clash:
            conflicts.append(name)
    return Merged(article=mine.model_copy(update=fields), conflicts=tuple(conflicts))


def unmerged(article: Article) -> bool:
    """Whether its text still holds what a merge left to choose from."""
    lines = article.text.splitlines()
    return any(mark in lines for mark in (MINE, END))


def _one(name: str, before: Any, mine: Any, theirs: Any) -> tuple[Any, bool]:
    if mine in (before, theirs):
        return theirs, False
    if theirs == before:
        return mine, False
    if name == "text":
        return _text(before, mine, theirs)
    if name in _LISTS:
        return tuple(dict.fromkeys(one for one in (*mine, *theirs) if _stays(one, before, mine, theirs))), False
    if name in _KEYED:
        return _keyed(_KEYED[name], before, mine, theirs)
    return mine, True


def _stays(one: Any, before: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]) -> bool:
    """What either added stays, what either took away goes."""
    return (one in mine and one in theirs) or one not in before


def _keyed(key: str, before: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]) -> tuple[tuple[Any, ...], bool]:
    """Levers and questions, each by its key."""
    old, ours, others = ({getattr(one, key): one for one in some} for some in (before, mine, theirs))
    merged, clash = [], False
    for ident in dict.fromkeys([*ours, *others]):
        kept, here = _entry(ident, old, ours, others)
        clash = clash or here
        if kept is not None:
            merged.append(kept)
    return tuple(merged), clash


def _entry(ident: str, old: Mapping[str, Any], ours: Mapping[str, Any], others: Mapping[str, Any]) -> tuple[Any, bool]:
    before, mine, theirs = old.get(ident), ours.get(ident), others.get(ident)
    if mine in (before, theirs):
        return theirs, False
    if theirs == before:
        return mine, False
    return mine or theirs, True


def _text(before: str, mine: str, theirs: str) -> tuple[str, bool]:
    merging = Merge3(before.splitlines(), mine.splitlines(), theirs.splitlines())
    clash = any(group[0] == "conflict" for group in merging.merge_groups())
    lines = merging.merge_lines(name_a="yours", name_b="theirs", reprocess=False)
    return "\n".join(line.rstrip("\n") for line in lines), clash


class Hunk(Frozen):
    """Neighbouring lines of both versions of a text. `kind`: who changed them; "both": the same way; "conflict": in two ways."""

    kind: Literal["same", "mine", "theirs", "both", "conflict"]
    mine: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()


class Clash(Frozen):
    """A field, or one entry of a list by its key, that both changed in two ways. None: taken away."""

    field: str
    key: str = ""
    mine: Any
    theirs: Any


_KINDS: Mapping[str, Literal["same", "mine", "theirs", "both"]] = {"unchanged": "same", "a": "mine", "b": "theirs", "same": "both"}


def hunks(base: str, mine: str, theirs: str) -> list[Hunk]:
    """A text put together from two, piece by piece, so that a person can choose where both changed the same."""
    found = []
    for group in Merge3(base.splitlines(), mine.splitlines(), theirs.splitlines()).merge_groups():
        if group[0] == "conflict":
            found.append(Hunk(kind="conflict", mine=tuple(group[2]), theirs=tuple(group[3])))
        else:
            found.append(Hunk(kind=_KINDS[group[0]], mine=tuple(group[1]), theirs=tuple(group[1])))
    return found


def clashes(base: Article, mine: Article, theirs: Article) -> list[Clash]:
    """What a merge could not decide, but for the text."""
    found = []
    for name in merge(base, mine, theirs).conflicts:
        before, ours, others = (getattr(article, name) for article in (base, mine, theirs))
        if name in _KEYED:
            old, my, their = ({getattr(one, _KEYED[name]): one for one in some} for some in (before, ours, others))
            idents = [ident for ident in dict.fromkeys([*my, *their]) if _entry(ident, old, my, their)[1]]
            found += [Clash(field=name, key=ident, mine=my.get(ident), theirs=their.get(ident)) for ident in idents]
        elif name != "text":
            found.append(Clash(field=name, mine=ours, theirs=others))
    return found
