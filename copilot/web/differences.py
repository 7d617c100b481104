"""What differs between two versions of an article: its fields in words, its text line by line, and within a line word by word."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from copilot.domain.base import Frozen
from copilot.domain.knowledge import Article, Ask, Condition, Lever, Limit
from copilot.web.times import money

Kind = Literal["same", "gone", "new"]
AROUND: Final = 2
"""Unchanged lines that are shown beside a change."""
LONGEST: Final = 4_000
"""Lines beyond which common ones are not looked at closely (difflib's own short cut), so that no text holds up the service."""
MOST_WORDS: Final = 600
"""Words of a line beyond which it is shown as one piece."""
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
LABELS: Final = {
    "title": "Title",
    "status": "State",
    "audience": "Readers",
    "owner": "Owner",
    "tags": "Tags",
    "products": "Products",
    "locale": "Language",
    "group": "Same article in other languages",
    "valid_from": "Valid from",
    "review_by": "Review by",
    "levers": "Levers",
    "asks": "Questions to ask",
    "needs": "What must be known",
    "policy": "Policy",
    "text": "Text",
}


class Piece(Frozen):
    """Words that stand in both versions, or in one of them."""

    kind: Kind
    text: str


class Line(Frozen):
    """A line of the text. `skipped`: so many unchanged lines are left out here."""

    kind: Kind = "same"
    pieces: tuple[Piece, ...] = ()
    skipped: int = 0


class Changed(Frozen):
    """A field, a lever or a question that is not the same."""

    name: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


class Differences(Frozen):
    """Of two versions of an article; both empty: they say the same."""

    fields: tuple[Changed, ...]
    lines: tuple[Line, ...]

    @property
    def none(self) -> bool:
        return not self.fields and not self.lines


def differences(before: Article | None, after: Article) -> Differences:
    """What changed from one to the other. Without `before` everything is new."""
    old = before or Article(id=after.id, title="", text="", status=after.status)
    fields = tuple(_fields(old, after))
    return Differences(fields=fields, lines=tuple(text_lines(old.text, after.text)))


def _fields(old: Article, new: Article) -> Iterator[Changed]:
    for name, label in LABELS.items():
        before, after = getattr(old, name), getattr(new, name)
        if name == "text" or before == after:
            continue
        if name in ("levers", "asks"):
            yield from _entries(name, before, after)
        else:
            yield _changed(label, in_words(before), in_words(after))


def _entries(name: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Changed]:
    key, label = ("id", "Lever") if name == "levers" else ("question", "Question")
    old, new = ({getattr(one, key): in_words(one) for one in some} for some in (before, after))
    for ident in dict.fromkeys([*old, *new]):
        if old.get(ident) != new.get(ident):
            yield _changed(f"{label} {ident}" if name == "levers" else label, old.get(ident, ""), new.get(ident, ""))
    if list(old) != list(new) and set(old) == set(new):
        yield _changed(f"Order of {name}", ", ".join(old), ", ".join(new))


def _changed(name: str, before: str, after: str) -> Changed:
    was, becomes = within(before, after)
    return Changed(name=name, before=was, after=becomes)


def text_lines(before: str, after: str) -> Iterator[Line]:
    """Only what changed, with a little around it. Nothing when both are the same."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > LONGEST)
    done = 0
    for group in matcher.get_grouped_opcodes(AROUND):
        if (skipped := group[0][1] - done) > 0:
            yield Line(skipped=skipped)
        for tag, start, end, start_new, end_new in group:
            if tag == "equal":
                yield from (Line(pieces=_whole("same", line)) for line in old[start:end])
            else:
                yield from _replaced(old[start:end], new[start_new:end_new])
        done = group[-1][2]
    if (skipped := len(old) - done) > 0:
        yield Line(skipped=skipped)


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Lines that became others; where as many come as go, each is set beside its own."""
    paired = [within(was, becomes) for was, becomes in zip(old, new, strict=False)] if len(old) == len(new) else []
    gone = [was for was, _ in paired] or [_whole("gone", line) for line in old]
    come = [becomes for _, becomes in paired] or [_whole("new", line) for line in new]
    yield from (Line(kind="gone", pieces=pieces) for pieces in gone)
    yield from (Line(kind="new", pieces=pieces) for pieces in come)


def within(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts cut into what they share and what they do not, by words. Texts that share little are left whole."""
    old, new_words = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new_words, autojunk=False)
    if max(len(old), len(new_words)) > MOST_WORDS or matcher.ratio() < 0.4:
        return _whole("gone", before), _whole("new", after)
    codes = matcher.get_opcodes()
    was: list[Piece] = []
    becomes: list[Piece] = []
    for at, (tag, start, end, start_new, end_new) in enumerate(codes):
        gone, new = "".join(old[start:end]), "".join(new_words[start_new:end_new])
        same = tag == "equal" and not (gone.isspace() and 0 < at < len(codes) - 1)
        _append(was, "same" if same else "gone", gone)
        _append(becomes, "same" if same else "new", new)
    return tuple(was), tuple(becomes)


def _append(pieces: list[Piece], kind: Kind, text: str) -> None:
    """Words of one kind are one piece: a space between two changed words belongs to the change."""
    if pieces and pieces[-1].kind == kind:
        pieces[-1] = Piece(kind=kind, text=pieces[-1].text + text)
    else:
        pieces += _whole(kind, text)


def _whole(kind: Kind, text: str) -> tuple[Piece, ...]:
    return (Piece(kind=kind, text=text),) if text else ()


def in_words(value: Any) -> str:
    """A field's value as a person reads it."""
    if isinstance(value, Lever):
        return lever_words(value)
    if isinstance(value, Ask):
        because = f" Why: {value.why}" if value.why else ""
        decides = f" It decides: {value.decides}" if value.decides else ""
        return f"{value.question} (fills {value.field}){because}{decides}"
    if isinstance(value, tuple):
        return ", ".join(map(in_words, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "strftime"):
        bare = f"{value.day} {value:%B %Y}"
        return bare if value.strftime("%H:%M") in ("00:00", "23:59") else f"{bare}, {value:%H:%M} UTC"
    return str(value or "")


def lever_words(lever: Lever) -> str:
    """A lever as one sentence would say it."""
    parts = [lever.offer, *([f"up to {limit_words(lever.limit)}"] if lever.limit else [])]
    parts.append("an agent may" if lever.authority == "agent" else "a supervisor has to agree")
    if when := condition_words(lever.when):
        parts.append(f"when {when}")
    if lever.until:
        parts.append(f"until {in_words(lever.until)}")
    return "; ".join(parts)


def limit_words(limit: Limit) -> str:
    """A limit such as "€40.00", "30 days", "10 %"."""
    if limit.amount_minor is not None:
        return money(limit.amount_minor, limit.currency or "EUR")
    if limit.percent is not None:
        return f"{limit.percent:g} %"
    unit, count = ("day", limit.days) if limit.days is not None else ("month", limit.months)
    return f"{count} {unit}{'' if count == 1 else 's'}"


def condition_words(when: Condition) -> str:
    """The words of a condition, then its clauses in brackets."""
    clauses = ", ".join(
        f"{clause.field.replace('_', ' ')} "
        + ("is on record" if clause.op == "exists" and clause.value is not False else f"{clause.op} {_value(clause.value)}".strip())
        for clause in when.all
    )
    return f"{when.text} ({clauses})" if when.text and clauses else when.text or clauses


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
