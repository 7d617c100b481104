"""own: the company's mistake is owned in what the customer reads."""

import re
from typing import Any

from evals.expectations.base import Expectation, Seen
from evals.outcome import Outcome

_OWNED = re.compile(
    r"\b(?:our|my) (?:own )?(?:fault|mistake|error|failure|oversight)\b|\b(?:we|I) (?:have )?(?:broke|broken|did not|didn['’]t|have not|"
    r"haven['’]t|failed|let you down|missed|forgot|should have|were wrong|was wrong|made a mistake|got (?:it|that|this) wrong|charged|lost|"
    r"cancelled|promised)\b|\b(?:mistake|fault|error) (?:is|was) ours\b|\bwas not kept\b|\bunser(?:e|em|en|er)? (?:fehler|versäumnis)\b|"
    r"\b(?:wir|ich) (?:haben|habe) (?:\w+ ){0,5}(?:nicht|versäumt|vergessen|versprochen)\b|"
    r"\b(?:error|fallo|culpa) (?:es |ha sido |fue )?nuestr[oa]\b|\b(?:liegt|lag) (?:an|bei) uns\b|"
    r"\b(?:fehler|versäumnis) (?:liegt|lag) bei uns\b|\bdas ist nicht geschehen\b|"
    r"\bno se ha cumplido\b|\bno (?:lo )?(?:hemos|he) cumplido\b",
    re.IGNORECASE,
)


class Own(Expectation):
    """Words that take responsibility, read from the text alone and not by the product's own check."""

    name = "own"
    takes = "Write `company`: only the company can own a mistake in a reply."
    value = str
    kinds = ("reply",)

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        for suggestion in outcome.told(kind):
            match = _OWNED.search(suggestion.text)
            if match:
                return Seen(True, f"“{suggestion.text[max(0, match.start() - 30) : match.end() + 60]}”")
        return Seen(False, "nobody takes responsibility")
