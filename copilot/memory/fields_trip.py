"""The journey and the stay: references, flights, dates, company."""

from copilot.memory.dates import DATE
from copilot.memory.field_row import DIGIT, IS, PLACE, FieldRow, rx, said

_CODE = r"(?-i:(?=[A-Z0-9-]*\d)[A-Z0-9]{2,4}-?[A-Z0-9]{3,8}|[A-Z]{6})"
_SIX = r"(?-i:(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6})"
_LOOSE = r"(?=[A-Za-z-]*\d)[A-Za-z0-9]{2,4}-?[A-Za-z0-9]{3,8}"
_AIRLINE = r"(?-i:(?!EU|UE|RF|TS|SEK|EUR)(?:[A-Z]{2}|[A-Z]\d|\d[A-Z])\s?\d{2,4})"
_NOT_PLACE = (
    r"(?-i:(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|January|February|"
    r"March|April|May|June|July|August|September|October|November|December|Flex|Light|Standard|Terminal|Gate|The|My|Your))"
)
_COUNT = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|ein(?:e[nm]?)?|zwei|drei|vier|fünf|un[ao]?|dos|tres|cuatro|cinco)"
_KIN = (
    r"(?:adults?|children|child|kids?|infants?|bab(?:y|ies)|toddlers?|people|persons?|passengers?|erwachsene|kind(?:er)?|"
    r"personen|adultos?|niñ[oa]s?|personas|pasajeros)"
)
_DATE = rf"(?P<v>{DATE})"

