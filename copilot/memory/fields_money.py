"""Money: sums, cards, accounts, ways to pay."""

import re

from copilot.memory.deeds import MONEY
from copilot.memory.field_row import DIGIT, FieldRow, rx, said

_CARD_NAMES = r"(?:(?-i:[A-Z])\w+\s+)?card\s+(?:(?-i:[A-Z])\w+)|(?-i:(?:Plus|Reserve|Gold|Platinum|Classic|Premium|Black|Basic)\s+)card"
_PAYMENT = (
    r"PayPal|Visa(?:\s+card)?|Mastercard|Maestro|American\s+Express|Amex|credit\s+card|debit\s+card|bank\s+transfer|"
    r"direct\s+debit|Apple\s+Pay|Google\s+Pay|Klarna|Sofort|gift\s+card|voucher|travel\s+credit|cash|Kreditkarte|Lastschrift|"
    r"Überweisung|tarjeta(?:\s+de\s+cr[ée]dito)?|transferencia|Bizum"
)
_MONEY = re.sub(r"\?P<\w+>", "?:", MONEY.pattern)
_SIGNS = ("€", "$", "£", "eur", "usd", "gbp", "chf", "sek", "dollar", "pound", "fran", "dólar", "libra")

PAYMENT: tuple[FieldRow, ...] = (
    FieldRow(
        "refund_amount",
        "money",
        said("refund amount | amount of the refund | the amount | erstattungsbetrag | höhe der erstattung | importe del reembolso"),
        (
            rx(
                rf"(?:refund|owe|money\s+back|reimburse\w*|erstatt\w*|zurück|reembols\w+|devol\w+)[^.!?\n]{{0,40}}?(?P<v>{_MONEY})",
                rf"(?P<v2>{_MONEY})[^.!?\n]{{0,25}}?(?:refund|back\b|reimburse\w*|erstatt\w*|zurück|reembols\w+|devol\w+)",
            ),
        ),
        questions=(rx(r"\bhow\s+much\s+(?:was|is|were)\s+(?:the|your)\s+(?:refund|charge|payment)\b"),),
        fresh_days=180,
        carries_days=90,
        hints=_SIGNS,
    ),
    FieldRow(
        "amount",
        "money",
        (),
        (rx(rf"(?P<v>{_MONEY})"),),
        fresh_days=90,
        carries_days=0,
        hints=_SIGNS,
    ),
    FieldRow(
        "card_last4",
        "last4",
        said(
            "last four digits of your card | last 4 digits of your card | last four digits | last 4 digits | your card "
            "number | card number | letzten vier ziffern | letzten 4 ziffern | kartennummer | últimos cuatro dígitos | "
            "últimas cuatro cifras"
        ),
        (
            rx(
                r"\b(?:card|visa|mastercard|amex|karte|tarjeta)\b[^.!?\n]{0,25}?(?:end(?:ing|s)?(?:\s+(?:in|with|on))?|"
                r"last\s+(?:four|4)(?:\s+digits)?(?:\s+(?:are|is))?|[*x•.]{2,20}|endet\s+auf|endend\s+auf|terminad[ao]\s+en|"
                r"acaba\s+en)\s*:?\s*(?P<v>\d{4})\b",
                r"\b(?:ending|ends)\s+(?:in|with)?\s*(?P<v2>\d{4})\b",
                r"(?<![\w*•])[*x•]{2,}+[\s-]?(?P<v3>\d{4})\b",
                r"\blast\s+(?:four|4)(?:\s+digits)?\s*(?:are|is|:)?\s*(?P<v4>\d{4})\b",
            ),
        ),
        bare=rx(r"(?<!\d)(?P<v>\d{4})(?!\d)"),
        fresh_days=365,
        hints=(
            "card",
            "visa",
            "master",
            "amex",
            "karte",
            "tarjeta",
            "end",
            "last",
            "**",
            "xx",
            "••",
        ),
    ),
    FieldRow(
        "iban_last4",
        "last4",
        said("your iban | iban | bank details | bank account | bankverbindung | datos bancarios"),
        (rx(r"(?<!\w)(?P<v>(?-i:[A-Z]{2})\d{2}(?:\s?(?-i:[A-Z0-9]){4}){2,7}(?:\s?(?-i:[A-Z0-9]){1,3})?)(?!\w)"),),
        fresh_days=365,
        hints=(DIGIT,),
    ),
    FieldRow(
        "payment_method",
        "words",
        said("payment method | method of payment | zahlungsart | zahlungsmethode | método de pago | forma de pago"),
        (
            rx(
                rf"\b(?:paid|pay|paying|bezahlt|gezahlt|pagu[ée]|pagado)\b[^.!?\n]{{0,30}}?\b(?:with|by|via|through|using|on|mit|"
                rf"per|con|por)\s+(?:my\s+|a\s+|the\s+|meiner\s+|mi\s+|la\s+)?(?P<v>{_PAYMENT})\b",
            ),
        ),
        bare=rx(rf"\b(?P<v>{_PAYMENT})\b"),
        questions=(
            rx(r"\bhow\s+did\s+you\s+pay\b", r"\b(?:wie|womit)\s+haben\s+sie\s+(?:be)?zahlt\b", r"\bc[óo]mo\s+(?:pag[óo]|ha\s+pagado)\b"),
        ),
        fresh_days=365,
        hints=(
            "paid",
            "pay",
            "zahl",
            "pag",
        ),
    ),
    FieldRow(
        "card_product",
        "words",
        said("which card | your card | card product | type of card | welche karte | qué tarjeta"),
        (rx(rf"\b(?:my|the|have\s+(?:a|the)|got\s+(?:a|the)|meine|mi)\s+(?P<v>{_CARD_NAMES})\b"),),
        questions=(
            rx(
                r"\bwhich\s+(?:of\s+our\s+)?cards?\s+do\s+you\s+have\b",
                r"\bwelche\s+karte\s+haben\s+sie\b",
                r"\bqu[ée]\s+tarjeta\s+tiene\b",
            ),
        ),
        fresh_days=730,
        hints=(
            "card",
            "karte",
            "tarjeta",
        ),
    ),
)
