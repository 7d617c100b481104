"""An apology follows the record: owned where the company erred, absent where it did not (CRAFT, Replies 4)."""

import re

from copilot.checks.base import Check, Checked
from copilot.checks.ledger import ledger
from copilot.checks.normalise import squeezed
from copilot.checks.spoken import Spoken, spoken
from copilot.domain.suggestion import CheckResult, Verdict
from copilot.domain.turn import Fault, Turn


def _rx(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:{part})" for part in parts), re.IGNORECASE)


_OURS = (
    r"\b(?:our|my) (?:\w+ )?(?:fault|mistake|error|failure|oversight|responsibility|blunder)\b",
    r"\b(?:we|I)(?:'ve| have)? (?:\w+ )?(?:failed|messed|erred|got (?:it|this|that) wrong|let you down|made (?:a|an|the) (?:\w+ "
    r")?(?:mistake|error)|forgot|missed (?:the|our|that|it)|dropped the ball|broke (?:our|the|that|a) (?:promise|word)|should "
    r"have\b|owe you an apology|were wrong|was wrong|take (?:full )?responsibility|charged you (?:\w+ )?(?:wrongly|twice|by "
    r"mistake|in error))",
    r"\b(?:we|I) (?:did not|didn't|have not|haven't|never) (?:keep|send|sent|kept|do|done|call|called|answer|answered|reply|"
    r"replied|pay|paid|deliver|delivered|process|processed|refund|refunded|follow|tell|told|meet|met|act|release|released|make|"
    r"made)\b",
    r"\b(?:was|is|were) (?:entirely |fully |clearly |completely )?(?:our|my) (?:fault|mistake|error|doing)\b",
    r"\b(?:was|has|were)(?: been)? (?:never|not)(?: been)? (?:sent|paid|released|refunded|processed|answered|delivered|done|kept|made)\b"
    r"|\b(?:mistake|fault|error) (?:is|was) (?:ours|mine)\b",
    r"\b(?:unser|mein)(?:e|em|en|er)? (?:\w+ )?(?:fehler|verschulden|versäumnis|schuld|versehen)\b|\b(?:wir|ich) (?:haben|habe) "
    r"(?:\w+ ){0,6}(?:versäumt|vergessen|falsch gemacht|einen fehler gemacht|nicht (?:gehalten|gesendet|geschickt|erstattet|"
    r"überwiesen|gemeldet|eingehalten|beantwortet|ausgezahlt))\b"
    r"|\b(?:hätten|hätte) (?:wir|ich)\b|\b(?:liegt|lag) (?:an|bei) uns\b|\bwurde (?:\w+ ){0,5}nicht (?:gesendet|überwiesen|"
    r"ausgezahlt|erstattet|bearbeitet|eingehalten|verschickt)\b|\bübernehme\w* (?:\w+ )?verantwortung\b",
    r"\b(?:nuestr[oa]|m[íi]o?) (?:\w+ )?(?:culpa|error|fallo|responsabilidad|descuido)\b|\b(?:nos|me) (?:hemos|he) equivocado\b|"
    r"\bnos equivocamos\b|\b(?:hemos|he) (?:fallado|cometido un error|olvidado)\b|\bno (?:hemos|he|se ha|fue|se) (?:\w+ "
    r")?(?:cumpli\w+|envi\w+|reembols\w+|devuelto|pag\w+|tramit\w+|contest\w+)\b|\bdeber[íi]amos haber\b|\b(?:error|fallo|culpa) "
    r"(?:\w+ )?nuestr[oa]\b|\basumimos la responsabilidad\b",
)
RESPONSIBILITY = _rx(*_OURS)
_ADMISSION = _rx(*_OURS[:2], *_OURS[3:4], *_OURS[5:])
"""Without the plain accounts of what was not done: those are admissions only where the record shows a fault."""
_DENIED = re.compile(r"\b(?:not|isn't|wasn't|never|no|kein\w*|nicht|no (?:es|fue)|ning[úu]n\w*)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_SORRY_FOR_OURS = _rx(
    r"\b(?:sorry|apologi[sz]e|apolog(?:y|ies))\b[^.!?]{0,40}\b(?:that (?:we|I)\b|for (?:our|my|the (?:mistake|error|delay|"
    r"failure|confusion|trouble|mix-?up|wrong|poor|bad)|not|keeping|letting|missing|failing|losing|charging|the way (?:we|you "
    r"were)|what (?:we|I)|having)\b)",
    r"\b(?:I|we) (?:\w+ )?apologi[sz]e\b|\b(?:my|our|accept my|accept our|sincere(?:st)?) (?:\w+ )?apologies\b|\bowe you an apology\b",
    r"\b(?:entschuldig\w+)\b[^.!?]{0,50}\b(?:dass (?:wir|ich)|für (?:unser\w*|mein\w*|den fehler|die verspätung|die verzögerung|"
    r"das versehen|den irrtum))\b|\b(?:ich|wir) (?:möchte\w* (?:mich|uns) |bitte\w* )?(?:(?:um )?entschuldig\w+)\b|\btut (?:mir|"
    r"uns) (?:\w+ )?leid,? dass (?:wir|ich)\b",
    r"\b(?:disculp\w+|perd[óo]n\w*|siento|sentimos|lament\w+)\b[^.!?]{0,40}\b(?:que (?:hayamos|no hayamos|le hayamos)|por "
    r"(?:nuestr[oa]|el (?:error|retraso|fallo)|la (?:demora|confusi[óo]n)|no haber|haber))\b|\b(?:le |te )?(?:pido|pedimos) "
    r"disculpas\b|\b(?:mis|nuestras) disculpas\b",
)
_REPAIR = _rx(
    r"\b(?:I|we)(?:'m|'ll|'ve|'re| am| will| have| are| can| could)\b[^.!?]{0,60}\b(?:refund|releas|send|sent|sending|pay|"
    r"transfer|credit|fix|correct|rebook|book|replace|call|check|ask|writ|escalat|arrang|process|chas|trac|offer|waiv|revers|put "
    r"(?:it|this) right|putting (?:it|this) right|sort|resolv|follow|look|find|make sure|take|open|raise|confirm|give|add|get)\w*",
    r"\b(?:is|are|has been|have been|will be) (?:now |already |being )*(?:refunded|released|sent|paid|credited|corrected|"
    r"rebooked|replaced|fixed|on its way|processed|transferred|booked)\b",
    r"\b(?:ich|wir)\b[^.!?]{0,60}\b(?:erstatt|send|schick|überweis|prüf|klär|kümmer|veranlass|korrigier|buch|ersetz|frag|ruf|"
    r"meld|leit|behob|beheb|freigeb|gebe|bring|schreib|storn|hol)\w*|\b(?:erstatte|sende|schicke|überweise|prüfe|kläre|kümmere|"
    r"veranlasse|korrigiere|buche|ersetze|frage|rufe|melde|leite|gebe|hole)\b",
    r"\b(?:le|te|lo|la|voy a|vamos a|estoy|estamos|he|hemos)\b[^.!?]{0,50}\b(?:reembols|devol|devuelv|envi|env[íi]|pag|tramit|"
    r"revis|solucion|correg|consult|llam|comprob|gestion|ofre|abon|arregl|escrib|confirm)\w*",
)
_THEIRS: tuple[str, ...] = ("customer", "third")


