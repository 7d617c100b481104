"""The person: who they are, where they are reached, what they need."""

import re

from copilot.memory.field_row import DIGIT, IS, PLACE, FieldRow, rx, said

_CAP = r"(?-i:[A-ZÀ-ÖØ-Þ][\w'’À-ÿ.-]{1,40})"
_STREET_EN = (
    r"\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?\s+(?:(?-i:[A-Z])[\w'’.-]{1,40}\s+){1,4}?(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|"
    r"terrace|close|court|ct|way|square|sq|place|pl|crescent|gardens|row|hill|boulevard|blvd|mews|park)\b\.?"
)
_STREET_DE = (
    r"(?-i:(?:[A-ZÄÖÜ][\wäöüß-]{0,40}(?:straße|strasse|str\.|weg|platz|allee|gasse|ufer|damm|ring|chaussee)|"
    r"(?:[A-ZÄÖÜ][\wäöüß-]{1,40}\s){1,2}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Ring|Ufer|Damm)))\s+\d{1,4}\s?[a-z]?\b"
)
_STREET_ES = (
    r"(?:calle|c/|avenida|avda?\.?|plaza|paseo|carrer|rua|travessa|largo|praça|alameda)\s+(?:d[eao]s?\s+(?:la\s+|los\s+|las\s+)?|"
    r"del\s+)?(?-i:[A-ZÁÉÍÓÚÑ])[\wáéíóúñ]{1,40}(?:\s+(?-i:[A-ZÁÉÍÓÚÑ])[\wáéíóúñ]{1,40}){0,3},?\s+\d{1,4}\b"
)
_TOWN = r"(?:,?\s*(?:(?-i:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})|\d{4}-\d{3}|\d{4,5}|(?:(?-i:[A-ZÀ-ÖØ-Þ])[\wÀ-ÿ'’-]{1,40}))){0,5}"
STREET = re.compile(rf"(?:{_STREET_EN}|{_STREET_DE}|{_STREET_ES}){_TOWN}", re.IGNORECASE)
_NATIONS = (
    r"British|German|Spanish|French|Italian|Portuguese|Irish|Dutch|Swedish|Polish|Austrian|Swiss|American|US|U\.S\.|UK|"
    r"Canadian|Australian|Indian|Chinese|Japanese|Turkish|Brazilian|Mexican|Nigerian|Ghanaian|Kenyan|South\s+African|"
    r"Ukrainian|Russian|Romanian|Greek|Danish|Norwegian|Finnish|Belgian|Czech|Hungarian|Bulgarian|Korean|Vietnamese|Colombian|"
    r"Argentinian|Chilean|Moroccan|Egyptian|Israeli|New\s+Zealand"
)

