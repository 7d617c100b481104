"""Nobody else's data: addresses, numbers and references must belong to someone in this Turn (RELIABILITY, invariant 5)."""

import re
from collections.abc import Iterator

from copilot.checks.base import Check, Checked
from copilot.checks.claims import Claim
from copilot.checks.kept import kept_with
from copilot.checks.ledger import Ledger, ledger
from copilot.checks.normalise import fold, listed
from copilot.checks.sources import Origin
from copilot.checks.spoken import Spoken, spoken, whole
from copilot.domain.suggestion import CheckResult
from copilot.domain.turn import Turn

_OURS: frozenset[Origin] = frozenset(("public", "lever", "promise", "detail", "customer", "agent", "bot", "system"))
_COLLEAGUES: frozenset[Origin] = _OURS | {"internal", "note", "memory", "guide"}
"""A handover or a cue is read by colleagues, who may see all of this customer's record."""
_REFERENCE = re.compile(
    r"\b(?:booking|reservation|confirmation|reference|ref|pnr|locator|ticket|order|case|account|customer|member(?:ship)?|file|"
    r"card|iban|policy|buchung\w*|vorgang\w*|reservierung\w*|referenz|"
    r"kunden(?:nummer|nr)|kontonummer|reserva|localizador|referencia|pedido|billete|cuenta)\b(?:\s{1,9}(?:number|no|nr|code|"
    r"reference|ref|id|nummer|n[úu]mero|is|ist|lautet|es|of|ending|in)){0,6}\.?\s{0,9}[:#]?\s{0,9}"
    r"(?P<code>(?-i:[A-Z]{5,8})\b|[A-Z]{0,3}[ -]?\d{4,}\b)",
    re.IGNORECASE,
)
_NAME = r"[^\W\d_a-zß-öø-ÿ][^\W\d_]+(?:[-'’][^\W\d_]+)*"
_TITLED = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herrn?|Frau|Señora?|Sra?|Don|Doña)\b\.?\s+(?P<name>{_NAME}(?:\s+{_NAME})?)")
_GREETED = re.compile(
    rf"(?:^|\n)[^\S\n]*+(?:Hi|Hello|Hey|Dear|Good (?:morning|afternoon|evening)|Hallo|Liebe[rs]?|Guten (?:Tag|Morgen|Abend)|Sehr "
    rf"geehrte[rs]?|Hola|Estimad[ao]|Querid[ao]|Buenos d[íi]as|Buenas tardes),?\s+(?P<name>{_NAME}(?:\s+{_NAME})?)"
)
_INTRODUCED = re.compile(
    rf"\b(?:colleague|supervisor|manager|named|customer|passenger|kolleg(?:e|en|in)|kund(?:e|en|in)|compañer[oa]|cliente|"
    rf"pasajer[oa])\s+(?P<name>{_NAME}(?:\s+{_NAME})?)"
)
_PAIR = re.compile(rf"(?<=[\w,;:'’\"(-] )(?P<name>{_NAME}(?: (?:van|von|de|der|la|del|da))? {_NAME})\b")
_GERMAN_OF = re.compile(rf"\b(?:von|für|an|mit|bei)\s+(?P<name>{_NAME} {_NAME})\b")
_NO_NAMES = frozenset(
    fold(word)
    for word in listed(
        "sir madam customer team all there everyone again monday tuesday wednesday thursday friday saturday sunday january "
        "february march april may june july august september october november december "
        "damen herren kunde kundin gast señor señora cliente pasajero guest traveller traveler passenger thank thanks vielen "
        "danke gracias the i we you your my our please bitte "
        "support service card app trips claim settings profile account help contact center centre airport terminal hotel station "
        "street road international airlines airways bank "
        "visa mastercard american express apple google pay business economy premium class plus reserve start light flex gold "
        "silver platinum europe european union new york san los "
        "united states kingdom world tech desk miss unfortunately sie ihnen ihr ihre"
    )
)


class Others(Check):
    """Withholds e-mail addresses, phone numbers and references of nobody here; flags names of nobody here."""

    name = "others"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with their places."""
        book = ledger(turn)
        words = whole(draft)
        ours = _OURS if draft.for_customer else _COLLEAGUES
        found = [self._withhold(words, what, place) for what, place in _addresses(book, words, ours)]
        known = _people(turn)
        for spoken_words in spoken(draft):
            for name, place in _names(turn, spoken_words):
                if not all(fold(part) in known or fold(part) in _NO_NAMES for part in re.split(r"[\s-]+", name)):
                    span = spoken_words.span(*place)
                    found.append(CheckResult(name=self.name, outcome="flag", detail=f"nobody in this case is called “{name}”", span=span))
        return found

    def _withhold(self, words: Spoken, what: str, place: tuple[int, int]) -> CheckResult:
        detail = f"{what} belongs to nobody in this case"
        return CheckResult(name=self.name, outcome="withhold", detail=detail, span=words.span(*place))


def _addresses(book: Ledger, words: Spoken, ours: frozenset[Origin]) -> Iterator[tuple[str, tuple[int, int]]]:
    seen: set[tuple[int, int]] = set()
    for claim in book.claims_of(words.normal):
        if claim.kind in ("email", "phone", "code") and not book.supports(claim, ours) and not _is_a_kind(claim, words):
            seen.add(claim.at)
            yield f"“{claim.text}”", claim.at
    for match in _REFERENCE.finditer(words.normal.text):
        place = match.span("code")
        plain = re.sub(r"[\W_]", "", match["code"]).casefold()
        if any(a < place[1] and place[0] < b for a, b in seen) or fold(plain) in _NO_NAMES:
            continue
        if match["code"].isalpha() and not match["code"].isupper():
            continue
        if not book.holds(plain, ours):
            yield f"“{match['code']}”", place


def _is_a_kind(claim: Claim, words: Spoken) -> bool:
    """`A380`, `TW482` in a plan of flights, `COVID19`: short codes outside a reference's words are types or flights, not people's."""
    digits = sum(char.isdigit() for char in claim.values[0])
    short = claim.kind == "code" and len(claim.values[0]) <= 5 and digits <= 4
    before = words.normal.text[max(0, claim.at[0] - 40) : claim.at[1]]
    return short and not _REFERENCE.search(before)


@kept_with
def _people(turn: Turn) -> set[str]:
    """Every word of the evidence that may be a name, and the names in fields."""
    book = ledger(turn)
    texts = [source.text for source in book.texts(*_OURS, "memory", "note", "internal")]
    texts += [message.author_name for message in turn.window]
    texts += [turn.agent.name, turn.person.name if turn.person else "", turn.settings.company]
    texts += [part for promise in turn.evidence.promises for part in (promise.owner,)]
    texts += [detail.value for detail in turn.evidence.known_details]
    return {fold(part) for part in set(re.findall(r"[^\W\d_]+", "\n".join(texts)))}


def _names(turn: Turn, words: Spoken) -> Iterator[tuple[str, tuple[int, int]]]:
    text = words.normal.text
    patterns = [_TITLED, _GREETED, _INTRODUCED, _GERMAN_OF if turn.language == "de" else _PAIR]
    seen: list[tuple[int, int]] = []
    for pattern in patterns:
        for match in pattern.finditer(text):
            place = match.span("name")
            name = match["name"]
            if any(a < place[1] and place[0] < b for a, b in seen) or fold(name.split()[0]) in _NO_NAMES:
                continue
            seen.append(place)
            yield name, place
