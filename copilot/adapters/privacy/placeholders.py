"""The form of a placeholder, and how it is found again in what a model wrote.

`⟦NAME_1⟧`: the two brackets (U+27E6, U+27E7) occur in nobody's messages, so taking them out of what is sent makes forging
impossible, and models copy the token as a whole because it looks like a symbol.
"""

import re

OPEN, CLOSE = "\u27e6", "\u27e7"
_FORM = re.compile(rf"{OPEN} ?([A-Za-z]{{1,12}})[_ ]?([0-9]{{1,5}}) ?{CLOSE}")
_BEGINNING = re.compile(rf"{OPEN} ?[A-Za-z]{{0,12}}[_ ]?[0-9]{{0,5}} ?\Z")


def neutral(text: str) -> str:
    """The text with look-alikes made harmless: after this no placeholder stands in it."""
    return text.replace(OPEN, "[").replace(CLOSE, "]")


class Placeholders:
    """Values ↔ placeholders of one call. The same value (case and spacing aside) has the same placeholder."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[tuple[str, int], str] = {}
        self._counts: dict[str, int] = {}
        self._given: set[str] = set()

    def name(self, label: str, value: str) -> str:
        """The placeholder for a value; `value` is what `restore` puts back."""
        key = " ".join(value.casefold().split())
        if key not in self._names:
            number = self._counts[label] = self._counts.get(label, 0) + 1
            self._values[label, number] = value
            self._names[key] = f"{OPEN}{label}_{number}{CLOSE}"
        return self._names[key]

    def give(self, label: str, value: str) -> str:
        """The placeholder for a value that stands in what is sent: only such are put back."""
        placeholder = self.name(label, value)
        self._given.add(placeholder)
        return placeholder

    def restore(self, text: str) -> str:
        """Put the values back. A placeholder that was never given stays as it is."""
        return _FORM.sub(self._value, text)

    def restore_partial(self, text: str) -> str:
        """As restore, without a tail that may be the beginning of a placeholder."""
        beginning = _BEGINNING.search(text, max(0, len(text) - 24))
        return self.restore(text[: beginning.start()] if beginning else text)

    def _value(self, match: re.Match[str]) -> str:
        label, number = match[1].upper(), int(match[2])
        # A first name may be made of a whole one that was given; who is told a name is the checks' matter.
        given = label == "NAME" or f"{OPEN}{label}_{number}{CLOSE}" in self._given
        return self._values.get((label, number), match.group()) if given else match.group()