PERSON: tuple[FieldRow, ...] = (
    FieldRow(
        "name",
        "name",
        said(
            "your name | your full name | full name | your surname | your last name | ihr name | ihren namen | ihren "
            "vollständigen namen | su nombre | nombre completo | nombre y apellidos"
        ),
        (
            rx(
                r"\b(?:my\s+(?:full\s+)?name\s+is|my\s+name['’]s|mein\s+name\s+ist|ich\s+heiße|me\s+llamo|"
                rf"mi\s+nombre\s+es)\s+(?P<v>{_CAP}(?:\s+(?:(?-i:de|van|von|der|la|del|da|dos)\s+)*{_CAP}){{0,3}})"
            ),
        ),
        bare=rx(
            rf"^\s*(?:it['’]s\s+|i['’]m\s+|i\s+am\s+|soy\s+|ich\s+bin\s+)?(?P<v>{_CAP}(?:\s+(?:(?-i:de|van|von|der|la|del|da|"
            rf"dos)\s+)*{_CAP}){{1,3}})\s*[.,!]?\s*(?:$|\n|,)"
        ),
        questions=(
            rx(
                r"\bwho\s+am\s+i\s+(?:speaking|talking|chatting)\s+(?:with|to)\b",
                r"\bmit\s+wem\s+(?:spreche|schreibe)\b",
                r"\bcon\s+qui[ée]n\s+hablo\b",
                r"\bwie\s+heißen\s+sie\b",
                r"\bc[óo]mo\s+se\s+llama\b",
            ),
        ),
        fresh_days=None,
        hints=(
            "name",
            "heiße",
            "llamo",
            "nombre",
        ),
    ),
    FieldRow(
        "email",
        "email",
        said(
            "your e-mail | your email | e-mail address | email address | mail address | ihre e-mail | ihre e-mail-adresse | "
            "e-mail-adresse | emailadresse | mailadresse | su correo | correo electrónico | su email | su e-mail"
        ),
        (rx(r"(?<![\w.+-])(?P<v>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4})(?![\w@])"),),
        fresh_days=730,
        hints=("@",),
    ),
    FieldRow(
        "phone",
        "phone",
        said(
            "your phone number | your telephone number | your phone | phone number | mobile number | your mobile | your "
            "number | contact number | number we can reach you | callback number | telefonnummer | handynummer | "
            "rückrufnummer | ihre nummer | número de teléfono | su teléfono | su móvil | teléfono de contacto"
        ),
        questions=(
            rx(
                r"\b(?:what|which)\s+number\s+(?:can|should|may|shall|is\s+best)\b",
                r"\b(?:best|good|right)\s+(?:phone\s+)?number\s+(?:to|for)\b",
                r"\bunter\s+welcher\s+nummer\b",
                r"\ba\s+qu[ée]\s+n[úu]mero\b",
            ),
        ),
        fresh_days=365,
        hints=(DIGIT,),
    ),
    FieldRow(
        "loyalty_number",
        "digits",
        said(
            "loyalty number | frequent flyer number | membership number | member number | bonus number | points number | "
            "miles number | vielfliegernummer | mitgliedsnummer | bonusnummer | número de socio | número de fidelidad"
        ),
        (
            rx(
                r"\b(?:loyalty|frequent[\s-]flyer|membership|member(?:ship)?|bonus|miles|points|vielflieger|mitglieds?|"
                rf"socio)(?:nummer|\s+(?:number|card|no\.?|id))?\b{IS}(?P<v>(?-i:[A-Z]{{1,3}}\s?)?\d[\d\s-]{{5,14}}\d)\b",
                r"\b(?P<v2>(?-i:TP)\s\d{3}\s\d{3}\s\d{3})\b",
            ),
        ),
        bare=rx(r"(?P<v>(?-i:[A-Z]{1,3}\s?)?\d[\d\s-]{5,14}\d)"),
        fresh_days=None,
        hints=(
            "loyal",
            "flyer",
            "member",
            "bonus",
            "miles",
            "points",
            "vielflieger",
            "mitglied",
            "socio",
            "tp ",
        ),
    ),
    FieldRow(
        "account_number",
        "code",
        said("account number | customer number | client number | kundennummer | kontonummer | número de cliente | número de cuenta"),
        (
            rx(
                r"\b(?:(?:account|customer|client)\s+(?:number|no\.?|id|reference)|kunden-?nummer|kundennr\.?|"
                rf"n[úu]mero\s+de\s+(?:cliente|cuenta))\b{IS}(?P<v>(?-i:[A-Z]{{1,3}}-?)?\d{{4,12}})\b",
                r"(?<![\w-])(?P<v2>TW-\d{6})\b",
            ),
        ),
        bare=rx(r"(?<![\w-])(?P<v>(?-i:[A-Z]{1,3}-?)?\d{4,12})\b"),
        fresh_days=None,
        hints=(
            "account",
            "customer",
            "client",
            "kunde",
            "cliente",
            "cuenta",
            "tw-",
        ),
    ),
    FieldRow(
        "delivery_address",
        "address",
        said(
            "delivery address | shipping address | address for delivery | lieferadresse | zustelladresse | dirección de "
            "entrega | dirección de envío"
        ),
        (
            rx(
                r"\b(?:deliver\w*|send|bring|ship|courier|drop|liefer\w*|schicken|bringen|zustell\w*|entreg\w+|env[íi]\w+|traer|"
                rf"lleven?)\b[^.!?\n]{{0,60}}?(?P<v>{STREET.pattern})"
            ),
        ),
        bare=rx(rf"(?P<v>{STREET.pattern})"),
        questions=(
            rx(
                r"\bwhere\s+(?:should|shall|can|may)\s+(?:we|i)\s+(?:send|deliver|bring|ship)\b",
                r"\bwohin\s+(?:sollen|dürfen|können)\s+wir\b",
                r"\bad[óo]nde\s+(?:se\s+)?l[aoe]s?\s+envia",
            ),
        ),
        fresh_days=90,
        carries_days=30,
        hints=(
            "deliver",
            "send",
            "bring",
            "ship",
            "courier",
            "drop",
            "liefer",
            "schick",
            "zustell",
            "entreg",
            "env",
            "traer",
            "llev",
        ),
    ),
    FieldRow(
        "address",
        "address",
        said(
            "your address | home address | postal address | billing address | mailing address | street address | ihre "
            "adresse | ihre anschrift | postanschrift | anschrift | su dirección | domicilio | dirección postal"
        ),
        (
            rx(
                r"(?:address|live|living|moved|adresse|anschrift|wohne|umgezogen|direcci[óo]n|vivo|"
                rf"mudado)\b[^!?\n]{{0,50}}?(?P<v>{STREET.pattern})"
            ),
        ),
        bare=rx(rf"(?P<v>{STREET.pattern})"),
        questions=(rx(r"\bwhere\s+do\s+you\s+live\b", r"\bwo\s+wohnen\s+sie\b", r"\bd[óo]nde\s+vive\b"),),
        fresh_days=365,
        hints=(
            "address",
            "live",
            "living",
            "moved",
            "adresse",
            "anschrift",
            "wohne",
            "umgezogen",
            "direcci",
            "vivo",
            "mudado",
        ),
    ),
    FieldRow(
        "home_airport",
        "words",
        said(
            "home airport | nearest airport | departure airport | heimatflughafen | abflughafen | aeropuerto habitual | "
            "aeropuerto de salida"
        ),
        (
            rx(
                r"\b(?:home\s+airport\s+is|(?:always|usually|normally|mostly)\s+fly\s+(?:from|out\s+of)|heimatflughafen\s+ist|"
                rf"fliege\s+(?:immer|meist|meistens)\s+ab|siempre\s+(?:salgo|vuelo)\s+(?:de|desde))\s+(?P<v>{PLACE})"
            ),
        ),
        questions=(rx(r"\bwhich\s+airport\s+do\s+you\s+(?:fly|leave|usually)\b", r"\bwhere\s+do\s+you\s+(?:usually\s+)?fly\s+from\b"),),
        fresh_days=730,
        hints=(
            "airport",
            "fly",
            "flughafen",
            "fliege",
            "salgo",
            "vuelo",
        ),
    ),
    FieldRow(
        "passport_country",
        "words",
        said("which passport | your nationality | nationality | passport country | staatsangehörigkeit | nationalität | nacionalidad"),
        (
            rx(
                rf"\b(?P<v>{_NATIONS})\s+(?:passport|citizen|national|Pass|pasaporte)\b",
                rf"\bpassport\s+(?:is\s+)?(?:from|issued\s+(?:by|in))\s+(?:the\s+)?(?P<v2>{PLACE})",
            ),
        ),
        fresh_days=1825,
        hints=(
            "passport",
            "citizen",
            "national",
            " pass",
            "pasaporte",
        ),
    ),
    FieldRow(
        "mobility_need",
        "words",
        said("mobility need | special assistance | need assistance | mobilitätsbedarf | asistencia especial"),
        (
            rx(
                r"\b(?:need|needs|use|uses|in|require|requires|with|brauch\w*|necesit\w+)\s+(?:a\s+|an\s+|the\s+|my\s+|his\s+|"
                r"her\s+|einen\s+|una\s+)?(?P<v>(?:electric\s+|folding\s+)?wheelchair(?:\s+assistance)?|rollator|walking\s+frame|"
                r"rollstuhl|silla\s+de\s+ruedas)\b",
            ),
        ),
        questions=(
            rx(
                r"\bdo\s+you\s+need\s+(?:any\s+)?(?:special\s+)?(?:assistance|a\s+wheelchair)\b",
            ),
        ),
        fresh_days=365,
        hints=(
            "wheel",
            "rollat",
            "frame",
            "rollst",
            "silla",
        ),
    ),
)