class Apology(Check):
    """Flags an apology that the record does not bear and a fault that nobody owns; withholds an admission against the record."""

    name = "apology"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with the place of the apology, or of the whole text where one is missing."""
        fault = turn.evidence.fault
        if fault and fault.party == "company":
            return self._owned(turn, draft, fault)
        found: list[CheckResult] = []
        against: Verdict = "withhold" if fault and fault.party in _THEIRS and draft.kind != "own" else "flag"
        for words in spoken(draft):
            place = _admits(words, "\n".join(source.squeezed for source in ledger(turn).texts("public")))
            if place and fault and fault.party in _THEIRS:
                found.append(
                    self._say(against, f"admits a fault that the record does not show ({fault.text}): regret is enough", words.span(*place))
                )
            elif place:
                found.append(
                    self._say(
                        "flag", "owns a mistake that nothing on record shows: name their trouble without admitting one", words.span(*place)
                    )
                )
        return found

    def _say(self, outcome: Verdict, detail: str, span: tuple[int, int] | None) -> CheckResult:
        return CheckResult(name=self.name, outcome=outcome, detail=detail, span=span)

    def _owned(self, turn: Turn, draft: Checked, fault: Fault) -> list[CheckResult]:
        """Where we erred, a reply owns it and says the repair; once an agent has owned it here, the repair is enough."""
        if draft.kind not in ("reply", "own") or turn.channel == "social" or turn.assurance != "proven" or not turn.unanswered:
            return []
        text = next(spoken(draft)).normal.text
        earlier = any(message.is_answer and RESPONSIBILITY.search(message.text) for message in turn.window)
        missing = [] if earlier or owns(text) else ["own it (what we did not do)"]
        if not _REPAIR.search(text):
            missing.append("say the repair")
        if not missing:
            return []
        return [self._say("flag", f"the record shows our mistake ({fault.text}): {' and '.join(missing)}", (0, len(draft.text)))]


def owns(text: str) -> tuple[int, int] | None:
    """Where words take responsibility for a mistake of ours."""
    found = RESPONSIBILITY.search(text) or _SORRY_FOR_OURS.search(text)
    return found.span() if found else None


def _admits(words: Spoken, published: str) -> tuple[int, int] | None:
    """Where the words own a fault. Regret (`I am sorry to hear …`) is none, nor is an article's own sentence."""
    for sentence in words.sentences():
        for pattern in (_SORRY_FOR_OURS, _ADMISSION):
            for match in pattern.finditer(sentence.text):
                if not _DENIED.search(sentence.text[: match.start()]) and squeezed(sentence.text) not in published:
                    return sentence.start + match.start(), sentence.start + match.end()
    return None
