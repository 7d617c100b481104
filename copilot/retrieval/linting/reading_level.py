"""Public texts that are hard to read."""

import re
from collections.abc import Iterator

from copilot.domain.knowledge import Article
from copilot.domain.linting import Finding
from copilot.retrieval.linting.base import Folder, Rule
from copilot.retrieval.linting.readability import MIN_WORDS, Measured, measured
from copilot.retrieval.passages import plain_text, public_lines
from copilot.retrieval.words import STOPWORDS

ENGLISH = 0.3
"""Share of English function words from which a text without a language counts as English; of German and Spanish ones it is below 0.1."""


class ReadingLevel(Rule):
    """English text for customers, below the wanted Flesch reading ease. Short texts, tables and code are not measured."""

    name = "reading-level"

    def run(self, folder: Folder) -> Iterator[Finding]:
        """A warning an article, at the first line of its text."""
        for page, article in folder.living if folder.reading_ease > 0 else ():
            found = _measured(article)
            if found is not None and found.ease < folder.reading_ease:
                message = f"its reading ease is {found.ease:.0f} (Flesch), below {folder.reading_ease:g}: {found.why}."
                yield self.finding(page, page.text_line(0), "warning", message, "Write shorter sentences and plainer words.")


def _measured(article: Article) -> Measured | None:
    if article.locale and article.locale.split("-")[0].split("_")[0].lower() != "en":
        return None
    prose = _prose(article)
    if not article.locale and not _reads_like_english(prose):
        return None
    found = measured(prose)
    return found if found.words >= MIN_WORDS else None


def _prose(article: Article) -> str:
    """What customers read, a paragraph or list item a line, without headings, tables and code."""
    lines = article.text.splitlines()
    kept: list[str] = []
    fenced, before = False, -2
    for number in public_lines(article):
        line = lines[number] if number < len(lines) else ""
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        if fenced or re.match(r"\s*(?:#|\||```|~~~)|\s{4,}(?![-*+\d])", line) or line.count("|") > 1:
            continue
        starts = number != before + 1 or re.match(r"\s*(?:[-*+>]|\d+[.)])\s", line) or not line.strip()
        if starts or not kept:
            kept.append(line)
        else:
            kept[-1] += f" {line.strip()}"
        before = number
    return plain_text("\n".join(kept))


def _reads_like_english(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.lower())
    return bool(words) and sum(word in STOPWORDS for word in words) >= ENGLISH * len(words)
