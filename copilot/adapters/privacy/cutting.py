"""What must never be stored: card numbers (Luhn), passwords, PINs and card security codes. Regular expressions only."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, pairwise

from copilot.adapters.privacy.secret_words import (
    CARD_WORDS,
    FILLERS,
    HARMLESS,
    OTHER_CARDS,
    PASSPHRASE_WORDS,
    PASSWORD_WORDS,
    PIN_WORDS,
    SECURITY_CODE_WORDS,
)

CARD_MARK = "[card number removed]"
PASSWORD_MARK = "[password removed]"  # noqa: S105 - the mark that takes a password's place
PIN_MARK = "[PIN removed]"
SECURITY_CODE_MARK = "[security code removed]"

_HIDDEN = r"[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*+"
"""What shows nothing may stand between any two digits: copied from a page, or put there to get past a filter."""
_GAP = rf"(?:[^\S\n]{_HIDDEN}){{0,2}}"
_SEPARATOR = rf"{_HIDDEN}{_GAP}(?:[.,\-\u2010-\u2015·•/_|*]{_HIDDEN}){{0,2}}{_GAP}(?:\n{_HIDDEN})?"
_DIGIT_RUN = re.compile(rf"(?<![^\W_])\d(?:{_SEPARATOR}\d){{12,}}(?![^\W_])")
_GROUP = re.compile(r"\d+")
_SHORTEST, _LONGEST = 13, 19

# How people join a word like "password" to its value: with a sign, or with a verb (and perhaps "still", "jetzt"). White space is limited
# everywhere: patterns with several unlimited stretches of it take hours for a page of nothing else.
_SIGN = r"\s{0,3}(?:[:=]|->|→)[^\S\n]{0,3}\n?[^\S\n]{0,3}"
_WHOSE = r"(?:\s{1,6}(?:for|to|of|von|für|zu|de|del|pour|per|di|voor|para)\s{1,6}[^\n.:=]{1,40}?)?"
_VERB = rf"{_WHOSE}\s{{1,6}}(?:is|was|are|ist|war|lautet|es|era|est|è|é|jest|är|er)\b\s{{0,6}}:?\s{{1,6}}"
_FILLER = rf"(?:(?:{FILLERS})\s{{1,6}})?"
_QUOTED = r"[\"'«»„“”‘’`]([^\n\"'«»„“”‘’`]{1,100})[\"'«»„“”‘’`]"
_MARKED = r"\[(?:card number|password|PIN|security code) removed\]"

_PASSWORD = re.compile(rf"(?i)(?<!\w)(?:{PASSWORD_WORDS})(?P<join>{_SIGN}|{_VERB}|\s{{1,6}}){_FILLER}(?!{_MARKED})(?P<value>{_QUOTED}|\S+)")
_PASSPHRASE = re.compile(rf"(?i)(?<!\w)(?:{PASSPHRASE_WORDS})(?:{_SIGN}|{_VERB})(?!{_MARKED})(?P<value>[^\n.]+)")
_NUMBER_JOIN = rf"(?:{_SIGN}|{_VERB}|\s{{1,6}}(?:number|code|nummer|número|numéro)?\s{{0,6}}:?\s{{0,6}}|#|\s{{0,6}}\()"
_PIN = re.compile(rf"(?i)(?<!\w)(?:{PIN_WORDS}){_NUMBER_JOIN}{_FILLER}(?P<value>\d(?:[ \-]?\d){{3,7}})(?![\w])")
# "Social security number is 853-37-1694" names no card's code: cut in half it would be neither known again nor masked.
_SECURITY_CODE = re.compile(rf"(?i)(?<!\w)(?<!social )(?:{SECURITY_CODE_WORDS}){_NUMBER_JOIN}{_FILLER}(?P<value>\d{{3,4}})(?!\w|[-.]\d)")
_SHORT_CARD = re.compile(
    rf"(?i)(?<!\w)(?P<other>(?:{OTHER_CARDS})[ -]?)?(?:{CARD_WORDS})\b[^\d\n]{{0,40}}"
    r"(?P<value>(?:5[0678]|6\d)(?:[ \-]?\d){10})(?!\w|[.,]\d)"
)
"""A Maestro number may have twelve digits, as order numbers have: only where the words before it say that it is a card's."""


def cut(text: str) -> str:
    """The text without card numbers, passwords, PINs and security codes; each is replaced by a mark that says what stood there."""
    text = _PASSPHRASE.sub(_marking(PASSWORD_MARK), text)
    text = _PASSWORD.sub(_password, text)
    if not any(character.isdigit() for character in text):
        return text
    text = _replaced(text, card_numbers(text), CARD_MARK)
    text = _replaced(text, _short_card_numbers(text), CARD_MARK)
    text = _SECURITY_CODE.sub(_marking(SECURITY_CODE_MARK), text)
    return _PIN.sub(_marking(PIN_MARK), text)


def _marking(mark: str) -> Callable[[re.Match[str]], str]:
    """A replacement that keeps the words around the group `value`."""

    def replace(match: re.Match[str]) -> str:
        start, end = match.start("value") - match.start(), match.end("value") - match.start()
        whole = match.group()
        return whole[:start] + mark + whole[end:]

    return replace


