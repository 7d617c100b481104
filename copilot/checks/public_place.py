"""In a public place nothing is said by which a person is known or reached, and nothing that only the record tells.

`disclosure` compares with the values on record. This check knows none: whatever looks like a number of theirs, and whatever speaks of their
account, their past with us or what they were promised, is withheld, also where they posted it themselves – it would confirm it.
"""

import re
from collections.abc import Iterator

from copilot.checks.base import Check, Checked
from copilot.checks.contacts import contacts
from copilot.checks.hiding import Place
from copilot.checks.ledger import Ledger, ledger
from copilot.checks.normalise import squeezed
from copilot.checks.spoken import Spoken, insertable, spoken
from copilot.domain.suggestion import CheckResult
from copilot.domain.turn import Turn

_LONG = 6
"""Characters from which on a code or number stands for one person's booking, order or account."""
_FLIGHT = re.compile(r"[a-z]{2}\d{1,4}", re.IGNORECASE)
"""A flight's or a train's number: many people's."""
_NUMBER = re.compile(rf"(?<![\w.,+-])\d{{{_LONG},}}(?![\w-]|[.,]\d)")
_SPOKEN_OF = {
    "their account": (
        r"\b(?:your|our) (?:account|file|record|records|profile|history|system) (?:shows?|says?|has|have|tells?|lists?)\b",
        r"\b(?:according to|from|in|on) (?:our records|your (?:file|record|records|customer file))\b",
        r"\b(?:we|I) have (?:[\w']+ ){0,4}on (?:file|record)\b",
        r"\bI (?:can )?see (?:(?:here|that|it) )*(?:in|on|from) your\b|\bwe (?:can )?see (?:in|on|from) your\b",
        r"\blaut (?:unseren|Ihren) (?:Unterlagen|Daten|Akten)\b",
        r"\b(?:sehe|sehen wir) (?:hier )?in (?:Ihrem|Ihrer|Ihren|deinem|deiner)\b",
        r"\b(?:in|auf) (?:Ihrem|deinem) (?:Kunden)?konto (?:steht|stehen|sind|ist)\b",
        r"\bseg[uú]n (?:nuestros|sus) (?:registros|datos)\b",
        r"\b(?:veo|vemos) (?:aqu[ií] )?en su\b|\ben su (?:cuenta|ficha) (?:consta|figura)",
    ),
    "how long they are with us": (
        r"\b(?:as|being) (?:a|our|one of our) (?:[\w-]+ ){0,3}(?:customer|member|guest|client)s?\b",
        r"\b(?:customer|member|guest|client|with us) (?:for|since)\b|\byears (?:with us|as (?:a|our))\b",
        r"\bals (?:unsere?|treue[r]?|langj[äa]hrige[r]?) (?:\w+ )?(?:Kund|Stammkund|Mitglied|Gast)\w*|\bJahren? (?:bei uns|Kund)",
        r"\bcomo cliente (?:nuestr|fiel|habitual)\w*|\bclient[ea] desde\b|\baños con nosotros\b",
    ),
    "what was between us": (
        r"\byour (?:last|previous|earlier|recent|other) (?:call|chat|e-?mail|letter|contact|conversation)s?\b",
        r"\byour (?:last|previous|earlier|recent|other) (?:trip|stay|visit|order|booking|flight|complaint|claim|refund)s?\b",
        r"\blast time you\b|\bwhen you (?:called|wrote|e-?mailed|chatted|visited|stayed|flew)\b",
        r"\byou (?:have |had )?(?:already )?(?:called|written|wrote|e-?mailed|contacted|chatted)\b[^.?!]{0,30}"
        r"\b(?:before|already|twice|times|last|ago)\b",
        r"\bIhr\w{0,2} (?:letzt|vorig|fr[üu]her)\w* (?:Anruf|Chat|E-?Mail|Nachricht|Brief)",
        r"\bIhr\w{0,2} (?:letzt|vorig|fr[üu]her)\w* (?:Buchung|Reise|Aufenthalt|Bestellung|Beschwerde)",
        r"\bals Sie (?:uns )?(?:zuletzt |letztes Mal )?(?:angerufen|geschrieben|da waren)\b",
        r"\bsu (?:[uú]ltim[oa]|anterior) (?:llamada|chat|correo|mensaje|carta|reserva|viaje|estancia|pedido|queja)\b",
        r"\bcuando (?:nos )?(?:llam[oó]|escribi[oó])",
    ),
    "what they were promised": (
        r"\bwe (?:had |have )?(?:already )?(?:promised|told|assured) you\b|\bas we promised\b|\bour promise to you\b",
        r"\b(?:haben|hatten) (?:wir )?(?:Ihnen|dir) [^.?!]{0,60}(?:versprochen|zugesagt)",
        r"\bwie wir (?:Ihnen|dir) (?:versprochen|zugesagt)\b",
        r"\b(?:le|les) (?:hab[ií]amos |hemos )?promet\w+\b|\bcomo (?:le )?prometimos\b",
    ),
}
_SIGNS = {what: re.compile("|".join(patterns), re.IGNORECASE) for what, patterns in _SPOKEN_OF.items()}
_INVITES = re.compile(
    r"\b(?:privat\w*|privad\w*|priv[ée]\w*|private(?:ly)?|direct(?:ly to us| message)|DMs?|PN|Direktnachricht\w*|mensajes? direct\w+)\b",
    re.IGNORECASE,
)


class PublicPlace(Check):
    """Withholds what points to the person or speaks of their record, and flags a reply to their own matter that invites nowhere."""

    name = "public"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with their places; none where nobody reads along."""
        if turn.channel != "social":
            return []
        book, found = ledger(turn), []
        for words in (*spoken(draft), *insertable(draft)):
            for place, what in (*_numbers(book, words), *_record(book, words)):
                detail = f"everybody reads along, and this tells {what}"
                found.append(CheckResult(name=self.name, outcome="withhold", detail=detail, span=words.span(*place)))
        if draft.kind in ("reply", "own") and _about_them(turn) and not _INVITES.search(draft.text):
            detail = "their own matter does not belong in public: ask for a private message"
            found.append(CheckResult(name=self.name, outcome="flag", detail=detail))
        return found


def _numbers(book: Ledger, words: Spoken) -> Iterator[tuple[Place, str]]:
    """Addresses and numbers that do not stand in what everybody can read."""
    for one in contacts(words.normal.text):
        place = (one.start, one.end)
        if one.kind in ("email", "phone") and not _published(book, one.value):
            yield place, "how a person is reached"
        elif one.kind == "code" and len(one.value) >= _LONG and not _FLIGHT.fullmatch(one.value) and not _published(book, one.value):
            yield place, "a number of theirs"
    for match in _NUMBER.finditer(words.normal.text):
        if not _published(book, match[0]):
            yield match.span(), "a number of theirs"


def _record(book: Ledger, words: Spoken) -> Iterator[tuple[Place, str]]:
    for what, sign in _SIGNS.items():
        for match in sign.finditer(words.normal.text):
            if not _published(book, match[0]):
                yield match.span(), what


def _published(book: Ledger, said: str) -> bool:
    plain = squeezed(said)
    return any(plain in source.squeezed for source in book.texts("public"))


def _about_them(turn: Turn) -> bool:
    evidence = turn.evidence
    return bool(evidence.needs or evidence.promises or evidence.fault)
