"""Words for colleagues where customers read."""

import re
from collections.abc import Iterator

from copilot.domain.knowledge import Article
from copilot.domain.linting import Finding
from copilot.retrieval.linting.base import Folder, Rule, grave
from copilot.retrieval.passages import FOR_THE_AGENT, public_lines

_PEOPLE = r"(?:the |our |a |an |any |your )?(?:customers?|guests?|clients?|passengers?|travell?ers?|callers?)"
_FOR_COLLEAGUES = re.compile(
    r"\b(?:never|do(?:es)? not|don['’]t|must not|should not) (?:tell|mention|say|reveal|disclose|admit|promise|offer)\b"
    rf"[^.!?]{{0,40}}?\b{_PEOPLE}\b|"
    rf"\bkeep (?:this|it|that) from {_PEOPLE}\b|"
    rf"\b(?:only )?(?:if|when|unless) {_PEOPLE} (?:insists?|complains?|threatens?|pushes back)\b|"
    r"\b(?:for )?internal (?:use|eyes)(?: only)?\b|\binternal(?:ly)? only\b|\bstaff only\b|\bagents only\b|\bfor agents['’] eyes\b|"
    r"\b(?:see )?(?:the|our) internal (?:page|article|guide|note|wiki)\b|\bnot for (?:publication|customers)\b|\boff the record\b|"
    r"\b(?:nie|niemals|nicht) (?:dem|den|einem|unseren?) (?:Kund|Gast|Gäst)\w* (?:sagen|mitteilen|erzählen|verraten|anbieten)\b|"
    r"\bnur (?:intern|für (?:Mitarbeit|Agent)\w*)\b|\bnicht zur Veröffentlichung\b|"
    r"\b(?:nunca|no) (?:decir|digas?|mencion\w+|revel\w+) (?:\w+ ){0,3}al? (?:los )?clientes?\b|\b(?:de )?uso interno\b",
    re.IGNORECASE,
)


def says_internal(article: Article) -> list[tuple[int, str]]:
    """(line of the text from 0, the words) where a public article speaks to colleagues outside a "For the agent" section."""
    lines = article.text.splitlines()
    found = ((number, _FOR_COLLEAGUES.search(lines[number])) for number in public_lines(article) if number < len(lines))
    return [(number, match[0]) for number, match in found if match]


class InternalText(Rule):
    """A public article that speaks to colleagues outside a "For the agent" section: customers can be shown it."""

    name = "internal-text"

    def run(self, folder: Folder) -> Iterator[Finding]:
        """At the line of the words: errors, in a draft warnings."""
        for page, article in folder.living:
            for number, words in says_internal(article):
                message = f"“{words}” is for colleagues, and customers can be shown this text."
                todo = f"Move it under a heading “{FOR_THE_AGENT.capitalize()}”, or into an internal article."
                yield self.finding(page, page.text_line(number, words), grave(article), message, todo)
