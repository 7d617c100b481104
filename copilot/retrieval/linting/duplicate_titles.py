"""Titles that people and search cannot tell apart."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Levenshtein

from copilot.domain.knowledge import Article
from copilot.domain.linting import Finding
from copilot.retrieval.linting.base import Folder, Page, Rule
from copilot.retrieval.words import stem, tokens

TYPING_SLIP = 5
"""Letters a stem needs for one letter more or less to be a slip ("baggage", "bagage"). Another letter makes another word ("Night")."""
_SMALL = frozenset(("a", "an", "the", "your", "our", "my", "of", "to", "for"))


class DuplicateTitles(Rule):
    """The same title twice in one language (error), or nearly: other order, form or small words, or one letter left out (warning)."""

    name = "duplicate-title"

    def run(self, folder: Folder) -> Iterator[Finding]:
        """One finding an article, at its title, naming the earliest one it is like. Archived articles may keep their titles."""
        exact: dict[tuple[str, ...], Page] = {}
        loose: dict[tuple[str, ...], Page] = {}
        gaps: defaultdict[tuple[str, ...], list[tuple[str, Page]]] = defaultdict(list)
        for page, article in folder.living:
            words = [article.locale.split("-")[0], *(word.lower() for word in tokens(article.title))]
            key = _key(words)
            slipped = _slip(key, gaps)
            if same := exact.get(tuple(words)):
                yield self._found(page, article, same, "error", "is the title of")
            elif same := loose.get(key) or slipped:
                yield self._found(page, article, same, "warning", "is nearly the title of")
            exact.setdefault(tuple(words), page)
            loose.setdefault(key, page)
            for word, others in _left_out(key):
                gaps[others].append((word, page))

    def _found(self, page: Page, article: Article, other: Page, severity: str, says: str) -> Finding:
        todo = "Merge the articles, or say in each title what sets it apart."
        message = f"{article.title!r} {says} {other.name}."
        return self.finding(page, page.field_line("title"), "error" if severity == "error" else "warning", message, todo)


def _key(words: Sequence[str]) -> tuple[str, ...]:
    """The language, then stems in order of the alphabet. A title of small words only keeps them."""
    telling = [stem(word) for word in words[1:] if word not in _SMALL]
    return (words[0], *sorted(telling or words[1:]))


def _left_out(key: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each long word, and the key without it."""
    for at, word in enumerate(key):
        if at and len(word) >= TYPING_SLIP and word.isalpha():
            yield word, key[:at] + key[at + 1 :]


def _slip(key: tuple[str, ...], gaps: dict[tuple[str, ...], list[tuple[str, Page]]]) -> Page | None:
    """An earlier page whose title has one letter more or less in one long word."""
    for word, others in _left_out(key):
        for before, page in gaps.get(others, ()):
            if len(word) != len(before) and Levenshtein.distance(word, before, score_cutoff=1) == 1:
                return page
    return None
