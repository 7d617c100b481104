"""What is wrong with an article while it is written: the rules of `knowledge lint`, beside the published articles that they look at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from copilot.domain.base import Frozen
from copilot.domain.knowledge import Article
from copilot.domain.linting import Severity
from copilot.domain.ports.editing import ArticleFilter
from copilot.domain.ports.records import Database, Records
from copilot.retrieval.articles import write_article
from copilot.retrieval.linting import lint_pages
from copilot.retrieval.linting.base import Page
from copilot.retrieval.linting.links import targets
from copilot.retrieval.words import tokens

NEIGHBOURS: Final = 200
"""Articles with a word of the title in common that are read for a title that is taken."""


class Remark(Frozen):
    """Something to mend. `field`: of the article; `line`: of its text, from 1; `key`: the lever's id."""

    severity: Severity
    rule: str
    message: str
    todo: str
    field: str = "text"
    line: int = 0
    key: str = ""


@dataclass(frozen=True)
class Proofreading:
    """One article at a time; the costs follow what it links to and how it is called, not the size of the knowledge base."""

    database: Database
    clock: Callable[[], datetime]

    async def remarks(self, tenant: str, article: Article) -> list[Remark]:
        """Errors first, each with where it stands."""
        async with self.database.read(tenant) as records:
            linked = await _linked(records, article)
            others = [*await self._titled(records, article), *linked.values()]
            others += await records.articles.with_levers() if article.levers else ()
        mine = Page(article.id, write_article(article.model_copy(update={"status": "published"})), article)
        pages = {one.id: Page(one.id, "", one) for one in others if one.id != article.id}
        found = lint_pages((*pages.values(), mine), self.clock(), files=frozenset(linked))
        remarks = [
            Remark(severity=one.severity, rule=one.rule, message=one.message, todo=one.todo, **_place(mine, one.line, one.rule))
            for one in found
            if one.file == mine.name
        ]
        return sorted(remarks, key=lambda one: (one.severity != "error", one.line))

    async def _titled(self, records: Records, article: Article) -> list[Article]:
        """Articles whose titles have the longest word in common: a title that is taken, or nearly, is among them."""
        words = sorted(tokens(article.title), key=len)[-1:]
        if not words:
            return []
        rows = await records.editing.listed(ArticleFilter(at=self.clock(), text=words[0]), 0, NEIGHBOURS)
        return [Article(id=row.id, title=row.title, text="", status=row.status, locale=row.locale) for row in rows if row.revision]


async def _linked(records: Records, article: Article) -> dict[str, Article]:
    """Articles that its links lead to, by the link's path. A folder's path names the same article as the last part of it."""
    names = {path: (path, PurePosixPath(path).stem) for path in targets(article.text)}
    there = await records.articles.many([ident for some in names.values() for ident in some])
    found = {path: next((there[ident] for ident in some if ident in there), None) for path, some in names.items()}
    return {path: one for path, one in found.items() if one is not None}


def _place(page: Page, line: int, rule: str) -> dict[str, Any]:
    """Where a line of the file stands in the form. A field that is not written has no line; then the rule's name may be its own."""
    first = page.text_line(0)
    if line >= first:
        return {"field": "text", "line": line - first + 1}
    at, key = line - 1, ""
    while at > 0 and page.lines[at][:1] in (" ", "-"):
        words = page.lines[at].strip().removeprefix("- ")
        key = key or (words.removeprefix("id:").strip().strip("'\"") if words.startswith("id:") else "")
        at -= 1
    return {"field": page.lines[at].partition(":")[0] if at else rule if rule in Article.model_fields else "title", "key": key}
