"""Personal data by its shape: Presidio's pattern recognisers, run one by one.

They need no language model, and without Presidio's context words no tokens either: no spaCy pipeline takes part.
"""

import re
import threading
from collections.abc import Iterator
from typing import Any, Protocol

from copilot.adapters.privacy.cutting import card_numbers
from copilot.adapters.privacy.phones import candidates
from copilot.adapters.privacy.spans import Span

_LABELS = {"EMAIL_ADDRESS": "EMAIL", "IBAN_CODE": "IBAN", "CREDIT_CARD": "CARD", "IP_ADDRESS": "IP", "US_SSN": "SSN"}
_WORTH_A_LOOK = re.compile(r"@|\d\D{0,3}\d\D{0,3}\d\D{0,3}\d|:[0-9a-fA-F]*:")
_LIKE_AN_IP = re.compile(r"\d\.\d{1,3}\.\d{1,3}\.\d|[0-9a-fA-F]:[0-9a-fA-F:]*:")
_LEAST_SCORE = 0.4
_REGIONS = ("US", "GB", "DE", "FR", "IN")
"""National numbers are tried in these: between them they allow every length and grouping in use."""


class Finder(Protocol):
    """Finds places that hold personal data."""

    def find(self, text: str) -> list[Span]: ...


class PresidioPatterns:
    """E-mail and IP addresses, IBANs, card, phone and social security numbers. Presidio loads on first need.

    Safe to call from many threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recognisers: tuple[list[Any], list[Any]] | None = None

    def find(self, text: str) -> list[Span]:
        """Every place Presidio is at least fairly sure of; the spans may overlap."""
        if not _WORTH_A_LOOK.search(text):
            return []
        recognisers, phones = self._loaded()
        ip_worth_it = bool(_LIKE_AN_IP.search(text))
        found = [
            Span(hit.start, hit.end, _LABELS[hit.entity_type])
            for recogniser in recognisers
            if ip_worth_it or "IP_ADDRESS" not in recogniser.supported_entities
            for hit in recogniser.analyze(text, recogniser.supported_entities, None)
            if hit.score >= _LEAST_SCORE
        ]
        cards = [Span(start, end, "CARD") for start, end in card_numbers(text)]
        return [*found, *cards, *_phones(text, phones)]

    def _loaded(self) -> tuple[list[Any], list[Any]]:
        with self._lock:
            if self._recognisers is None:
                self._recognisers = _load()
            return self._recognisers


def _phones(text: str, recognisers: list[Any]) -> Iterator[Span]:
    """Presidio's phone recogniser walks the whole text once per region (0.6 s for 10 KB): it is shown only what may be a number."""
    for start, end in candidates(text):
        snippet = text[start:end]
        if any(recogniser.analyze(snippet, ["PHONE_NUMBER"], None) for recogniser in recognisers):
            yield Span(start, end, "PHONE")


def _load() -> tuple[list[Any], list[Any]]:
    import tldextract
    from presidio_analyzer import Pattern, PatternRecognizer
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        EmailRecognizer,
        IbanRecognizer,
        IpRecognizer,
        PhoneRecognizer,
        UsSsnRecognizer,
    )

    # The recogniser asks tldextract's shared instance, which fetches a suffix list from the network: ours has the bundled one only.
    suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    class OfflineEmailRecognizer(EmailRecognizer):
        def validate_result(self, pattern_text: str) -> bool:
            return bool(suffixes(pattern_text).fqdn)

    mistyped_iban = PatternRecognizer(
        "IBAN_CODE",
        name="IbanAsWritten",
        # Presidio refuses an IBAN whose checksum fails; a mistyped one is as personal.
        patterns=[Pattern("IBAN as written", r"(?i)\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b", 0.5)],
    )
    recognisers = [OfflineEmailRecognizer(), IbanRecognizer(), mistyped_iban, CreditCardRecognizer(), IpRecognizer(), UsSsnRecognizer()]
    return recognisers, [PhoneRecognizer(supported_regions=(region,), leniency=0) for region in _REGIONS]
