"""Links inside the folder that lead nowhere."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from copilot.domain.knowledge import Article
from copilot.domain.linting import Finding
from copilot.retrieval.articles import inline_text
from copilot.retrieval.linting.base import Folder, Page, Rule, grave

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
"""Another host or program: nothing that a folder can tell."""
_HREF = re.compile(r"<a\b[^<>]{0,400}?\bhref\s*=\s*[\"']([^\"'<>]{1,2000})[\"']", re.IGNORECASE)
_NAMED = re.compile(r"<[a-z]\w*\b[^<>]{0,400}?\b(?:id|name)\s*=\s*[\"']([^\"'<>]{1,200})[\"']", re.IGNORECASE)


class _Link(NamedTuple):
    line: int
    target: str


class Links(Rule):
    """A link to an article or file that is not in the folder, or to a heading that its target does not have.

    A target is a path from the linking file (from the folder with a leading slash), with or without its ending, or an article's id.
    """

    name = "broken-link"

    def run(self, folder: Folder) -> Iterator[Finding]:
        """Errors at the links; a draft's are warnings. Archived articles are not read."""
        ids = {article.id: page for page, article in folder.articles}
        for page, article in folder.living:
            for link in _links(article.text):
                if not _ELSEWHERE.match(link.target):
                    yield from self._link(folder, ids, page, article, link)

    def _link(self, folder: Folder, ids: Mapping[str, Page], page: Page, article: Article, link: _Link) -> Iterator[Finding]:
        path, _, anchor = link.target.partition("#")
        line = page.text_line(link.line, link.target)
        target = _target(folder, ids, page, unquote(path.partition("?")[0]))
        if target is None:
            message = f"the link to {link.target!r} leads to nothing."
            yield self.finding(page, line, grave(article), message, "Correct the path, or link to the article that replaced it.")
        elif isinstance(target, Page) and target.article and unquote(anchor).casefold() not in _anchors(target.article.text):
            message = f"{target.name} has no heading for {'#' + anchor!r}."
            yield self.finding(page, line, grave(article), message, "Use a heading's words in lower case, with dashes between them.")


def _target(folder: Folder, ids: Mapping[str, Page], page: Page, path: str) -> Page | str | None:
    """The page or other file that a path leads to; None when there is none."""
    if not path:
        return page
    start = "" if path.startswith("/") else posixpath.dirname(page.name)
    found = posixpath.normpath(posixpath.join(start, path.lstrip("/")))
    for name in (found, f"{found}.md", f"{found}.markdown", f"{found}.html", f"{found}.htm"):
        if name in folder.by_name:
            return folder.by_name[name]
    if found in folder.files or _is_folder(folder, found):
        return found
    return ids.get(path.strip("/")) if not PurePosixPath(path).suffix else None


def _is_folder(folder: Folder, path: str) -> bool:
    return path == "." or any(name.startswith(f"{path}/") for name in folder.files)


def targets(text: str) -> list[str]:
    """Paths or ids that a text's links lead to, as `Links` looks them up; links to other hosts are left out."""
    found = (unquote(link.target.partition("#")[0].partition("?")[0]) for link in _links(text) if not _ELSEWHERE.match(link.target))
    return [posixpath.normpath(path.lstrip("/")) for path in dict.fromkeys(found) if path]


@lru_cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _links(text: str) -> Iterator[_Link]:
    """Targets of links and images, with their lines (from 0)."""
    for token in _parser().parse(text):
        first = token.map[0] if token.map else 0
        if token.type == "html_block":
            yield from (_Link(first + token.content[: m.start()].count("\n"), m[1]) for m in _HREF.finditer(token.content))
        elif token.type == "inline":
            yield from _inline(token, first)


def _inline(token: Token, line: int) -> Iterator[_Link]:
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type in ("link_open", "image"):
            yield _Link(line, str(child.attrs.get("href") or child.attrs.get("src") or ""))
        elif child.type == "html_inline":
            yield from (_Link(line, match[1]) for match in _HREF.finditer(child.content))


@lru_cache(maxsize=4096)
def _anchors(text: str) -> frozenset[str]:
    """What can stand after `#`: headings as GitHub and most help centres spell them, and ids written in HTML."""
    found: dict[str, int] = {}
    tokens = _parser().parse(text)
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            slug = _slug(inline_text(tokens[position + 1].content))
            found[slug] = found.get(slug, -1) + 1
    repeated = {f"{slug}-{n}" for slug, times in found.items() for n in range(1, times + 1)}
    return frozenset({"", "top", *found, *repeated, *(match[1].casefold() for match in _NAMED.finditer(text))})


def _slug(heading: str) -> str:
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.strip().casefold()))
