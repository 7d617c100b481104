"""How word lists and phrase lists are written in this room, so that people can read and extend them."""

import re

_NEGATED = "(?:n't|nt|n’t| not)"


def words(text: str) -> frozenset[str]:
    """The words of a list, separated by white space."""
    return frozenset(text.split())


def phrases(text: str, start: str = r"\b") -> re.Pattern[str]:
    """One pattern from a list, one regular expression a line, any of which may match after `start`; case does not matter.

    A space stands for white space, ` ?` for white space or none, N'T for the spellings of a negation; [ ] is one space.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    spaced = [
        line.replace(" ?", r"\s*").replace("N'T", _NEGATED).replace("[ ]", "\0").replace(" ", r"\s+").replace("\0", " ") for line in lines
    ]
    return re.compile(f"{start}(?:{'|'.join(spaced)})", re.IGNORECASE | re.MULTILINE)
