"""Sentences in which the company gives something: which sort of thing, how much, and whether it is granted or only spoken of.

English, German and Spanish. A `gift` (voucher, credit, waiver …) needs a lever; a `due` (refund, payment) may also follow from an article.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from copilot.checks.claims import Claim, claims_in
from copilot.checks.normalise import normalise
from copilot.checks.sources import Source
from copilot.checks.spoken import Sentence, Spoken
from copilot.memory.sentences import sentences


def _rx(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


GIFTS: dict[str, re.Pattern[str]] = {
    "credit": _rx(
        r"(?:travel |goodwill |store |account )?credits?|vouchers?|coupons?|gift cards?|goodwill(?: gesture| payment)?|gestures? "
        r"of goodwill|good-?will|"
        r"credit(?:ed|ing) (?:you|your account|\D{0,12}\d)\S*|(?:\w{1,30}-){0,3}gutscheine?[ns]?|(?:\w{1,30}-)?gutschrift(?:en)?|"
        r"(?:reise)?guthaben|kulanz\w*|gut(?:ge)?schr[ei]+ben?|schreibe\b.{0,60}\bgut|"
        r"vales?|bonos?|cup[óo]n(?:es)?|cr[ée]dito(?: de viaje)?|saldo|gesto comercial|cortes[íi]a"
    ),
    "discount": _rx(
        r"discounts?|(?:price )?reductions?|\d+ ?% off|(?:percent|per cent) off|rabatte?|nachl(?:ass|ässe)|preisnachlass|ermäßigung|"
        r"descuentos?|rebajas?"
    ),
    "compensation": _rx(
        r"compensations?|compensat(?:e|ed|ing)|entschädig\w*|wiedergutmachung|schadens?ersatz|ausgleichszahlung|"
        r"compensaci[óo]n(?:es)?|compensar\w*|indemniza\w*"
    ),
    "waive": _rx(
        r"waiv(?:e|er|ers|ed|ing)|write off|wrote off|written off|(?:reverse|remove|cancel|drop|delete|take off|undo)(?:d|s|"
        r"ing)? (?:the |this |that |your )?(?:\w+ ){0,2}(?:fees?|charges?|interest)|"
        r"erl(?:asse|assen|ässt|ieß)|(?:gebühr|zinsen|kosten) (?:erlassen|streichen|stornieren|zurücknehmen)|verzichten? (?:wir|"
        r"ich)?|condon\w+|exim\w+|anul(?:o|amos|aremos|ar[ée]) (?:la|el) (?:comisi[óo]n|cargo|recargo)"
    ),
    "upgrade": _rx(r"upgrad(?:e|es|ed|ing)|hochstuf\w*|mejora de (?:clase|categor[íi]a|habitaci[óo]n)"),
    "points": _rx(
        r"(?:bonus|extra|additional|goodwill|free) (?:points|miles)|\d[\d.,]* (?:\w+ )?(?:points|miles|punkten?|meilen|puntos|"
        r"millas)|(?:bonus|zusatz)(?:punkten?|meilen)|(?:puntos|millas) (?:extra|adicionales|de regalo)"
    ),
    "gift": _rx(
        r"free (?:night|upgrade|flight|ticket|stay|lounge|trip|month|year|membership)s?|bonus|gifts?|complimentary|"
        r"(?:as|by way of|with) a (?:small |little |kind )?gesture|as an apology|to make up for (?:it|this|that)|als (?:kleine )?geste|"
        r"como gesto|"
        r"gratis(?:nacht|flug)|geschenk\w*|schenke\w*|"
        r"(?:noche|vuelo|billete|mes|año) gratis|regal\w+"
    ),
}
DUES: dict[str, re.Pattern[str]] = {
    "refund": _rx(
        r"refund(?:s|ed|ing|able)?|reimburs\w+|money back|pay(?:ing)? (?:you |it |this |that |them )?back|paid back|(?:get|give) "
        r"back (?:the|your) money|"
        r"(?:zurück|rück)?erstatt\w*|rückzahlung\w*|zurück(?:ge|zu)?zahl\w*|geld zurück|reembols\w+|devolv\w+|devuelv\w+|"
        r"devoluci[óo]n(?:es)?"
    ),
    "pay": _rx(
        r"pay|pays|paid|paying|payments?|payouts?|transfer(?:red|ring|s)?|wire|zahl(?:e|en|t|ung)|(?:aus|be)zahl\w*|überweis\w*|"
        r"pag(?:o|amos|ar[ée]|aremos|ar|arle)|abon(?:o|amos|ar[ée]|aremos|ar|arle)|transferi\w+|ingres(?:o|amos|ar[ée])"
    ),
    "extend": _rx(r"exten(?:d|ds|ded|ding|sion)|verlänger\w*|ampli(?:o|amos|ar[ée]|aremos|ar|aci[óo]n)|prórroga"),
    "free": _rx(
        r"free of charge|for free|at no (?:extra |additional )?(?:cost|charge)|free (?:change|rebooking|cancellation|replacement)|"
        r"kostenlos\w*|kostenfrei\w*|gebührenfrei\w*|unentgeltlich|gratis|sin (?:coste|costo|cargo)(?: adicional| alguno)?|gratuit\w+"
    ),
}
ALL = GIFTS | DUES
_GRANT_EN = (
    r"\b(?:I|we|ternway|our team|my (?:team|manager|supervisor))(?:['’](?:ll|ve|m|re|d))?\b(?:(?! (?:understand|see|know|read|"
    r"hear|noticed|apologi[sz]e|asked|explain)\b)[^.;?!]){0,60}?"
    r"\b(?:offer(?:ing|ed)?|giv(?:e|ing|en)|gave|grant(?:ing|ed)?|add(?:ing|ed)?|issu(?:e|ing|ed)|appl(?:y|ying|ied)|"
    r"send(?:ing)?|sent|credit(?:ing|ed)?|waiv(?:e|ing|ed)|refund(?:ing|ed)?|pay(?:ing)?|paid|"
    r"provid(?:e|ing|ed)|arrang(?:e|ing|ed)|award(?:ing|ed)?|put(?:ting)?|transfer(?:ring|red)?|reimburs(?:e|ing|ed)|"
    r"compensat(?:e|ing|ed)|cover(?:ing|ed)?|deduct(?:ing|ed)?|take off|revers(?:e|ing|ed)|remov(?:e|ing|ed)|"
    r"extend(?:ing|ed)?|upgrad(?:e|ing|ed)|doubl(?:e|ing|ed)|honou?r(?:ing|ed)?|approv(?:e|ing|ed)|load(?:ing|ed)?|releas(?:e|"
    r"ing|ed)|promis(?:e|ing|ed)|guarante(?:e|eing|ed)|confirm(?:ing|ed)?|write off|gift(?:ing|ed)?|process(?:ing|ed)?|"
    r"return(?:ing|ed)?|book(?:ing|ed)?|make|making|made|let you have|"
    r"top up|set up|chang(?:e|ing|ed)|rebook(?:ing|ed)?|organis(?:e|ing|ed)|organiz(?:e|ing|ed)|mov(?:e|ing|ed)|switch(?:ing|ed)?)\b"
)
_GRANT = re.compile(
    _GRANT_EN + r"|\byou(?:['’]ll| will| can now| shall| are going to| are (?:entitled|eligible|owed|due)| qualify|['’]re (?:entitled|"
    r"eligible|owed|due)|['’]ve (?:been|got)| have been|(?: can| may)? (?:have|claim)| (?:also |then )?(?:get|receive))\b"
    r"|\b(?:please accept|here is|here['’]s|enjoy|take|accept|use|redeem|claim)\b[^.;?!]{0,40}\b(?:voucher|credit|coupon|"
    r"discount|code|gift|upgrade)"
    r"|\b(?:your|the|a|an|this)\b[^.;?!]{0,60}\b(?:will be|is being|has been|have been|is hereby|was)\s+(?:\w+ly )?(?:added|"
    r"issued|credited|granted|approved|refunded|waived|applied|sent|paid|transferred|upgraded|loaded|extended|reimbursed|"
    r"compensated|given|reversed|removed|released|processed)"
    r"|\b(?:voucher|credit|refund|compensation|discount|upgrade)s?\b[^.;?!]{0,30}\b(?:is|are) (?:yours|on (?:its|the) way|ready|"
    r"waiting|attached|in your account)"
    r"|\b(?:ich|wir|ternway)\b[^.;?!]{0,60}\b(?:biete\w*|geb\w*|gewähr\w*|schenk\w*|schreib\w*|erlass\w*|erstatt\w*|zahl\w*|"
    r"überweis\w*|send\w*|schick\w*|übernehm\w*|verzicht\w*|verlänger\w*|bewillig\w*|garantier\w*|versprech\w*|anbieten|"
    r"gutschreiben|gutgeschrieben|auszahlen|ausstellen|buch\w*|veranlass\w*|storniere\w*)"
    r"|\b(?:biete|gebe|gewähre|schenke|schreibe|erlasse|erstatte|zahle|überweise|sende|schicke|verlängere|werden|können|haben|"
    r"kann|möchte)\w*\s+(?:ich|wir)\b[^.;?!]{0,80}"
    r"|\bsie (?:erhalten|bekommen|können|haben anspruch)\b|\b(?:erhalten|bekommen) sie\b|\bihnen (?:steht|stehen)\b|\bwird "
    r"(?:ihnen|ihrem)\b|\bals (?:entschädigung|wiedergutmachung|geste)\b"
    r"|\b(?:le|te|les) (?:ofre\w+|do[ys]?|damos|dar[ée]\w*|regal\w+|abon\w+|conced\w+|aplic\w+|devolv\w+|devuelv\w+|reembols\w+|"
    r"env[íi]\w+|pag\w+|compens\w+|puedo|podemos|vamos a|voy a|garantiz\w+|corresponde)"
    r"|\b(?:ofrezco|ofrecemos|reembolsar[ée]\w*|devolver[ée]\w*|pagar[ée]\w*|abonar[ée]\w*|recibir[áa]s?|tendr[áa]s?|"
    r"obtendr[áa]s?|hemos (?:a[ñn]adido|aprobado|abonado|concedido)|he (?:a[ñn]adido|aprobado|abonado|concedido)|acepte)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|never|cannot|can['’]?t|won['’]?t|don['’]?t|doesn['’]?t|isn['’]?t|aren['’]?t|wouldn['’]?t|couldn['’]?t|no|without|"
    r"unable|neither|nor|nicht|nie|kein\w*|ohne|leider nicht|ning[úu]n\w*|nunca|tampoco|sin|imposible)\b",
    re.IGNORECASE,
)
_NOT_COST = re.compile(
    r"\b(?:no (?:extra |additional |further )?(?:cost|charge|fee)|ohne (?:aufpreis|gebühr|kosten|zusatzkosten)|sin (?:coste|costo|"
    r"cargo|gastos)|not only|no problem|nicht nur|no later|no longer than|no more than|without (?:delay|a fee|any fee|charge))\b",
    re.IGNORECASE,
)
_PAST_OF_THEIRS = re.compile(
    r"\b(?:you (?:have )?(?:already )?(?:received|used|had|bought|were (?:given|offered|promised|told)|got|asked for|mentioned|"
    r"paid|wanted|chose|wrote)|we promised|was promised|(?:wurde|wurden) ihnen (?:zugesagt|versprochen)|sie haben "
    r".{0,40}(?:bezahlt|erhalten|bekommen)|usted (?:recibi[óo]|pag[óo]))\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|into|regarding|concerning) (?:your|the|this|that|a|an) (?:\w+ ){0,2}?"
    r"(?:refunds?|credits?|offers?|transfers?|upgrades?|bookings?|changes?|covers?|returns?|processe?s?|awards?|gifts?|moves?|releases?)\b"
    r"|\b(?:zu[rm]?|wegen|über|bezüglich) (?:ihre[rmns]?|deine[rmns]?|de[rmns]|die|diese[rmns]?|eine[rmns]?) (?:\w+ ){0,2}?"
    r"\w*(?:erstattung|zahlung|überweisung|buchung|gutschrift|verlängerung|stornierung|sendung)(?:en)?\b",
    re.IGNORECASE,
)
"""Speaking of a refund is not giving one: `I have your message about your refund`."""
_ASKS_OTHERS = re.compile(
    r"\b(?:(?:ask|asking|asked|request(?:ing|ed)?|check(?:ing)?(?: with)?|speak(?:ing)? (?:to|with)|take (?:it|this) to|"
    r"need(?:s)?|requires?|propose[sd]?|put (?:it|this) to|subject to|pending|pass(?:ing)? (?:it|this) "
    r"to)\b[^.;?!]{0,60}\b(?:supervisor|manager|team lead(?:er)?|approval|sign-?off|whether)"
    r"|(?:vorgesetzt\w*|teamleit\w*|freigabe|genehmigung|zustimmung)\b|(?:responsable|supervisor\w*|encargad\w*|aprobaci[óo]n|"
    r"autorizaci[óo]n)\b)",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(
    r"\b(?:if|once|provided|as long as|as soon as|when you|after you|subject to|depending|confirm|could you|can you|let me "
    r"(?:check|confirm)|check(?:ing)? (?:whether|if|that)|whether|assuming|in case|may be able|might be able|falls|wenn|sobald|"
    r"sofern|vorausgesetzt|prüfe\w*|ob|bestätig\w*|si|siempre que|cuando|en cuanto|confirm\w+|comprob\w+|compruebo)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence that gives something."""

    sentence: Sentence
    sorts: frozenset[str]
    """Names of GIFTS and DUES."""
    figures: tuple[Claim, ...]
    """Sums, percentages, points and periods in it; places are those of the sentence."""
    asks_others: bool
    """It says that somebody else has to agree."""
    confirms: bool
    """It names what has to be true first."""

    @property
    def is_gift(self) -> bool:
        """Needs a lever."""
        return any(sort in GIFTS for sort in self.sorts)


