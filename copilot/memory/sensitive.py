"""What people tell about health, grief and the like: it may guide an agent, it is never said, and it is soon forgotten."""

import re
from datetime import timedelta

KEPT = timedelta(days=180)
"""How long such a thing may be remembered."""

_SENSITIVE = re.compile(
    r"\b(?:cancer|tumou?r|chemo\w*|surgery|operation\s+on\s+(?:my|his|her)|hospital\w*|heart\s+(?:attack|condition|"
    r"disease|failure)|stroke|epilep\w+|diabet\w+|insulin|asthma\w*|allerg\w+|anaphyla\w+|coeliac|celiac|"
    r"dementia|alzheimer\w*|parkinson\w*|multiple\s+sclerosis|autis\w+|adhd|wheelchair|disab\w+|blind|deaf|"
    r"hard\s+of\s+hearing|prosthe\w+|crutches|walking\s+frame|oxygen\s+(?:tank|device|concentrator)|pacemaker|"
    r"depress(?:ed|ion)|anxiety|panic\s+attacks?|ptsd|suicid\w+|mental\s+health|therap(?:y|ist)|addict\w+|rehab|"
    r"pregnan\w+|miscarriage|stillb\w+|ivf|hiv|illness|(?:seriously|terminally|gravely)\s+ill|terminal|hospice|"
    r"passed\s+away|funeral|bereave\w*|widow(?:ed|er)?|grie(?:f|ving)|mourning|(?:my|his|her|"
    r"our)\s+(?:late\s+)?(?:husband|wife|mother|father|mum|mom|dad|son|daughter|brother|sister|partner|child|baby|"
    r"parents?|grand\w+|friend)(?:\s+\w+)?\s+"
    r"(?:has\s+|have\s+|just\s+|recently\s+)*(?:died|is\s+dying|death|passed)|\w+['’]s\s+death|the\s+death\s+of|deceased|"
    r"divorc\w+|domestic\s+(?:violence|abuse)|assault\w*|raped?|refugee|asylum|"
    r"(?:sexual|gender)\s+(?:orientation|identity)|religio\w+|church\s+tax|trade\s+union|criminal\s+record|"
    r"krebs\w*|tumor|chemo\w*|operiert|krankenhaus|schlaganfall|herzinfarkt|epilep\w+|diabetes|zöliakie|allerg\w+|demenz|"
    r"rollstuhl|schwerbehindert\w*|behinder\w+|gehörlos|depress\w+|schwanger\w*|fehlgeburt|"
    r"verstorben|gestorben|beerdigung|trauer\w*|beisetzung|todesfall|witwe[r]?|scheidung|"
    r"c[áa]ncer|hospital\w*|operaci[óo]n|infarto|ictus|cel[íi]ac\w+|al[ée]rgic\w+|alergia|demencia|silla\s+de\s+ruedas|"
    r"discapaci\w+|embaraz\w+|aborto|depresi[óo]n|falleci\w+|funeral|entierro|luto|viud[ao]|divorci\w+)\b",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\b(?:blind\s+(?:spot|booking|date)|dead(?:line|\s+battery)|terminal\s+\w{1,2}\b|(?:the|at|in|from|of|to|your|arrivals?|"
    r"departure)\s+terminal\b|disabl\w+\s+(?:the|my|your|push|notif|cookies)|credit\s+therapy|stroke\s+of\s+luck)",
    re.IGNORECASE,
)


def is_sensitive(text: str) -> bool:
    """Whether `text` tells of health, disability, bereavement or another guarded matter."""
    return bool(_SENSITIVE.search(_HARMLESS.sub(" ", text)))
