"""One call's masker: this customer's own values, and what Presidio's patterns find."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from copilot.adapters.privacy.exact import ExactValues
from copilot.adapters.privacy.patterns import Finder
from copilot.adapters.privacy.placeholders import Placeholders, neutral
from copilot.adapters.privacy.spans import Span, merged
from copilot.checks.kept import recent


@recent(16)
def _exact(secrets: tuple[str, ...]) -> ExactValues:
    """One customer's values are asked for by every draft of a turn; to build their pattern costs 10 ms."""
    return ExactValues(secrets)


PART = "\n\n"


@recent(512)
def _spans(exact: ExactValues, patterns: Finder, part: str) -> tuple[Span, ...]:
    return (*exact.find(part), *patterns.find(part))


class SecretMasker:
    """The Masker port. Values on record come back as they are on record ("MARIA" → "Maria"), others as they were written."""

    def __init__(self, secrets: Sequence[str], patterns: Finder) -> None:
        self._exact = _exact(tuple(secrets))
        self._patterns = patterns
        self._placeholders = Placeholders()
        for label, value in self._exact.known:
            self._placeholders.name(label, value)

    def mask(self, text: str) -> str:
        """The text with every personal value replaced; look-alikes of placeholders in it are made harmless first."""
        text = neutral(text)
        pieces: list[str] = []
        position = 0
        for span in merged(self._found(text), text):
            value = span.value if span.value is not None else text[span.start : span.end]
            pieces += [text[position : span.start], self._placeholders.give(span.label, value)]
            position = span.end
        return "".join([*pieces, text[position:]])

    def _found(self, text: str) -> Iterator[Span]:
        """Part by part: the prompts of one turn share most of their parts, and no value goes on over an empty line."""
        start = 0
        for part in text.split(PART):
            for span in _spans(self._exact, self._patterns, part):
                yield replace(span, start=span.start + start, end=span.end + start)
            start += len(part) + len(PART)

    def restore(self, text: str) -> str:
        return self._placeholders.restore(text)

    def restore_partial(self, text: str) -> str:
        return self._placeholders.restore_partial(text)
