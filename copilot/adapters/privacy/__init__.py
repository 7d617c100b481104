"""Personal data: what is cut before anything is stored, and what a model provider does not see."""

from collections.abc import Sequence

from copilot.adapters.privacy.cutting import cut
from copilot.adapters.privacy.masking import SecretMasker
from copilot.adapters.privacy.patterns import Finder, PresidioPatterns

__all__ = ["PresidioPrivacy"]


class PresidioPrivacy:
    """The Privacy port: `cut` by fixed rules (no import, microseconds), maskers by exact values and Presidio's recognisers.

    Presidio is imported when the first text with something like a number or an address in it is masked (seconds, once): call
    `warm` in a thread at start-up, or mask in one.
    """

    def __init__(self, patterns: Finder | None = None) -> None:
        self._patterns = patterns or PresidioPatterns()

    def cut(self, text: str) -> str:
        """Card numbers, passwords, PINs and card security codes replaced by a mark. Cutting twice is the same as once."""
        return cut(text)

    def masker(self, secrets: Sequence[str]) -> SecretMasker:
        """Placeholders for one call: the same value gets the same one, numbered in the order of `secrets`."""
        return SecretMasker(secrets, self._patterns)

    def warm(self) -> None:
        """Load the recognisers now."""
        self._patterns.find("warm@example.com")
