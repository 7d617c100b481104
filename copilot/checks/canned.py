"""The words that cost trust (CRAFT, the `Never` list), in English, German and Spanish, each with what to do instead."""

import re
from typing import NamedTuple


class Phrase(NamedTuple):
    """A pattern and the advice shown with it."""

    pattern: re.Pattern[str]
    instead: str


def _rx(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:{part})" for part in parts), re.IGNORECASE)


_FEELINGS = r"(?:frustrat\w+|anger|annoyance|irritation|disappointment|concerns?|feelings?|upset|situation|position|pain)"
PHRASES: tuple[Phrase, ...] = (
    Phrase(
        _rx(
            rf"\bI (?:\w+ )?(?:understand|get|appreciate|hear|see|recogni[sz]e|acknowledge|can imagine|can only imagine|"
            rf"sympathi[sz]e with|empathi[sz]e with) (?:\w+ )?(?:your|the) (?:\w+ )?{_FEELINGS}\b",
            r"\bI (?:\w+ )?(?:understand|know|get|see|can imagine|can see|can understand|hear|appreciate) (?:\w+ )?(?:how|that) "
            r"(?:\w+ )?(?:frustrat|annoy|upset|disappoint|inconvenient|angry|difficult|stressful|hard|irritat|you (?:feel|are "
            r"feeling|must feel|must be|are (?:\w+ )?(?:frustrat|upset|angry|annoy|disappoint)))\w*",
            r"\b(?:that|this|it) must (?:be|have been|feel) (?:\w+ )?(?:frustrat|annoy|upset|disappoint|irritat)\w+",
            r"\b(?:I am|I'm|we are|we're) (?:\w+ )?sorry (?:for|about) (?:your|the|any|all the) (?:\w+ )?(?:frustration|annoyance)\b",
            r"\bwe (?:\w+ )?understand (?:your|how|that you)\b[^.!?]{0,30}(?:frustrat|feel|upset|annoy|concern)",
            r"\bich (?:\w+ )?(?:verstehe|kann|weiß) (?:\w+ )?(?:ihre(?:n)?|ihr|wie) (?:\w+ )?(?:frust\w*|ärger|unmut|verärgerung|"
            r"enttäuschung|wie sie sich fühlen|ärgerlich|frustrierend|verstehen|nachvollziehen)\b",
            r"\b(?:ihr(?:en|em)?|den) (?:frust|ärger|unmut)\b[^.!?]{0,25}\b(?:verstehen|nachvollziehen|verständlich|nachempfinden)",
            r"\b(?:das|es) (?:muss|ist sicher) (?:\w+ )?(?:frustrierend|ärgerlich|enttäuschend)\b",
            r"\b(?:entiendo|comprendo|entendemos|comprendemos|lamento|lamentamos|s[ée] lo) (?:\w+ )?(?:su|tu|c[óo]mo se|que "
            r"(?:est[ée]|se)) (?:\w+ )?(?:frustraci[óo]n|enfado|malestar|molestia|enojo|preocupaci[óo]n|sient\w+|molest\w+|"
            r"frustrad\w+)",
            r"\b(?:debe (?:de )?ser|tiene que ser) (?:\w+ )?(?:frustrante|molesto)",
        ),
        "name what happened to this person instead: the thing, the date, the sum",
    ),
    Phrase(
        _rx(
            r"\b(?:calm|settle|cool) down\b",
            r"\b(?:please |just )?(?:relax|stay calm|keep calm|take a (?:deep )?breath)\b",
            r"\bno need to (?:be|get) (?:angry|upset|rude|worked up)\b",
            r"\bberuhigen sie sich\b|\bbleiben sie (?:bitte )?ruhig\b|\bregen sie sich nicht auf\b",
            r"\b(?:c[áa]lmese|c[áa]lmate|tranquil[íi]cese|tranquil[íi]zate|mantenga la calma|no se (?:enfade|altere))\b",
        ),
        "leave it out: a date and a next step calm, being told to does not",
    ),
    Phrase(
        _rx(
            r"\bunfortunately,? (?:\w+ ){0,3}(?:our|company|the) (?:\w+ )?(?:polic(?:y|ies)|rules?|terms)",
            r"\b(?:it(?:'s| is) (?:just |simply )?|that(?:'s| is) (?:just |simply )?|as per|due to|according to|per) (?:our|"
            r"company|the) (?:\w+ )?polic(?:y|ies)",
            r"\bour polic(?:y|ies) (?:does|do|doesn't|don't|states?|says?|requires?|prevents?|is)\b",
            r"\b(?:leider|bedauerlicherweise)\b[^.!?]{0,40}\b(?:richtlinien?|vorschrift\w*|regeln|bestimmungen|agb)\b|\b(?:laut|"
            r"gemäß|nach) unsere[nr] (?:richtlinien?|vorschriften|bestimmungen|agb)\b",
            r"\b(?:lamentablemente|desafortunadamente|por desgracia)\b[^.!?]{0,40}\b(?:pol[íi]tica|normas?|reglas?)\b|"
            r"\b(?:seg[úu]n|debido a) nuestra (?:pol[íi]tica|normativa)",
        ),
        "say the reason and what is possible instead, without the word policy",
    ),
    Phrase(
        _rx(
            r"\bas (?:I|we)(?:'ve| have)? (?:already |previously )?(?:said|told you|mentioned|explained|stated|informed you)\b",
            r"\b(?:like|as) (?:I|we) said\b",
            r"\bas (?:already|previously) (?:said|mentioned|stated|explained|advised)\b",
            r"\bper my (?:last|previous)\b",
            r"\bwie (?:bereits|schon|ich|wir)\b[^.!?,]{0,20}\b(?:gesagt|erwähnt|erklärt|mitgeteilt|geschrieben)\b|\bwie gesagt\b",
            r"\bcomo (?:ya )?(?:le |te )?(?:he|hemos) (?:dicho|explicado|comentado|indicado|mencionado)\b|\bcomo (?:ya )?(?:le |"
            r"te )?(?:dije|dijimos|coment[ée]|expliqu[ée]|mencion[ée])\b",
        ),
        "say it again, plainly, as if for the first time",
    ),
    Phrase(
        _rx(
            r"\b(?:sorry|apologi[sz]e|apologies|regret)\b[^.!?]{0,30}\b(?:any|the|this|these|that|all|possible) (?:\w+ "
            r")?(?:inconveniences?|trouble caused)\b",
            r"\binconveniences? (?:this|that|it|we)? ?(?:may|might|could) have caused\b",
            r"\b(?:unannehmlichkeiten|etwaige umstände|eventuelle unannehmlichkeit\w*)\b",
            r"\b(?:inconvenientes?|molestias?) (?:que (?:esto|ello|le|pueda\w*|hayamos)|ocasionad[ao]s?|causad[ao]s?)\b|"
            r"\b(?:disculp\w+|perd[óo]n\w*|lament\w+|sent\w+)[^.!?]{0,25}\b(?:las |cualquier |los )(?:molestias?|"
            r"inconvenientes?)\b",
        ),
        "name what went wrong and what happens now; `any inconvenience` says that you do not know it",
    ),
    Phrase(
        _rx(
            r"\b(?:my|our|the|a) (?:\w+ )?(?:colleagues?|previous agent|other agent|co-?workers?|other (?:team|department)) "
            r"(?:\w+ )?(?:should(?:n't| not)? have|made (?:a|the) mistake|forgot|failed|messed|got it wrong|was wrong|were wrong|"
            r"gave you (?:the )?wrong|misinformed|didn't|did not|dropped|screwed)\b",
            r"\b(?:mein\w*|unser\w*|der|die|ein) kolleg\w+ (?:\w+ )?(?:hätte|haben? (?:das |es |ihnen )?(?:vergessen|falsch|"
            r"versäumt|einen fehler)|hat (?:das |es |ihnen |leider )?(?:vergessen|falsch|versäumt|einen fehler))",
            r"\b(?:mi|nuestro|el) compañer[oa] (?:\w+ )?(?:se equivoc[óo]|olvid[óo]|no debi[óo]|deber[íi]a haber|cometi[óo])",
        ),
        "own it as the company (`we did not send it`); no colleague is blamed",
    ),
    Phrase(
        _rx(
            r"\b(?:as soon as possible|asap|as soon as (?:I|we) can|at (?:my|our|your) earliest convenience|in due course)\b",
            r"\b(?:so (?:bald|schnell|rasch) wie möglich|schnellstmöglich\w*|baldmöglichst|ehestmöglich|in kürze|zeitnah)\b",
            r"\b(?:lo antes posible|cuanto antes|a la mayor brevedad(?: posible)?|lo m[áa]s pronto posible|en breve)\b",
        ),
        "give a day or a time",
    ),
    Phrase(
        _rx(
            r"\b(?:please )?forgive (?:me|us|our|my)\b",
            r"\b(?:beg|ask|hope)\b[^.!?]{0,20}\b(?:forgiveness|pardon|forgive)\b",
            r"\bI hope you (?:can|will) (?:forgive|excuse)\b",
            r"\b(?:bitte )?verzeihen sie\b|\bum (?:verzeihung|vergebung)\b|\bich hoffe,? sie (?:können|"
            r"werden)[^.!?]{0,25}verzeihen",
            r"\b(?:perd[óo]n[ae](?:me|nos)|le (?:ruego|pido|suplico)[^.!?]{0,20}perd[óo]n|espero que (?:nos|me) perdone)\b",
        ),
        "say what is repaired instead; forgiveness is not asked for",
    ),
    Phrase(
        _rx(
            r"\b(?:we are|we're|the company is|ternway is|you are|they are) (?:not )?(?:legally|fully|solely)? ?(?:liable|"
            r"negligent|in breach|legally (?:responsible|obliged|bound|required))\b",
            r"\b(?:breach(?:ed)? (?:of )?(?:the )?contract|illegal(?:ly)?|unlawful(?:ly)?|violat\w+ (?:the )?law|by law you|you "
            r"(?:could|can|would|may) sue|admit liability|without prejudice|statutory right to)\b",
            r"\b(?:rechtlich|gesetzlich) (?:verpflichtet|haftbar|verantwortlich|unzulässig)\b|\b(?:vertragsbruch|rechtswidrig|"
            r"haftbar|haften (?:wir|sie)|schadensersatzpflichtig|klagen können)\b",
            r"\b(?:legalmente (?:responsables?|obligad\w+)|incumplimiento (?:de|del) contrato|ilegal\w*|responsabilidad legal|"
            r"puede demandar\w*)\b",
        ),
        "no legal conclusions: say what is done",
    ),
    Phrase(
        _rx(
            r"\b(?:just kidding|joking aside|haha+|lol|rofl|lmao|on the bright side|look on the bright side|at least you (?:got|"
            r"had|can))\b",
            r"\b(?:war nur (?:ein )?(?:spaß|scherz)|kleiner scherz|spaß beiseite|humor beiseite)\b",
            r"\b(?:es broma|era broma|bromas aparte|jaja(?:ja)*)\b",
            "[😂🤣😜😹😆]",
        ),
        "no jokes here",
    ),
    Phrase(
        _rx(
            r"\b(?:we|I) value your (?:business|patience|feedback|loyalty|custom)\b",
            r"\byour (?:call|satisfaction|feedback|opinion) is (?:very |extremely )?important to us\b",
            r"\b(?:thank you|thanks) for (?:your )?(?:continued )?(?:patience and understanding|understanding)\b",
            r"\bvielen dank für ihr verständnis\b|\bwir bitten um (?:ihr )?verständnis\b",
            r"\b(?:gracias por su (?:comprensi[óo]n|paciencia y comprensi[óo]n)|su opini[óo]n es (?:muy )?importante)\b",
        ),
        "a formula: say what this person did or gets",
    ),
)
"""One finding a phrase; the order is the order of weight."""