TRIP: tuple[FieldRow, ...] = (
    FieldRow(
        "hotel_booking",
        "code",
        said(
            "hotel booking number | hotel booking reference | hotel booking | hotel reservation | hotel confirmation number |"
            " hotelbuchung | hotelbuchungsnummer | reserva de hotel | reserva del hotel"
        ),
        (
            rx(
                r"\b(?:hotel|stay|room|zimmer|hotel-?)\s?(?:booking|reservation|confirmation|voucher|buchung(?:snummer)?|"
                rf"reserva)\b{IS}(?P<v>{_CODE})\b",
                rf"\breserva\s+(?:de|del)\s+hotel\b{IS}(?P<v2>{_CODE})\b",
                r"(?<![\w-])(?P<v3>TS-\d{5,7})\b",
            ),
        ),
        bare=rx(rf"(?<![\w-])(?P<v>{_CODE})(?![\w-])"),
        fresh_days=180,
        carries_days=120,
        from_company=True,
        hints=(DIGIT,),
    ),
    FieldRow(
        "baggage_reference",
        "code",
        said(
            "baggage reference | baggage reference number | bag reference | luggage reference | pir number | file reference |"
            " property irregularity report | gepäckreferenz | gepäcknummer | referenz für das gepäck | referencia de "
            "equipaje | referencia del equipaje"
        ),
        (
            rx(
                r"(?<!\w)(?P<v>(?-i:[A-Z]{5}\d{5}))(?!\w)",
                r"\b(?:pir|(?:baggage|bag|luggage|suitcase|lost\s+property)\s+(?:file|report|reference|claim|ref)|"
                rf"gepäck\w*(?:nummer|referenz))\b{IS}(?P<v2>{_CODE})\b",
            ),
        ),
        bare=rx(rf"(?<![\w-])(?P<v>{_CODE})(?![\w-])"),
        fresh_days=90,
        carries_days=90,
        from_company=True,
        hints=(DIGIT,),
    ),
    FieldRow(
        "order_number",
        "code",
        said("order number | your order number | order id | bestellnummer | auftragsnummer | número de pedido"),
        (rx(rf"\b(?:order|bestell(?:ung|nummer)|auftrags?(?:nummer)?|pedido)\b{IS}(?P<v>{_CODE}|\d{{5,14}})\b"),),
        bare=rx(rf"(?<![\w-])(?P<v>{_CODE}|\d{{5,14}})(?![\w-])"),
        fresh_days=180,
        carries_days=90,
        from_company=True,
        hints=(
            "order",
            "bestell",
            "auftrag",
            "pedido",
        ),
    ),
    FieldRow(
        "booking_reference",
        "code",
        said(
            "booking reference | booking number | booking code | reservation number | reservation code | confirmation number "
            "| confirmation code | record locator | pnr | booking ref | your reference | buchungsnummer | buchungscode | "
            "reservierungsnummer | buchungsreferenz | número de reserva | localizador | código de reserva | referencia de la "
            "reserva"
        ),
        (
            rx(
                r"\b(?:booking|reservation|confirmation|reference|ref|pnr|locator|buchungs?(?:nummer|code|referenz|nr)?|"
                rf"reservierung(?:snummer)?|referenz|reserva|localizador|referencia)\b{IS}(?P<v>{_CODE})\b",
                r"\b(?:booking|reservation|confirmation|pnr|buchungs?)\s*(?:reference|number|code|ref|"
                rf"nummer)\b{IS}(?P<v2>{_LOOSE})\b",
                rf"(?<![\w-])(?P<v3>{_SIX})(?![\w-])",
            ),
        ),
        bare=rx(rf"(?<![\w-])(?P<v>{_CODE}|{_LOOSE})(?![\w-])"),
        fresh_days=180,
        carries_days=90,
        from_company=True,
        hints=(
            DIGIT,
            "book",
            "reserv",
            "ref",
            "confirmation",
            "pnr",
            "locator",
            "buchung",
            "localizador",
        ),
    ),
    FieldRow(
        "booking_route",
        "route",
        said("your route | which route | die strecke | ihre strecke | la ruta"),
        (
            rx(
                r"(?<![\w-])(?P<v>(?-i:[A-Z]{3}\s?(?:-|–|→|to)\s?[A-Z]{3}))(?![\w-])",
                rf"\b(?:from|von)\s+(?P<a>{_NOT_PLACE}{PLACE})\s+(?:to|nach)\s+(?P<b>{_NOT_PLACE}{PLACE})",
                rf"\bde\s+(?P<a2>{_NOT_PLACE}{PLACE})\s+a\s+(?P<b2>{_NOT_PLACE}{PLACE})",
                rf"(?<!\w)(?P<a3>{_NOT_PLACE}{PLACE})\s?(?:–|→|->)\s?(?P<b3>{PLACE})",
            ),
        ),
        questions=(
            rx(
                r"\bwhere\s+(?:are|were|do)\s+you\s+(?:flying|travel+ing|going|fly)\b",
                r"\bwohin\s+(?:fliegen|reisen|möchten)\b",
                r"\bad[óo]nde\s+(?:viaja|vuela)\b",
            ),
        ),
        fresh_days=180,
        carries_days=60,
        hints=(
            " to ",
            " nach ",
            " a ",
            "–",
            "→",
            "->",
            "-",
        ),
    ),
    FieldRow(
        "flight_number",
        "code",
        said("flight number | your flight number | flugnummer | número de vuelo"),
        (
            rx(
                rf"\b(?:flight|flug|vuelo)\b{IS}(?P<v>{_AIRLINE}|[a-z]{{2}}\s?\d{{3,4}})\b",
                r"(?<![\w-])(?P<v2>(?-i:[A-Z]{2}\d{3,4})(?<!EU\d{3}))(?![\w-])",
            ),
        ),
        bare=rx(rf"(?<!\w)(?P<v>{_AIRLINE})\b"),
        questions=(rx(r"\bwhich\s+flight\s+(?:is\s+it|was\s+it|are\s+you|were\s+you)\b", r"\bwelche[rn]?\s+flug\s+(?:ist|war|haben)\b"),),
        fresh_days=90,
        carries_days=45,
        hints=(DIGIT,),
    ),
    FieldRow(
        "hotel_name",
        "words",
        said("name of the hotel | hotel name | which hotel | name des hotels | welches hotel | nombre del hotel | qué hotel"),
        (
            rx(
                r"\b(?P<v>(?-i:Hotel|Pension|Hostal|Gasthof)(?:\s+(?:(?-i:de|la|del|am|zum|zur|der|"
                r"Los)\s+)?(?-i:[A-ZÀ-Þ])[\wÀ-ÿ'’-]{1,40}){1,4})",
                r"\b(?:at|in|im)\s+(?:the\s+)?(?P<v2>(?:(?-i:[A-ZÀ-Þ])[\wÀ-ÿ'’-]{1,40}\s+){1,3}(?-i:Hotel|Inn|Resort|Hostel))\b",
            ),
        ),
        fresh_days=180,
        carries_days=60,
        hints=(
            "hotel",
            "inn",
            "resort",
            "hostel",
            "hostal",
            "pension",
            "gasthof",
        ),
    ),
    FieldRow(
        "fare",
        "words",
        said("which fare | your fare | fare type | ticket type | welchen tarif | ihr tarif | qué tarifa"),
        (
            rx(
                r"\b(?P<v>(?-i:Light|Lite|Standard|Flex|Basic|Economy|Premium\s+Economy|Premium|Business|First|Saver|Classic|"
                r"Plus))[\s-]*(?:fare|ticket|tarif|tarifa|rate)\b",
                r"\b(?:fare|tarif|tarifa)\s+(?:is\s+|ist\s+|es\s+)?(?P<v2>(?-i:Light|Standard|Flex|Basic|Economy|Business|"
                r"Saver))\b",
            ),
        ),
        fresh_days=180,
        carries_days=60,
        hints=(
            "fare",
            "ticket",
            "tarif",
            "rate",
        ),
    ),
    FieldRow(
        "travel_party",
        "words",
        said(
            "number of travellers | number of travelers | number of passengers | anzahl der reisenden | anzahl personen | "
            "número de viajeros | número de pasajeros"
        ),
        (
            rx(
                rf"\b(?P<v>{_COUNT}\s+{_KIN}(?:\s*(?:,|and|und|y|\+|with|mit|con)\s*(?:{_COUNT}|a|an)\s+{_KIN}){{0,2}})\b",
                rf"\b(?P<v2>(?:family|party|group)\s+of\s+{_COUNT})\b",
                rf"\b(?:we|there)\s+(?:are|will\s+be)\s+(?P<v3>{_COUNT}(?:\s+of\s+us)?)(?=\s*(?:[.,!;]|$|travel))",
                r"\b(?:i['’]?m\s+|i\s+am\s+|i\s+)(?:travel+ing|travel|flying|fly|going)\s+(?P<v4>alone|solo|on\s+my\s+own)\b",
                r"\b(?:travel+ing|flying)\s+(?P<v5>with\s+(?:my\s+)(?:\w+\s?(?:,|and)?\s?){1,4}?)(?=[.,!;]|\s+(?:to|on|from|"
                r"in)\b|$)",
            ),
        ),
        questions=(
            rx(
                r"\bhow\s+many\s+(?:people|of\s+you|passengers|travell?ers|persons|guests|adults|will\s+be)\b",
                r"\bwho(?:['’]s|\s+is)\s+travell?ing\b",
                r"\bwho\s+(?:are\s+you\s+travell?ing\s+with|travels\s+with\s+you|comes\s+along)\b",
                r"\bwie\s+viele\s+(?:personen|reisende)\b",
                r"\bcu[áa]nt[oa]s\s+(?:personas|viajan|pasajeros)\b",
            ),
        ),
        fresh_days=180,
        carries_days=60,
        hints=(
            "adult",
            "child",
            "kid",
            "infant",
            "bab",
            "toddler",
            "people",
            "person",
            "passenger",
            "erwachsene",
            "kind",
            "niñ",
            "pasajer",
            "family",
            "party",
            "group",
            "we are",
            "will be",
            "alone",
            "solo",
            "my own",
            "with my",
        ),
    ),
    FieldRow(
        "travel_date",
        "date",
        said(
            "travel date | travel dates | date of travel | departure date | arrival date | date of your flight | date of "
            "your stay | dates of your stay | your dates | reisedatum | reisedaten | abflugdatum | anreisedatum | fecha de "
            "viaje | fecha del vuelo | fechas de su"
        ),
        (
            rx(
                r"\b(?:fl(?:y|ying|ew|ight)|travel\w*|trip|depart\w*|leav\w+|arriv\w+|check(?:ing)?[\s-]?in|stay\w*|flug|"
                rf"fliege\w*|reise\w*|anreise|abflug|vuelo|viaj\w+|salgo|llego)\b[^.!?\n]{{0,50}}?\b(?:on|of|from|the|am|vom|ab|el|"
                rf"del|for|is|are|ist|es)?\s*(?:the\s+)?{_DATE}"
            ),
        ),
        questions=(
            rx(
                r"\bwhen\s+(?:do|did|are|were|will|would)\s+you\s+(?:\w+\s+)?(?:travel\w*|fly\w*|leav\w+|depart\w*|arriv\w+|"
                r"stay\w*|going\s+to\s+(?:travel|fly))\b",
                r"\bwann\s+(?:fliegen|reisen|möchten)\s+sie\b",
                r"\bcu[áa]ndo\s+(?:viaja|vuela|sale|llega)\b",
            ),
        ),
        bare=rx(rf"(?<!\d){_DATE}"),
        fresh_days=180,
        carries_days=60,
        hints=(DIGIT,),
    ),
    FieldRow(
        "booking_date",
        "date",
        said("booking date | date of booking | date of purchase | purchase date | buchungsdatum | fecha de la reserva | fecha de compra"),
        (
            rx(
                rf"\b(?:booked|bought|purchased|gebucht|gekauft|reserv[ée]|compr[ée])\b[^.!?\n]{{0,40}}?\b(?:on|am|"
                rf"el)\s+(?:the\s+)?{_DATE}"
            ),
        ),
        questions=(
            rx(
                r"\bwhen\s+did\s+you\s+(?:book|buy|purchase|order)\b",
                r"\bwann\s+haben\s+sie\s+(?:gebucht|gekauft)\b",
                r"\bcu[áa]ndo\s+(?:reserv[óo]|compr[óo])\b",
            ),
        ),
        fresh_days=180,
        carries_days=60,
        hints=(
            "booked",
            "bought",
            "purchased",
            "gebucht",
            "gekauft",
            "reserv",
            "compr",
        ),
    ),
)
