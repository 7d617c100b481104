"""One call's masker: this customer's own values, and what Presidio's patterns find."""

from collections.abc import Sequence

from copilot.adapters.privacy.exact import ExactValues
from copilot.adapters.privacy.patterns import Finder
from copilot.adapters.privacy.placeholders import Placeholders, neutral
from copilot.adapters.privacy.spans import merged


class SecretMasker:
    """The Masker port. Values on record come back as they are on record ("MARIA" → "Maria"), others as they were written."""

    def __init__(self, secrets: Sequence[str], patterns: Finder) -> None:
        self._exact = ExactValues(secrets)
        self._patterns = patterns
        self._placeholders = Placeholders()
        for label, value in self._exact.known:
            self._placeholders.name(label, value)

    def mask(self, text: str) -> str:
        """The text with every personal value replaced; look-alikes of placeholders in it are made harmless first."""
        text = neutral(text)
        pieces: list[str] = []
        position = 0
        for span in merged([*self._exact.find(text), *self._patterns.find(text)], text):
            value = span.value if span.value is not None else text[span.start : span.end]
            pieces += [text[position : span.start], self._placeholders.give(span.label, value)]
            position = span.end
        return "".join([*pieces, text[position:]])

    def restore(self, text: str) -> str:
        return self._placeholders.restore(text)

    def restore_partial(self, text: str) -> str:
        return self._placeholders.restore_partial(text)
