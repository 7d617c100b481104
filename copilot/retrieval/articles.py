"""Articles in and out: Markdown with front matter (the import and export format), HTML, and BEIR corpora."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import SafeLoader, YAMLHandler
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import ValidationError

from copilot.domain.errors import Invalid
from copilot.domain.knowledge import Article
from copilot.domain.times import parse_day

FIELDS = tuple(name for name in Article.model_fields if name not in ("text", "revision"))
"""What front matter may hold."""

LONGEST_TEXT = 300_000
"""Characters of an article, about 120 pages: cut within seconds, whatever they are (measured: 7 s for the worst of 40 made to be slow)."""

LONGEST_PAGE = 2_000_000
"""Characters of an HTML page, marks and scripts included."""

TITLE_LENGTH = 120
"""Characters; a first line longer than this is a sentence, not a title."""

END_OF_DAY = time(23, 59, 59)


def parse_file(text: str, name: str, counted_from: datetime) -> Article:
    """A file as an article; its name decides how it is read. Raises Invalid for what cannot be one."""
    if not text.strip():
        raise Invalid(f"{name} is empty.", todo="Write the article, or leave the file out.")
    try:
        return parse_html(text, name) if is_html(name) else parse_article(text, name, counted_from)
    except RecursionError:
        raise Invalid(f"{name}: it is nested too deeply to be read.", todo="Flatten it, or save it as Markdown.") from None


def is_html(name: str) -> bool:
    """Whether a file of this name is read as HTML; every other is Markdown."""
    return name.lower().endswith((".html", ".htm"))


def parse_article(text: str, name: str, counted_from: datetime) -> Article:
    """One Markdown file → an Article. Durations in it are counted from `counted_from`.

    Without front matter: id from the file name, title from the first heading, published, public. Raises Invalid that names the file, the
    field and what to do.
    """
    meta, body = _front_matter(text.removeprefix("\ufeff"), name)
    bound(body, name)
    if not meta:
        return _plain(body, name)
    unknown = [str(key) for key in meta if key not in FIELDS]
    if unknown:
        raise Invalid(f"{name}: unknown field {unknown[0]!r}.", todo=f"Remove it, or use one of: {', '.join(FIELDS)}.")
    fields = _times(_as_text(meta), name, counted_from)
    fields["id"] = fields.get("id") or id_from_name(name)
    fields["title"] = fields.get("title") or _first_heading(body)
    return _article({**fields, "text": body}, name)


def bound(text: str, name: str, most: int = LONGEST_TEXT) -> None:
    """Raises Invalid for a text that is too long to be one article."""
    if len(text) > most:
        raise Invalid(f"{name} has {len(text):,} characters; {most:,} are the most.", todo="Make several articles of it, one a subject.")


def markdown_blocks(markdown: str) -> list[Token]:
    """The blocks of a Markdown text: headings, paragraphs, lists. What stands within a line is left unread: `content`, no `children`.

    Nobody here needs it, and reading it takes eleven seconds for a megabyte of brackets.
    """
    return _parser().parse(markdown)


@cache
def _parser() -> MarkdownIt:
    """Made once: that takes as long as reading an article. `parse` keeps nothing in it."""
    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


class _Written(YAMLHandler):
    """Front matter as people write it. Aliases are none of it: nine lines of them are a billion values."""

    def load(self, fm: str, **kwargs: Any) -> Any:
        """Raises Invalid, and YAMLError."""
        for event in yaml.parse(fm, Loader=SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                reference = str(event.anchor)[:40]
                raise Invalid(f"The front matter is not plain: it refers to *{reference}.", todo="Write each value where it belongs.")
        return super().load(fm, **kwargs)


def _front_matter(text: str, name: str) -> tuple[dict[str, Any], str]:
    handler = _Written()
    try:
        meta, body = frontmatter.parse(text, handler=handler)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 2}" if mark else ""
        raise Invalid(
            f"{name}: the front matter is not valid YAML{where}: {getattr(error, 'problem', None) or 'it cannot be read'}.",
            todo="Correct it; put text with a colon or a quote in it between double quotes.",
        ) from None
    except ValueError as error:
        # What looks like a date or a number and is none (2026-13-45), which YAML's own errors do not cover.
        raise Invalid(f"{name}: the front matter holds a value that cannot be read: {error}.", todo="Correct it.") from None
    if not meta and re.match(r"---[ \t]*\n\s*\w+[ \t]*:", text):
        raise Invalid(f"{name}: the front matter is not closed.", todo="Add a line with three dashes after its last field.")
    if not meta and re.match(r"---[ \t]*\n(?!\s*\n)(?:(?!---).*\n)+---[ \t]*\n", text):
        # YAML that is a list or plain text: the library makes nothing of it.
        raise Invalid(f"{name}: the front matter holds no fields.", todo="Write one `field: value` a line.")
    return dict(meta), body.strip()


def _plain(body: str, name: str) -> Article:
    return _article({"id": id_from_name(name), "title": _first_heading(body) or _words(name), "text": body, "status": "published"}, name)


def _as_text(meta: Mapping[str, Any]) -> dict[str, Any]:
    """YAML reads `id: 12` as a number and `locale: no` as false: where text is meant, give back what was written."""
    fields = {key: value for key, value in meta.items() if value is not None}
    if fields.get("locale") is False:
        fields["locale"] = "no"
    for key in ("id", "title", "owner", "locale", "group"):
        if isinstance(fields.get(key), int | float | date):
            fields[key] = str(fields[key])
    for key in ("tags", "products", "needs"):
        if isinstance(fields.get(key), list):
            fields[key] = [str(v) if isinstance(v, int | float | date) else v for v in fields[key]]
    return fields


def _times(fields: dict[str, Any], name: str, counted_from: datetime) -> dict[str, Any]:
    for key in ("valid_from", "review_by"):
        if key in fields:
            fields[key] = _moment(fields[key], key, name, counted_from)
    levers = fields.get("levers")
    if isinstance(levers, list):
        fields["levers"] = [_lever_times(lever, position, name, counted_from) for position, lever in enumerate(levers)]
    return fields


def _lever_times(lever: Any, position: int, name: str, counted_from: datetime) -> Any:
    if not isinstance(lever, dict) or lever.get("until") is None:
        return lever
    until = _moment(lever["until"], f"levers.{position}.until", name, counted_from)
    # "Until 31 March" includes 31 March.
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(lever["until"])):
        until = datetime.combine(until.date(), END_OF_DAY, until.tzinfo)
    return {**lever, "until": until}


def _moment(value: Any, field: str, name: str, counted_from: datetime) -> datetime:
    text = value.isoformat() if isinstance(value, date) else str(value)
    try:
        return parse_day(text, counted_from)
    except Invalid as error:
        raise Invalid(f"{name}: {field}: {error.detail}", todo="Write a date, a time with an offset, or a duration such as -P3D.") from None


def _article(fields: dict[str, Any], name: str) -> Article:
    try:
        article = Article.model_validate(fields)
    except ValidationError as error:
        raise Invalid(*_first_error(error, name)) from None
    bound(article.text, name)
    if not re.fullmatch(r"\S{1,200}", article.id):
        raise Invalid(f"{name}: id: {article.id!r} cannot be an id.", todo="Use up to 200 letters, digits and dashes, without spaces.")
    if not article.title.strip():
        raise Invalid(f"{name}: title: it is missing.", todo="Add a title to the front matter, or a first heading.")
    return article


def _first_error(error: ValidationError, name: str) -> tuple[str]:
    first = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "the article"
    said = first["msg"].removeprefix("Value error, ")
    more = f" ({error.error_count() - 1} more like it)" if error.error_count() > 1 else ""
    return (f"{name}: {field}: {said}{more}. Correct this field in the front matter.",)


def _first_heading(body: str) -> str:
    for opening, inline in itertools.pairwise(markdown_blocks(body)):
        if opening.type == "heading_open":
            return inline_text(inline.content)
    return ""


def inline_text(markdown: str) -> str:
    """Inline Markdown as plain words: emphasis, links and code lose their marks."""
    text = re.sub(r"!?\[([^\]]{0,300})\]\([^)]{0,2000}\)", r"\1", markdown)
    return re.sub(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)", "", text).strip()


def id_from_name(name: str) -> str:
    """A file name as an article id: lower case, dashes between words."""
    return re.sub(r"[^\w.]+", "-", PurePath(name).stem.lower()).strip("-") or "article"


def _words(name: str) -> str:
    return re.sub(r"[-_]+", " ", PurePath(name).stem).strip().capitalize() or "Untitled"


def write_article(article: Article) -> str:
    """An Article as a Markdown file; `parse_article` reads the same Article back (its revision number is the record's own)."""
    fields = article.model_dump(mode="json", exclude_defaults=True, exclude={"text", "revision"})
    fields = {"id": article.id, "title": article.title, "status": article.status, "audience": article.audience} | fields
    for key in ("valid_from", "review_by"):
        if key in fields:
            fields[key] = _day(getattr(article, key), time())
    for written, lever in zip(fields.get("levers", ()), article.levers, strict=False):
        if lever.until is not None:
            written["until"] = _day(lever.until, END_OF_DAY)
        if "when" in written and not lever.when.all:
            written["when"] = lever.when.text
    head = yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{head}---\n\n{even_lines(article.text)}\n"


def even_lines(text: str) -> str:
    """A text as its file gives it back: every line ends in one character (pages send two), and no space stands around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class _Dumper(yaml.SafeDumper):
    """Writes texts so that they are read back as they were."""


def _written(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Outside double quotes the next line mark (U+0085) would be read back as an ordinary line break.
    quoted = "\x85" in text
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if quoted else None)


_Dumper.add_representer(str, _written)


def _day(moment: datetime, bare: time) -> date | str:
    """A plain date where that means this very moment."""
    return moment.date() if moment.time() == bare else moment.isoformat()


DROPPED = ("script", "style", "noscript", "template", "nav", "footer", "form", "iframe", "svg", "button", "object", "embed")


UNSAFE_LINK = re.compile(r"\A[\x00-\x20]*(?!https?:|mailto:|tel:)[a-z][a-z0-9+.\x00-\x20-]*:", re.IGNORECASE)
"""The address of a link that is taken away: `javascript:`, `data:`, `file:` and whatever else is no page."""


def parse_html(text: str, name: str) -> Article:
    """One HTML page → a published, public Article. Title from the page, id from the file name; scripts, menus and forms are dropped."""
    page = html_page(text, name)
    heading = page.find("h1")
    named = page.title or heading
    title = " ".join(named.get_text(" ").split()) if named else ""
    body = page.find("main") or page.find("article") or page.body or page
    if heading is not None and " ".join(heading.get_text(" ").split()) == title:
        heading.decompose()
    if page.title is not None:
        page.title.decompose()
    markdown = as_markdown(body)
    if not markdown and not title:
        raise Invalid(f"{name}: there is no text in this page.", todo="Check that it is an HTML file with a body.")
    language = str(page.html.get("lang", "")) if page.html else ""
    fields = {"id": id_from_name(name), "title": title or _words(name), "text": markdown, "status": "published", "locale": language}
    return _article(fields, name)


def html_page(text: str, name: str) -> Any:
    """HTML as a tree of Beautiful Soup, without what is not text: scripts, menus, forms, comments, links that run something."""
    from bs4 import BeautifulSoup, Comment
    from bs4.exceptions import ParserRejectedMarkup

    bound(text, name, LONGEST_PAGE)
    try:
        page = BeautifulSoup(text, "html.parser")
    except ParserRejectedMarkup:
        raise Invalid(f"{name}: this is not HTML that can be read.", todo="Save the page again, or write it as Markdown.") from None
    for element in page(DROPPED):
        element.decompose()
    for comment in page.find_all(string=lambda node: isinstance(node, Comment)):
        comment.extract()
    for link in page.find_all("a", href=UNSAFE_LINK):
        link.unwrap()
    return page


def as_markdown(element: Any) -> str:
    """A part of such a tree as Markdown; pictures are left out."""
    from markdownify import MarkdownConverter

    converted = MarkdownConverter(heading_style="ATX", bullets="-", strip=["img"]).convert_soup(element)
    return re.sub(r"\n{3,}", "\n\n", str(converted)).strip()


def read_beir(path: Path) -> Iterator[Article]:
    """The documents of a BEIR `corpus.jsonl` as published, public Articles. Raises Invalid that names the line."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _beir(line, f"{path.name}, line {number}")


def _beir(line: str, where: str) -> Article:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    return article_from_beir(record, where)


def article_from_beir(record: Any, where: str = "the record") -> Article:
    """One BEIR document, `{"_id", "title", "text"}`, as a published, public Article. Raises Invalid that names `where`.

    Without a title, the first line is it when it is short.
    """
    try:
        key, title, text = str(record["_id"]), str(record.get("title") or "").strip(), str(record["text"])
    except (KeyError, TypeError, AttributeError):
        raise Invalid(f"{where}: this is not a BEIR document.", todo="Each line is an object with _id, title and text.") from None
    # Indented plain text would be code in Markdown.
    body = re.sub(r"^[ \t]+|[ \t]+$", "", text, flags=re.MULTILINE).strip()
    first, _, rest = body.partition("\n")
    if not title and rest.strip() and len(first) <= TITLE_LENGTH:
        title, body = first, rest.strip()
    return _article({"id": key, "title": title or first[:TITLE_LENGTH] or key, "text": body, "status": "published"}, where)
