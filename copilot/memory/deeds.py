"""What a sentence is about, coarsely: which deed (refund, send, call …), which thing, which sums and numbers.

The same words decide whether a promise was kept, whether two texts are about the same matter, and what a memory has in common with a turn.
English, German and Spanish stems.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

_DEEDS: dict[str, str] = {
    "pay": r"refund\w*|reimburs\w+|credited|crediting|paid|pay(?:ing|ment|out)?|money\s+back|transfer(?:red|ring)?|compensat\w+|"
    r"\w*erstatt\w*|überw[ie]+s\w*|gut(?:ge)?schr[ie]+b\w*|"
    r"gutschrift|(?:zurück|aus)(?:ge|zu)?zahl\w*|reembols\w+|devolv\w+|devuel\w+|devoluci[óo]n|devolver\w*|abon(?:ado|aré|"
    r"amos|o|ar\w*)|ingres(?:ado|aré|amos)",
    "send": r"sen[dt](?:ing)?|e?-?mailed|e-?mail|mail(?:ed|ing)|post(?:ed|ing)?|shipp?(?:ed|ing)?|dispatch\w*|deliver\w*|"
    r"forward\w*|on\s+(?:its|the|their)\s+way|went\s+out|attached|enclosed|here\s+(?:is|are)\s+(?:the|your)|"
    r"\w*schick\w*|\w*(?:ge)?sand\w*|\w*send(?:e|en|et)|unterwegs|anbei|im\s+anhang|zugestellt|zustell\w*|liefer\w*|"
    r"env[ií]\w+|mand(?:o|ado|aré|amos)|en\s+camino|adjunt\w+|entreg\w+|brought|bring(?:ing)?|gebracht",
    "call": r"call(?:ed|ing)?|rang|ring(?:ing)?|phon(?:e|ed|ing)|(?:an|zurück)(?:ge|zu)?ruf\w*|ruf(?:e|en)|telefonier\w*|llam\w+|"
    r"spoke(?:n)?\s+(?:to|with)\s+you\b|our\s+call",
    "return": r"(?:get|got|come|came|be|am|i['’]m|report(?:ed)?)\s+back|in\s+touch|let(?:ting)?\s+(?:you|him|her|them)\s+know|"
    r"updat\w+|inform\w*|notif\w+|answer\w*|repl(?:y|ied)|respon[ds]\w*|wr[io]te\w*|written|follow(?:ed|ing)?[\s-]up|"
    r"hear\s+(?:back\s+)?from|keep\s+you|meld\w*|gemeldet|bescheid|antwort\w*|geschrieben|schreib\w*|benachrichtig\w*|"
    r"avis\w+|contest\w+|respond\w+|escri\w+|contact\w*|kontaktier\w*|reach\s+out|decision|noticias",
    "book": r"(?:re)?-?book(?:ed|ing)?|reserv(?:e|ed|ing|ieren|iert|aré|ado)|(?:um|ge|ein)+buch\w*|buch(?:e|en|t)|umgebucht|"
    r"put\s+you\s+on|seats?",
    "cancel": r"cancel\w*|stornier\w*|storniert|anul\w+",
    "replace": r"replac\w+|exchang\w+|swapp?\w*|new\s+card|ersatz\w*|ersetz\w*|(?:aus|um)(?:ge)?tausch\w*|sustitu\w+|reemplaz\w+",
    "fix": r"fix(?:ed|ing)?|repair\w*|correct(?:ed|ing|ion)?|resolv\w+|sort(?:ed|ing)?(?:\s+\w+)?\s+out|sorted|reset|unblock\w*|"
    r"unlock\w*|behoben|beheben|korrigier\w*|repar\w+|arregl\w+|correg\w+|solucion\w+",
    "check": r"check(?:ed|ing)?|look(?:ed|ing)?\s+into|investigat\w+|trac(?:e|ed|ing)|chas(?:e|ed|ing)|sp[eo]+ken?\s+(?:to|with)|"
    r"talked\s+to|ask(?:ed|ing)?|find\s+out|found\s+out|review\w*|prüf\w*|geprüft|klär\w*|geklärt|"
    r"nach(?:ge)?frag\w*|comprob\w+|revis\w+|consult\w+",
    "issue": r"issu(?:e|ed|ing)|process(?:ed|ing)?|open(?:ed|ing)|fil(?:e|ed)\s+(?:a|the)|rais(?:e|ed)|escalat\w+|regist\w+|"
    r"ausgestellt|ausstell\w*|bearbeit\w*|eröffn\w*|weitergeleitet|weiterleit\w*|tramit\w+|emit\w+|initiat\w+",
    "waive": r"waiv\w+|remov\w+|taken?\s+off|delet\w+|erlass\w*|gelöscht|lösch\w*|elimin\w+|borr\w+",
    "add": r"add(?:ed|ing)|add|appl(?:y|ied)|extend\w*|top(?:ped)?\s+up|verlänger\w*|hinzu\w*|a[ñn]ad\w+|aplic\w+|ampli\w+",
}
_DEED_PATTERNS = {name: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for name, words in _DEEDS.items()}
_THINGS: dict[str, str] = {
    "refund": r"refunds?|reimbursement|money\s+back|erstattung|rückerstattung|reembolso|devoluci[óo]n",
    "voucher": r"vouchers?|gutscheine?|vales?|bonos?|coupon",
    "card": r"cards?|\w*karte|tarjeta",
    "bag": r"bags?|suitcase|luggage|baggage|koffer|gepäck\w*|maletas?|equipaje",
    "letter": r"letter|brief|carta",
    "form": r"forms?|formular|formulario",
    "label": r"label|etikett|etiqueta",
    "receipt": r"receipts?|invoices?|quittung|rechnung|factura|recibo",
    "ticket": r"tickets?|boarding\s+pass\w*|billetes?",
    "hotel": r"hotel|room|zimmer|habitaci[óo]n",
    "points": r"points|miles|punkte|meilen|puntos|millas",
    "fee": r"fees?|charges?|gebühr\w*|tarifa|comisi[óo]n",
    "seat": r"seats?|sitzplatz|sitzplätze|asientos?",
    "confirmation": r"confirmation|bestätigung|confirmaci[óo]n",
    "replacement": r"replacement|ersatz\w*|sustituci[óo]n",
    "parcel": r"parcel|package|paket|paquete|order|bestellung|pedido",
    "credit": r"credit|gutschrift|guthaben|cr[ée]dito",
    "link": r"links?|enlace",
    "answer": r"answer|decision|result|update|reply|antwort|entscheidung|respuesta",
    "booking": r"bookings?|reservation|buchung|reserva",
    "account": r"account|konto|cuenta",
    "taxi": r"taxi",
    "meal": r"meal|breakfast|essen|verpflegung|comida",
}
_THING_PATTERNS = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _THINGS.items()}
_ANY_THING = re.compile("|".join(_THINGS.values()), re.IGNORECASE)
_CURRENCY = r"€|\$|£|EUR|USD|GBP|CHF|SEK|euros?|dollars?|pounds?|francs?|franken|d[óo]lares|libras"
MONEY = re.compile(
    rf"(?:(?P<c1>{_CURRENCY})\s?(?P<a1>\d[\d.,' ]{{0,18}}\d|\d)|(?P<a2>\d[\d.,']{{0,18}}\d|\d)\s?(?P<c2>{_CURRENCY}))(?!\w)", re.IGNORECASE
)
"""A sum with its currency on either side."""
_CODES = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "euro": "EUR",
    "euros": "EUR",
    "dollar": "USD",
    "dollars": "USD",
    "dólares": "USD",
    "dolares": "USD",
    "pound": "GBP",
    "pounds": "GBP",
    "libras": "GBP",
    "franc": "CHF",
    "francs": "CHF",
    "franken": "CHF",
}
_REFERENCE = re.compile(r"\b(?=[A-Z-]{0,16}\d)(?=\w{0,16}[A-Z]|\d{5})[A-Z0-9](?:[A-Z0-9-]{3,14})[A-Z0-9]\b")


class Gist(NamedTuple):
    """Deeds, things, sums (decimal text) and references of a text."""

    deeds: frozenset[str]
    things: frozenset[str]
    sums: frozenset[str]
    references: frozenset[str]


def gist(text: str) -> Gist:
    """What `text` is about."""
    return Gist(
        frozenset(name for name, pattern in _DEED_PATTERNS.items() if pattern.search(text)),
        frozenset(name for name, pattern in _THING_PATTERNS.items() if pattern.search(text)),
        frozenset(str(amount) for amount, _, _ in sums(text)),
        frozenset(match.group() for match in _REFERENCE.finditer(text)),
    )


def names_thing(word: str) -> bool:
    """Whether a word names one of the things that contacts are about."""
    return bool(_ANY_THING.fullmatch(word))


def sums(text: str) -> list[tuple[Decimal, str, tuple[int, int]]]:
    """Every sum of money: amount, currency code, place."""
    found = []
    for match in MONEY.finditer(text):
        amount = decimal(match.group("a1") or match.group("a2"))
        currency = (match.group("c1") or match.group("c2")).lower()
        if amount is not None:
            found.append((amount, _CODES.get(currency, currency.upper()), match.span()))
    return found


def decimal(written: str) -> Decimal | None:
    """1,234.50 · 1.234,50 · 142 · 142,5 → a number without trailing zeros; None when it is none."""
    digits = re.sub(r"[\s']", "", written).rstrip(".,")
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and len(digits) - last - 1 != 3:  # three digits after the mark are thousands
        whole, part = digits[:last], digits[last + 1 :]
    else:
        whole, part = digits, ""
    whole = whole.replace(".", "").replace(",", "")
    try:
        number = Decimal(f"{whole or 0}.{part or 0}")
    except InvalidOperation:
        return None
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