def sorts_of(text: str) -> frozenset[str]:
    """Which sorts of things a text speaks of."""
    return frozenset(name for name, pattern in ALL.items() if pattern.search(text))


def grants(text: str) -> bool:
    """Whether a sentence gives (or says that somebody gets) something, and does not deny it or tell what once was."""
    without = _NOT_COST.sub(lambda match: " " * len(match[0]), text)
    given = _ABOUT.sub(lambda match: " " * len(match[0]), text)
    return bool(_GRANT.search(given)) and not _NOT.search(without) and not _PAST_OF_THEIRS.search(text)


def denied(text: str) -> bool:
    """Whether a sentence says no."""
    return bool(_NOT.search(_NOT_COST.sub(" ", text)))


def offers(words: Spoken, language: str) -> list[Offer]:
    """Every sentence that gives something. A question counts too (`May I offer you …?`)."""
    found: list[Offer] = []
    for sentence in words.sentences():
        for clause in _clauses(sentence):
            sorts = sorts_of(clause.text)
            if sorts and grants(clause.text):
                found.append(_offer(clause, sorts, language, sentence.text))
    return found


_BUT = re.compile(r"(?:,|;| -) (?:but|however|aber|jedoch|sondern|pero|sino)\b", re.IGNORECASE)


def backed(sources: Iterable[Source], sort: str) -> bool:
    """Whether some source speaks of such a thing without denying it. A refund backs a payment."""
    patterns = [ALL[sort], *((ALL["refund"],) if sort == "pay" else ())]
    for source in sources:
        if any(pattern.search(source.text) for pattern in patterns):
            for sentence in sentences(source.text):
                if any(pattern.search(sentence.text) for pattern in patterns) and not denied(sentence.text):
                    return True
    return False


def _clauses(sentence: Sentence) -> list[Sentence]:
    """`I cannot refund it, but I can offer …` denies one thing and grants another."""
    cuts = [0, *(match.start() for match in _BUT.finditer(sentence.text)), len(sentence.text)]
    return [Sentence(sentence.text[a:b], sentence.start + a) for a, b in pairwise(cuts) if a < b]


def _offer(clause: Sentence, sorts: frozenset[str], language: str, around: str) -> Offer:
    figures = tuple(
        claim
        for claim in claims_in(normalise(clause.text), language)
        if claim.kind in ("money", "percent") or (claim.kind == "number" and (claim.unit in ("", "point", "mile", "day", "month", "night")))
    )
    return Offer(clause, sorts, figures, bool(_ASKS_OTHERS.search(around)), bool(_CONFIRMS.search(around)))
