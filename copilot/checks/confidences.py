"""Matters that people tell in confidence: a word of one is enough to give a memory of it away. English, German, Spanish."""

import re

_MATTERS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    for name, words in {
        "grief": r"(?:passed|passing) away|died|death|deceased|dead|(?:your|his|her|their) (?:\w+ )?loss|bereave\w*|widow(?:er|ed)?|"
        r"funeral|mourning|grie(?:f|ving)|condolences?|"
        r"gestorben|verstorben\w*|verlust ihre\w*|tod|todesfall|trauer\w*|beileid|beerdigung|witwer?|falleci\w*|muri[óo]|muerte|"
        r"p[ée]same|luto|viud[ao]|funeral",
        "illness": r"ill|illness(?:es)?|sick(?:ness)?|cancer|tumou?r|disease|chemo\w*|surger(?:y|ies)|operation|hospital|"
        r"hospitali[sz]\w*|"
        r"diagnos\w+|depress(?:ed|ion)|anxiety|therapy|stroke|dementia|"
        r"krank\w*|krebs|operiert|depression\w*|erkrank\w*|krankenhaus|schlaganfall|enferm\w+|c[áa]ncer|cirug[íi]a|hospital\w*|"
        r"depresi[óo]n",
        "disability": r"disab(?:led|ility)|wheelchair|hard of hearing|hearing (?:loss|aid|impair\w+)|deaf|blind|visually impaired|"
        r"behinder\w*|schwerhörig\w*|gehörlos\w*|rollstuhl|sehbehinder\w*|"
        r"discapacidad|silla de ruedas|sord[ao]|cieg[ao]",
        "pregnancy": r"pregnan\w+|miscarriage|expecting a baby|schwanger\w*|fehlgeburt|embaraz\w+|aborto",
        "family": r"divorc\w+|separat(?:ed|ion) from|custody|scheidung|geschieden\w*|getrennt lebend|sorgerecht|divorci\w+|custodia",
        "money": r"unemploy\w+|lost (?:his|her|their|your) job|redundan\w+|bankrupt\w*|insolven\w+|in debt|debts|arbeitslos\w*|entlassen|"
        r"schulden|verschuldet|pleite|desemple\w+|en el paro|deudas?|quiebra",
        "belief": r"muslim|jewish|christian|catholic|hindu|religio\w+|ramadan|islam\w*|jüdisch|katholisch|musulm\w+|jud[íi]o|cat[óo]lic\w+",
        "orientation": r"gay|lesbian|transgender|bisexual|schwul|lesbisch|homosex\w+|lesbiana",
    }.items()
}


def concepts(text: str) -> dict[str, tuple[int, int]]:
    """The sensitive matters a text speaks of, each with the place of its first word."""
    return {name: match.span() for name, pattern in _MATTERS.items() if (match := pattern.search(text))}
