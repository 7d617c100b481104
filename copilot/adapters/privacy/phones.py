"""What in a text may be a phone number: the right digits in a phone's grouping, and not a date, a sum or an order number."""

import re
from collections.abc import Iterator

_RUN = re.compile(
    r"(?<![\w./+\-])(?<!\d,)(?:\+|\(\+?)?\d(?:\d|[ \u00a0]?+[().\-/][ \u00a0]?+|[ \u00a0](?=\d)){5,24}\d"
    r"(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w]|[.,]\d)"
)
_EXTENSION = re.compile(r"\s?(?:x|ext\.?)\s?\d+\Z")
_DATE = re.compile(
    r"(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}(?:[ T].*)?"
    r"|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)?\d\d(?:\s.*)?|(?:19|20)\d\d\s?[-/]\s?(?:19|20)\d\d"
)
_SUM = re.compile(r"\d{1,3}(?:[., \u00a0]\d{3})*[.,]\d{1,2}|\d{1,3}(?:[.,]\d{3})+|\d{1,3}(?:[ \u00a0]\d{3})*[ \u00a0]000")
_MONEY = (
    r"(?:[€$£¥₹]|\b(?:EUR|USD|GBP|CHF|JPY|PLN|SEK|NOK|DKK|CZK|HUF|INR|BRL|euros?|dollars?|pounds?|francs?|points?|miles|Punkte|Meilen)\b)"
)
_MONEY_BEFORE, _MONEY_AFTER = re.compile(rf"{_MONEY}\s?\Z", re.IGNORECASE), re.compile(rf"\s?{_MONEY}", re.IGNORECASE)
_PHONE_WORD = re.compile(
    r"(?:phone|mobile|cell|tel|fax|call|text|whatsapp|sms|reach|ring|dial|number is|numbers? (?:are|to)|contact|desk|office|direct"
    r"|telefon|handy|anruf|ruf|nummer ist"
    r"|móvil|movil|llam|portable|appel|cellulare|chiam|telemóvel|ligue|bel(?:len)?)\b(?:[^\n]{0,40}|[^\n:]{0,20}:[ \t]*\n[ \t>]*)\Z",
    re.IGNORECASE,
)
_REFERENCE_WORD = re.compile(
    r"(?:order|ticket|booking|reservation|reference|ref|invoice|case|claim|confirmation|tracking|parcel|article|item|account"
    r"|contract|customer|member|flight|voucher|transaction|id|bestell\w*|buchung\w*|auftrag\w*|rechnung\w*|vorgang\w*|kunden\w*|vertrag\w*|pedido|reserva|factura|billete"
    r"|commande|réservation|facture|dossier|ordine|prenotazione|fattura)"
    r"\b[ \t]*(?:number|no\.?|nr\.?|nummer|code|#|número|numéro|numero|n°)?"
    r"[ \t]*(?:is|ist|es|est|è|:|=|#)?[ \t]*\Z",
    re.IGNORECASE,
)


def candidates(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of every stretch worth asking the phone recogniser about."""
    for match in _RUN.finditer(text):
        if _may_be(match.group(), text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 12]):
            yield match.span()


def _may_be(run: str, before: str, after: str) -> bool:
    number = _EXTENSION.sub("", run)
    digits = sum(c.isdigit() for c in number)
    if number.startswith(("+", "00", "(+")):
        return 8 <= digits <= 17
    if not 7 <= digits <= 12 or _DATE.fullmatch(number) or _SUM.fullmatch(number):
        return False
    if _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after) or before.endswith("#"):
        return False
    named_phone = bool(_PHONE_WORD.search(before))
    if _REFERENCE_WORD.search(before) and not named_phone:
        return False
    return named_phone or _grouped_as_a_phone(number, digits)


def _grouped_as_a_phone(number: str, digits: int) -> bool:
    """Without a word that says so: signs between the groups, a leading zero, or a phone's group lengths ("12 14 16 18" is no phone)."""
    groups = [len(group) for group in re.findall(r"\d+", number)]
    if number.startswith("0"):
        return len(groups) >= 2 or digits >= 9
    if re.search(r"[().\-/]", number):
        return len(groups) >= 2
    return groups == [3, 4] or (len(groups) >= 3 and groups[-1] >= 3)