FEELINGS: dict[str, re.Pattern[str]] = {
    "angry": _rx(
        r"\b(?:your (?:anger|rage|fury)|(?:you are|you're|you must be|you feel|you sound|makes you) (?:\w+ )?(?:angry|furious|mad|"
        r"livid|outraged))\b",
        r"\b(?:ihre wut|ihr zorn|sie sind (?:\w+ )?(?:wütend|zornig))\b",
        r"\b(?:su (?:ira|rabia)|est[áa] (?:\w+ )?(?:furios[ao]|enfadad[ao]))\b",
    ),
    "worried": _rx(
        r"\b(?:your (?:worry|worries|fear|anxiety|panic)|(?:you are|you're|you must be|you feel|you sound) (?:\w+ )?(?:worried|"
        r"anxious|scared|afraid|panicked|terrified))\b",
        r"\b(?:ihre (?:angst|sorge|sorgen|panik)|sie (?:sind|haben) (?:\w+ )?(?:besorgt|angst))\b",
        r"\b(?:su (?:miedo|angustia)|est[áa] (?:\w+ )?(?:asustad[ao]|angustiad[ao]))\b",
    ),
    "disappointed": _rx(
        r"\b(?:your (?:sadness|heartbreak|devastation|despair|disappointment)|(?:you are|you're|you must be|you feel|you sound) "
        r"(?:\w+ )?(?:heartbroken|devastated|sad|desperate|disappointed))\b",
        r"\b(?:ihre (?:trauer|verzweiflung|enttäuschung)|sie sind (?:\w+ )?(?:verzweifelt|traurig|enttäuscht))\b",
        r"\b(?:su (?:tristeza|desesperaci[óo]n|decepci[óo]n)|est[áa] (?:\w+ )?(?:desesperad[ao]|triste|decepcionad[ao]))\b",
    ),
}
"""A feeling that a text says the customer has, under the label that shows it."""

APOLOGY = _rx(
    r"\b(?:I|we)(?:'m| am|'re| are)? (?:\w+ )?(?:sorry|apologi[sz]e)\b",
    r"\b(?:my|our|please accept (?:my|our)|sincere(?:st)?|deepest|with|many) (?:\w+ )?apolog(?:y|ies)\b",
    r"(?:^|[.!?]\s)(?:so |very )?sorry\b|(?:^|[.!?]\s)apologies\b",
    r"\b(?:entschuldig\w+|es tut (?:mir|uns) (?:\w+ )?leid|tut mir leid|ich bedaure|wir bedauern)\b",
    r"\b(?:(?:lo|le) (?:siento|sentimos|lamento|lamentamos)|(?:pido|pedimos|mis|nuestras) disculpas|disculp(?:e|a|en)(?:me|nos)?|"
    r"lamento|lamentamos|perd[óo]n)\b",
)