def _password(match: re.Match[str]) -> str:
    value = match.group("value")
    kept = re.search(r"[.,;:)\]]*\Z", value)
    tail = kept.group() if kept else ""
    bare = value[: len(value) - len(tail)]
    if not bare or not _is_password(bare, match.group("join")):
        return match.group()
    return match.group()[: match.start("value") - match.start()] + PASSWORD_MARK + tail


def _is_password(value: str, join: str) -> bool:
    """Does this word look like a password, given how it is joined?

    After a sign or a verb every word is one but those of ordinary sentences ("my password is wrong"); with nothing
    between, only what no word of a sentence looks like ("password hunter2", not "password reset").
    """
    if re.fullmatch(_QUOTED, value):
        return True
    word = value.strip("!?…'’\"")
    if len(word) < 3 or word.casefold() in HARMLESS or value.startswith(("http://", "https://")):
        return False
    if join.strip():
        return True
    has_digit, has_letter = any(c.isdigit() for c in value), any(c.isalpha() for c in value)
    has_sign = any(c in "!$%&#*@+~^_?" for c in value[:-1])
    return len(value) >= 4 and has_digit and (has_letter or has_sign or value.isdigit())


def card_numbers(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of every stretch of whole digit groups that forms a card number: 13 to 19 digits, Luhn, a possible issuer."""
    for run in _DIGIT_RUN.finditer(text):
        groups = [(run.start() + group.start(), run.start() + group.end()) for group in _GROUP.finditer(run.group())]
        starts = [0, *accumulate(end - start for start, end in groups)]
        digits = [int(c) for c in run.group() if c.isdigit()]
        sums = _luhn_sums(digits)
        index = 0
        commas = [0, *accumulate("," in run.string[one[1] : other[0]] for one, other in pairwise(groups))]
        while index < len(groups):
            end = _card_end(digits, starts, sums, index, commas)
            if end is not None:
                yield groups[index][0], groups[end - 1][1]
            index = end if end is not None else index + 1


def _short_card_numbers(text: str) -> Iterator[tuple[int, int]]:
    for match in _SHORT_CARD.finditer(text):
        digits = [int(c) for c in match["value"] if c.isdigit()]
        if not match["other"] and _luhn_sums(digits)[(len(digits) - 1) % 2][-1] % 10 == 0:
            yield match.span("value")


def _replaced(text: str, places: Iterable[tuple[int, int]], mark: str) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in places:
        pieces += [text[position:start], mark]
        position = end
    return "".join([*pieces, text[position:]])


def _card_end(digits: list[int], starts: list[int], sums: tuple[list[int], list[int]], first: int, commas: list[int]) -> int | None:
    """The index after the last group of the longest card number that begins with group `first`; None when there is none.

    `commas`: how many stand before each group.
    """
    found = None
    begin = starts[first]
    for end in range(bisect_left(starts, begin + _SHORTEST), len(starts)):
        after = starts[end]
        if after - begin > _LONGEST:
            break
        # Seen from the right every second digit counts double: which of the two running sums fits depends on the end.
        total = sums[(after - 1) % 2][after] - sums[(after - 1) % 2][begin]
        listed = commas[end - 1] > commas[first]
        if total % 10 == 0 and _issuable(digits[begin:after]) and (not listed or _is_no_list(starts[first : end + 1], digits[begin:])):
            found = end
    return found


def _is_no_list(starts: list[int], digits: list[int]) -> bool:
    """Are groups with commas between them a card number, not amounts or years in a row?

    They stand as on a card (4-4-4-4, 4-6-5, 4-6-4) or digit by digit, and the first digits are those of a card that is in use.
    """
    sizes = [after - before for before, after in pairwise(starts)]
    on_a_card = sizes in ([4, 6, 5], [4, 6, 4]) or (set(sizes[:-1]) == {4} and sizes[-1] <= 4)
    four = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    return (on_a_card or set(sizes) == {1}) and (digits[0] in (3, 4, 5, 6) or 2221 <= four <= 2720)


def _luhn_sums(digits: list[int]) -> tuple[list[int], list[int]]:
    """Running Luhn sums with the digits at even (first list) or odd (second) positions counted once, the others doubled."""
    doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits]
    even = [d if i % 2 == 0 else t for i, (d, t) in enumerate(zip(digits, doubled, strict=True))]
    odd = [t if i % 2 == 0 else d for i, (d, t) in enumerate(zip(digits, doubled, strict=True))]
    return [0, *accumulate(even)], [0, *accumulate(odd)]


def _issuable(digits: list[int]) -> bool:
    """Is there a card of this length with this beginning (ISO/IEC 7812)?

    One number in ten passes Luhn: at 13 to 15 digits, where tickets and devices have theirs, the issuer has to fit too.
    """
    if all(a == b for a, b in pairwise(digits)):
        return False
    first, two = digits[0], digits[0] * 10 + digits[1]
    if len(digits) == 13:
        return first in (4, 5, 6)
    if len(digits) == 14:
        return two in (30, 36, 38, 39) or first in (5, 6)
    if len(digits) == 15:
        return two in (34, 37, 21, 18) or first in (5, 6)
    return first != 0
