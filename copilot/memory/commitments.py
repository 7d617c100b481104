"""The grammar of a commitment in English, German and Spanish: who binds themselves, to which deed, and what undoes it.

One table per language. `firm` verbs name a deed that can be seen to be done (refund, send, call); `soft` ones (check, look into) make a
promise only together with a time.
"""

import re
from typing import NamedTuple


class Grammar(NamedTuple):
    """How one language commits. Every pattern is tried from the place where a clause begins to commit."""

    marker: re.Pattern[str]
    """First person or company, with a future: 'I will', 'wir werden', 'voy a'."""
    firm: re.Pattern[str]
    soft: re.Pattern[str]
    given: re.Pattern[str]
    """The customer or the thing as subject: 'you will receive', 'Ihre Karte kommt', 'recibirá'."""
    now_and_then: re.Pattern[str]
    """Present tense that only a time or an addressee makes a promise: 'I am sending it today', 'wir erstatten Ihnen'."""
    never: re.Pattern[str]
    """Right after the marker: pleasantries, negations, abilities, attempts."""


def _rx(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


_EN_ADVERB = (
    r"(?:(?:now|also|then|just|personally|certainly|definitely|gladly|happily|of\s+course|immediately|promptly|first|both|"
    r"all|quickly|today|tomorrow|"
    r"tonight|myself|indeed|absolutely|surely|soon|shortly|still|again|however|therefore|additionally|right\s+away|"
    r"straight\s+away|at\s+once|go\s+(?:ahead\s+)?and|"
    r"go\s+on\s+and|make\s+sure\s+(?:to|(?:that\s+)?(?:we|I|you|it))|be\s+sure\s+to|ensure\s+(?:that\s+)?(?:we|I|you)|"
    r"in\s+the\s+meantime|by\s+then)(?:\s*,)?\s+)*"
)
_EN_FIRM = (
    r"(?:re-?)?(?:send|post|mail|e-?mail|ship|dispatch|deliver|courier|forward|issue|process|print|book|imburse|credit|"
    r"pay|open|file|raise|submit|activate|"
    r"confirm|schedule|instate|place|turn|direct|initiate)|refund|reimburse|transfer\s+(?:the|your|you\s+(?:the|€|\$|£|"
    r"\d))|wire|compensate|"
    r"call|ring|phone|text|message|write\s+(?:to\s+)?(?:you|back|them|the|him|her)|drop\s+you|reply|respond|answer|"
    r"get\s+(?:back\s+(?:to|in)|in\s+touch|you\s+(?:a|an|the|your|on)|"
    r"(?:it|this|that|the|your)\b.{0,40}?\b(?:done|sorted|fixed|sent|out|refunded|replaced|booked|back))|come\s+back\s+to|"
    r"reach\s+out|follow(?:ing)?\s+up|"
    r"report\s+back|revert|let\s+(?:you|him|her|them|our|the|my)\b.{0,30}?\bknow|tell\s+you\s+(?:by|before|today|tomorrow|"
    r"on|at)|notify|inform|alert|update\s+(?:you|your|the)|"
    r"keep\s+you\s+(?:posted|updated|informed)|contact|meet|visit|"
    r"be\s+(?:back\b|in\s+(?:touch|contact)|calling|sending|emailing|issuing|refunding|processing|contacting|following|"
    r"with\s+you|waiving|crediting|reaching)|"
    r"have\s+(?:it|that|this|an?\s+(?:answer|update|reply|solution|decision|new)|the\s+\w+|your\s+\w+|someone|"
    r"a\s+colleague|him|her|them|our|my)|"
    r"rebook|reserve|cancel|change|amend|move|switch|upgrade|replace|exchange|swap|arrange|organi[sz]e|set\s+up|extend|"
    r"waive|remove|delete|erase|take\s+off|correct|"
    r"fix|repair|reset|unblock|block|unlock|escalate|register|log\s+(?:a|the|this|your)|add|apply|approve|prepare|publish|"
    r"collect|pick\s+up|bring|"
    r"take\s+(?:care\s+of|it\s+up|this\s+up|over)|handle|sort\s+(?:it|this|that|out|the|your)|resolve|settle|"
    r"cover\s+(?:the|your|it|all|up)|match|adjust|restore|"
    r"deactivate|close|order\s+(?:you|a|the|your)|expedite|release|hold\s+(?:the|your|a|it)|keep\s+(?:the|your|"
    r"a)\s+(?:seat|room|booking|case|offer|price)|"
    r"put\s+(?:a\s+note|the|your|it|€|\$|£|\d)|chase|trace|track\s+down|drop|"
    r"pass\s+(?:it|this|that|on|along|the|your)|give\s+(?:you|him|her|them)\s+(?:a\s+(?:call|ring|refund|credit|voucher|"
    r"full|new|replacement|definite|firm)|an\s+(?:update|answer)|the\s+(?:money|refund|answer|result|credit)|€|\$|£|\d)|"
    r"provide\s+(?:you\s+(?:with\s+)?)?(?:an?\s+(?:rma|return|refund|replacement|label|credit|voucher|update|copy)|"
    r"the\s+(?:refund|label|replacement))|"
    r"take\s+(?:the|that|this|off)\s+.{0,30}?\boff|speak\s+(?:to|with)|talk\s+to|ask\s+(?:the|our|my|them|him|her|for)|"
    r"return\s+(?:your|the|to\s+you|with)|"
    r"include|attach|generate|create\s+(?:a|the|your)|link|merge|double|top\s+up|check\s+(?:you\s+in|back)|"
    r"make\s+(?:the\s+(?:change|payment|transfer|booking)|a\s+note)|"
    r"ensure\s+(?:that\s+)?(?:you\s+(?:get|receive|have)|(?:the|your|it)\b[^.;!?]{0,40}?\b(?:is|gets|are)\s+\w+ed)|"
    r"see\s+(?:to\s+it|that\s+(?:you|it|the))"
)
_EN_SOFT = (
    r"check|look\s+(?:into|at|up|after)|(?:have|take)\s+a\s+(?:\w+\s+)?look|investigate|review|find\s+(?:out|you)|clarify|"
    r"find|see|monitor|discuss|do|work|know|be\s+(?:able|finished|done|ready)|finish|"
    r"decide|examine|verify|get|try|start|begin|make|give|provide|bring|ensure|make\s+sure|note|help|have"
)
EN_THING = (
    r"refund|money|amount|sum|voucher|credit|card|letter|bags?|suitcase|luggage|replacement|parcel|package|order|e-?mail|"
    r"confirmation|payment|"
    r"reimbursement|compensation|cheque|check|points|miles|tickets?|form|label|documents?|receipt|invoice|code|link|copy|"
    r"call|answer|reply|updates?|decision|"
    r"news|response|message|visit|number|instructions|details|notification|reference|(?:€|\$|£|EUR|USD|GBP|"
    r"CHF)\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|EUR|euros?|USD|dollars|GBP|pounds|CHF|points|miles)"
)
_EN_PEOPLE = (
    r"(?:a|our|my|the|one\s+of\s+(?:our|my))\s+(?:\w+[\s-]){0,3}?(?:colleagues?|technician|team|desk|manager|supervisor|"
    r"specialists?|department|courier|driver|"
    r"engineer|hotel|partner|crew|office|experts?|agents?|representative)|someone(?:\s+from\s+[\w\s]{2,30}?)?|"
    r"somebody(?:\s+from\s+[\w\s]{2,30}?)?"
)
_EN_THEIRS = (
    r"(?:the|your|this|that|a|an|our)\s+(?:(?!if\b|when\b|that\b|which\b)[\w€$£.,'’-]+\s+){0,4}?(?:"
    + EN_THING
    + r")(?:\s+(?:of|for|to|with)\s+[^,.;]{1,40}?|\s+and\s+\w+){0,2}"
)
_EN_DONE = (
    r"be\s+(?:\w+ly\s+)?(?:re)?(?:funded|credited|imbursed|paid|sent|posted|e?-?mailed|shipped|delivered|dispatched|"
    r"issued|processed|booked|confirmed|returned|transferred|"
    r"with\s+you|on\s+(?:its|the|your)|in\s+your|back\b|there|at\s+your|ready|waiting|placed|changed|cancelled|fixed|"
    r"resolved|waived|removed|refunded|compensated|replaced|"
    r"contacted|called|notified|informed|updated|given|moved|upgraded|brought)|arrive|reach|come(?!\s+with)|get\s+to|go\s+out|"
    r"leave\s+(?:us|here|our)|land\s+(?:in|on)|show\s+up|appear"
)
_EN_HANDED = (
    r"shipped|delivered|posted|dispatched|refunded|credited|applied|reimbursed|brought|returned|sent\s+(?:out\s+)?(?:to\s+you|by|"
    r"within|today|tomorrow|on)|with\s+you|at\s+your|with\s+you"
)
ENGLISH = Grammar(
    marker=_rx(
        r"(?<=\band )(?:will|shall)\s+(?:then\s+|also\s+|personally\s+)?(?=(?:write|call|phone|send|let|come|confirm|ring|get)\b)",
        r"\b(?:i|we)(?:['’]ll|\s+will|\s+shall|(?:['’](?:m|re)|\s+am|\s+are)\s+(?:going\s+to|about\s+to))\s+",
        r"\b(?-i:Ill|I'l)\s+",
        r"\bi\s+(?:hereby\s+)?(?:promise|guarantee|undertake|commit)\s+(?:you\s+)?(?:that\s+|to\s+)(?:(?:i|we)(?:['’]ll|\s+will)\s+)?",
        r"\bwe\s+(?:hereby\s+)?(?:promise|guarantee|undertake|commit)\s+(?:you\s+)?(?:that\s+|to\s+)(?:(?:i|we)(?:['’]ll|\s+will)\s+)?",
        rf"(?:^|[,;:–—-]\s+|\b(?:and|then|so|but)\s+)(?:{_EN_PEOPLE})(?:['’]ll|\s+will|\s+is\s+going\s+to|\s+are\s+going\s+to)\s+",
    ),
    firm=re.compile(rf"{_EN_ADVERB}(?:{_EN_FIRM})\b", re.IGNORECASE),
    soft=re.compile(rf"{_EN_ADVERB}(?:{_EN_SOFT})\b", re.IGNORECASE),
    given=_rx(
        r"\byou(?:['’]?ll|\s+will|\s+are\s+going\s+to|\s+should)\s+(?:now\s+|then\s+|also\s+|soon\s+|shortly\s+|"
        r"still\s+)*(?:receive|get|have|see)\s+"
        rf"(?:it\b|them\b|(?:[\w€$£.,%'’-]+\s+){{0,5}}?(?:{EN_THING})\b|an?\s+(?:new|replacement|full|free)\s|"
        rf"(?:[\w€$£.,'’-]+\s+){{0,3}}?back\b)",
        r"\byou(?:['’]?ll|\s+will|\s+are\s+going\s+to|\s+should)\s+(?:then\s+|also\s+|soon\s+)*hear\s+(?:back\s+)?(?:from|"
        r"by|before|within|today|tomorrow)\b",
        r"\byou(?:['’]?ll|\s+will)\s+(?:then\s+|also\s+)*be\s+(?:fully\s+|personally\s+)*(?:refunded|credited|reimbursed|"
        r"paid|contacted|called|notified|informed|rebooked|sent|given|updated|compensated|upgraded)\b",
        r"\byou\s+can\s+expect\s+(?:to\s+(?:hear|receive|get|have)|a|an|the|your|it|us|me)\b",
        rf"\b{_EN_THEIRS}(?:['’]ll|\s+will|\s+should|\s+is\s+going\s+to)\s+(?:then\s+|also\s+|all\s+|now\s+|normally\s+)*(?:{_EN_DONE})\b",
        rf"\b(?:the|this|your)\s+(?:[\w€$£.,'’-]+\s+){{1,5}}?(?:will|should)\s+(?:then\s+|all\s+)*be\s+(?:\w+ly\s+)?(?:{_EN_HANDED})\b",
        r"(?:^|[,;:.–—-]\s*|\b(?:and|then|so|which)\s+)(?:it|they|which|this|that|everything)(?:['’]ll|\s+will|"
        rf"\s+should)\s+(?:then\s+|also\s+|all\s+)*(?:{_EN_DONE})\b",
    ),
    now_and_then=_rx(
        r"\b(?:i|we)(?:['’]m|['’]re|\s+am|\s+are)\s+(?:now\s+|personally\s+|also\s+)*(?:sending|calling|refunding|issuing|"
        r"paying|posting|shipping|booking|bringing|"
        r"transferring|delivering|crediting|replacing|emailing|back\b|getting\s+back|ringing|writing|coming\s+back|"
        r"returning|reimbursing)\b",
        r"\b(?:i|we)\s+(?:call|ring|write\s+to|get\s+back\s+to|send|refund|come\s+back\s+to)\s+(?:you|the|your|it)\b",
        r"\byou\s+(?:have|hear|get|receive)\s+(?:it|the|your|an|a|from|my|our|me)\b",
        rf"\b{_EN_THEIRS}\s+(?:comes?|arrives?|go(?:es)?\s+(?:out|back)|(?:is|are)\s+(?:delivered|brought|sent|paid|with\s+you))\b",
        r"\b(?:it|they)\s+(?:comes?|go(?:es)?\s+(?:out|back)|(?:is|are)\s+(?:delivered|brought))\b",
    ),
    never=re.compile(
        r"(?:(?:\w+ly|also|always|just|still|more\s+than)\s++){0,12}(?:not\b|never\b|no\s+longer\b|"
        r"be\s+(?:(?:more\s+than|so|very|really|only\s+too|always|right)\s+)*"
        r"(?:happy|glad|pleased|delighted|honest|frank|sorry|able|there\b(?!\s+(?:by|at))|here|thrilled|grateful|unable|"
        r"brief|quick|direct|clear|open)\b|"
        r"need\b|have\s+to\b|try\b|do\s+(?:my|our|everything|all)\b|see\s+(?:what|if|whether)\b|love\b|hope\b|want\b|"
        r"require\b|ask\s+you\s+(?:to|for|some|a)\b|assume\b|take\s+(?:it|that)\s+(?:that|as)|"
        r"miss\b|admit\b|say\b|tell\s+you\s+(?:what|that|how|why|a)\b|leave\s+(?:it|that)\s+(?:to|with|there)\b|"
        r"let\s+you\s+(?:go|decide|get|think)\b|have\s+a\s+great\b|speak\s+soon\b|remain\b|probably\b|maybe\b|perhaps\b|"
        r"work\s+(?:hard|on\s+(?:improving|our))|answer\s+(?:any|all|that\s+for|your\s+question\s+(?:now|first))|"
        r"have\s+\w+ed\b|have\s+(?:been|had)|look\s+forward|"
        r"(?:call|get)\s+(?:it|that)\s+(?:a|an)\b|be\s+with\s+you\s+in\s+(?:a|one|just)\s+(?:moment|second|sec|minute)|"
        r"(?:be\s+right\s+back|be\s+back\s+in\s+a\s+(?:moment|second|sec)))",
        re.IGNORECASE,
    ),
)
GERMAN = Grammar(
    marker=_rx(
        r"\b(?:ich|wir)\s+(?:werde|werden)\s+",
        r"\b(?:werde|werden)\s+(?:ich|wir)\s+",
        r"\bich\s+verspreche\s+(?:ihnen\s*)?,?\s*(?:dass\s+)?",
    ),
    firm=re.compile(
        r"[^.;!?]{0,120}?\b(?:(?:zurück)?erstatten|zurückzahlen|auszahlen|überweisen|gutschreiben|bezahlen|ersetzen|(?:zu|"
        r"ver|ab|nach|ein)?schicken|(?:zu|ver|über|nach)?senden|zustellen|liefern|"
        r"(?:an|zurück)rufen|melden|zurückmelden|schreiben|antworten|informieren|benachrichtigen|bescheid\s+geben|"
        r"mitteilen|kontaktieren|(?:um|ein)?buchen|reservieren|stornieren|"
        r"(?:aus)?tauschen|umtauschen|ändern|korrigieren|beheben|reparieren|sperren|entsperren|eröffnen|einreichen|"
        r"weiterleiten|weitergeben|bestellen|verlängern|erlassen|"
        r"veranlassen|ausstellen|bringen|abholen|freischalten|löschen|hinterlegen|vormerken|einrichten|bearbeiten)\b",
        re.IGNORECASE,
    ),
    soft=re.compile(
        r"[^.;!?]{0,100}?\b(?:prüfen|klären|nachsehen|nachfragen|kümmern|anschauen|ansehen|erledigen|nachhaken)\b", re.IGNORECASE
    ),
    given=_rx(
        r"\b(?:sie\s+(?:werden\s+)?(?:erhalten|bekommen|hören\s+(?:von|bis)|haben\s+(?:es|das\s+geld|ihr|ihre|den|die))|"
        r"(?:erhalten|bekommen|hören|haben)\s+sie)\b",
        r"\b(?:das\s+geld|der\s+betrag|die\s+(?:erstattung|gutschrift|karte|ersatzkarte|bestätigung)|der\s+gutschein|"
        r"ihr\s+(?:koffer|gepäck|geld|gutschein|ticket)|ihre\s+(?:karte|erstattung|gutschrift|tickets))"
        r"\s+(?:wird|werden|ist|sind|kommt|trifft)\b",
        r"\b(?:ein|eine|unser|unsere)\s+(?:kolleg(?:e|in)|techniker(?:in)?|mitarbeiter(?:in)?|team)\s+(?:wird|ruft|meldet|kommt)\b",
    ),
    now_and_then=_rx(
        r"\b(?:ich|wir)\s+(?:erstatten?|überweisen?|schicken?|senden?|rufen?|melden?|schreiben?|buchen?|ersetzen?|zahlen?|"
        r"bringen?|liefern?|geben?|stellen?|reservieren?|stornieren?|klären?|prüfen?|informieren?|antworten?|kümmern?|"
        r"lassen?|veranlassen?)\b",
        r"\b(?:erstatte|überweise|schicke|sende|rufe|melde|schreibe|buche|ersetze|zahle|bringe|gebe|stelle|reserviere|"
        r"storniere|kläre|prüfe|informiere|antworte|kümmere|veranlasse)n?\s+(?:ich|wir)\b",
    ),
    never=re.compile(
        r"[^.;!?]{0,40}?\b(?:nicht|nie|kein\w*|gern\w*\s+(?:helfen|behilflich)|versuchen|mich\s+bemühen|uns\s+bemühen|"
        r"können|müssen|ehrlich|vielleicht|wohl)\b",
        re.IGNORECASE,
    ),
)
_ES_STEM = (
    r"reembols|devolver|abon|ingres|transferi|pag|envi|mand|remiti|llam|telefone|escrib|contest|respond|inform|avis|"
    r"notific|comunic|contact|reserv|cambi|cancel|anul|sustitu|reemplaz|"
    r"repar|arregl|correg|resolv|resolver|solucion|tramit|gestion|emiti|enviar|reenvi|confirm|bloque|desbloque|a[ñn]adi|"
    r"aplic|ampli|elimin|borr|entreg|llev|recog|compens|traslad"
)
SPANISH = Grammar(
    marker=_rx(
        r"\b(?:voy|vamos)\s+a\s+",
        rf"\b(?=(?:{_ES_STEM})\w*?(?:r[ée]|remos)\b)",
        r"\b(?=(?:me|nos)\s+(?:pondr(?:é|emos))\b)",
        r"\ble\s+prometo\s+(?:que\s+)?",
    ),
    firm=re.compile(rf"(?:(?:me|nos)\s+pondr(?:é|emos)|(?:{_ES_STEM})\w*|poner(?:me|nos)\b)", re.IGNORECASE),
    soft=re.compile(r"(?:revis|comprob|consult|mir|verific|averigu)\w*", re.IGNORECASE),
    given=_rx(
        r"\b(?:recibir[áa]s?|tendr[áa]s?|(?:va|vas)\s+a\s+(?:recibir|tener))\s+(?:el|la|su|tu|un|una|los|las|noticias|respuesta|\d)\b",
        r"\b(?:el\s+(?:reembolso|dinero|importe|vale|bono)|la\s+(?:tarjeta|devoluci[óo]n|maleta)|su\s+(?:maleta|tarjeta|"
        r"reembolso|equipaje|dinero))\s+(?:llegar[áa]|estar[áa]|ser[áa])\b",
        r"\b(?:un|una|mi|nuestr[oa])\s+(?:compa[ñn]er[oa]|t[ée]cnic[oa]|colega|equipo)\s+(?:le\s+|se\s+)?(?:llamar[áa]|"
        r"pondr[áa]|contactar[áa]|escribir[áa])\b",
    ),
    now_and_then=_rx(
        r"\b(?:le|te|les|lo|la|se\s+lo)\s+(?:llamo|env[íi]o|mando|escribo|devuelvo|reembolso|devolvemos|enviamos|llamamos|"
        r"mandamos|reembolsamos|abonamos|aviso|confirmo)\b"
    ),
    never=re.compile(r"(?:intentar\w*|tratar\w*|poder\w*|ser\w*|estar\w*\s+encantad\w*|ayudar\w*)\b", re.IGNORECASE),
)
GRAMMARS = (ENGLISH, GERMAN, SPANISH)

CONDITION = re.compile(
    r"\b(?:(?<!even\s)(?<!see\s)(?<!check\s)(?<!know\s)(?<!ask\s)(?<!out\s)if\b(?!\s+(?:needed|necessary|required|"
    r"possible|at\s+all|not|nothing|no\s+one|nobody|(?:i|we)\b|there\s+is\s+no))|if\s+(?:needed|necessary|required),|"
    r"unless|provided\s+(?:that\s+)?(?:you|it|"
    r"the)|assuming|in\s+case|should\s+you|were\s+you|"
    r"let\s+me\s+know|would\s+you\s+(?:like|prefer)|whenever|as\s+long\s+as|(?:once|when|as\s+soon\s+as|after|"
    r"until)\s+you(?!r\b)(?!['’]?ll\b)|"
    r"falls|sofern|wenn|solange|sobald\s+sie|auf\s+wunsch|si\b(?!\s+no\b)|siempre\s+que|cuando\s+(?:usted|nos|me)|en\s+caso\s+de)\b",
    re.IGNORECASE,
)
"""What makes a sentence an offer or leaves it to the customer."""
ASKED_FIRST = re.compile(
    r"(?:^|[,;]\s*|\b(?:please|request\s+you\s+to|bitte|kindly|just|simply|por\s+favor|can\s+you|could\s+you)\s+)(?:dm|pm|"
    r"send|reply|tell|give|provide|share|fill|drop|click|follow|confirm|call\s+us|contact|choose|pick|"
    r"respond|attach|forward|return|log|reach|visit|select|schicken|senden|geben|nennen|teilen|antworten|env[íi]e|mande|"
    r"d[íi]game|ind[íi]que|respond[ae])\b[^.;!?]*?"
    r"(?:\b(?:and|so|then|und|dann|y)\b|,)",
    re.IGNORECASE,
)
"""'Send us your reference and we will …': the customer moves first."""
REPORTED = re.compile(
    r"(?<!as i )(?<!as we )(?<!like i )\b(?:said|told|assured|informed|promised|claimed|thought|believed|wrote|mentioned|"
    r"sagte|gesagt|versprochen|dachte|dijo|dijeron|prometi[óo])\b"
    r"(?:\s+(?:you|me|us|him|her|them|ihnen|uns))?(?:\s+(?:that|dass|que))?[^.;!?,]{0,20}$",
    re.IGNORECASE,
)
"""'You were told that we will …': somebody else's words."""
GENERAL = re.compile(
    r"\b(?:always|usually|normally|generally|every\s+time|in\s+general|(?:the\s+)?first\s+time|primera\s+vez|as\s+a\s+rule|"
    r"each\s+time|per\s+year|every\s+\w+|whenever|in\s+der\s+regel|normalerweise|immer|siempre|normalmente)\b",
    re.IGNORECASE,
)
"""How things are done in general is policy, not a promise."""
TAG = re.compile(
    r"(?:,|\s[-–—])\s*(?:is\s+(?:that|this)|does\s+that|would\s+that|ok(?:ay)?|all\s+right|alright|right|sound|if\s+that|"
    r"in\s+ordnung|passt|ist\s+das|de\s+acuerdo|vale|le\s+parece)\b[^,]{0,40}\?\s*$",
    re.IGNORECASE,
)
"""'…, is that okay?' asks for consent to something already promised."""
NOTED = re.compile(
    r"\bpromised\s+(?:(?:her|him|them|the\s+customer|customer|m(?:r|s|rs)\.?\s+\w+)\s+)?(?:(?:to|that\s+(?:we|i)(?:['’]ll|"
    r"\s+will|\s+would)?|we(?:['’]ll|\s+will|\s+would)?|a)\s+)",
    re.IGNORECASE,
)
"""How a phone note writes it down: 'promised to call her back by Thursday'."""
