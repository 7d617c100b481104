"""Articles → passages: the pieces that are searched and cited."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from copilot.domain.knowledge import Article, Audience, Passage
from copilot.retrieval.articles import bound, inline_text, markdown_blocks

CHUNKER_VERSION = 1
"""Raised whenever the same article would be cut or embedded differently: it is part of every collection's name."""

TARGET_WORDS = 180
"""A passage's size: about what the encoder reads (256 word pieces)."""
LONGEST_WORDS = 240
"""A paragraph longer than this is cut between sentences."""
LONGEST_WHOLE = 400
"""Lists and tables stay whole up to here; longer ones are cut between items or rows."""
SHORT_TAIL = 40
"""A last piece shorter than this joins the piece before it."""

FOR_THE_AGENT = "for the agent"


@dataclass
class _Block:
    text: str
    kind: str = "paragraph"
    internal: bool = False
    lines: tuple[int, int] = (0, 0)
    """Its place in the article's text: first line, and the line after the last, from 0."""

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass
class _Section:
    heading: str
    internal: bool
    blocks: list[_Block] = field(default_factory=list)
    titled: _Block | None = None
    """The heading's own block; None before the first heading."""


def split(article: Article) -> list[Passage]:
    """The article's passages in order. Sections are never mixed, lists and tables stay whole, internal text is marked internal.

    Raises Invalid for a text that is too long.
    """
    bound(article.text, f"The article {article.id!r}")
    passages: list[Passage] = []
    seen: dict[str, int] = {}
    for section in _sections(article):
        for internal in (False, True):
            for text in _pack([b for b in section.blocks if (section.internal or b.internal) is internal]):
                key = _key(article.title, section.heading, text)
                seen[key] = seen.get(key, 0) + 1
                suffix = f"-{seen[key]}" if seen[key] > 1 else ""
                audience: Audience = "internal" if internal or article.audience == "internal" else "public"
                passages.append(
                    Passage(
                        id=f"{article.id}~{key}{suffix}",
                        article_id=article.id,
                        title=article.title,
                        heading=section.heading,
                        text=text,
                        audience=audience,
                        locale=article.locale,
                        position=len(passages),
                        valid_from=article.valid_from,
                    )
                )
    return passages


def public_lines(article: Article) -> list[int]:
    """Numbers (from 0) of the text's lines that a customer may read: none of an internal article, none in "For the agent"."""
    if article.audience == "internal":
        return []
    found: set[int] = set()
    for section in _sections(article):
        if not section.internal:
            every = [*section.blocks, *([section.titled] if section.titled else [])]
            found.update(line for block in every if not block.internal for line in range(*block.lines))
    return sorted(found)


def passage_text_for_index(passage: Passage) -> str:
    """What is embedded: title, heading and text, without Markdown's marks."""
    head = passage.title if not passage.heading else f"{passage.title}: {passage.heading}"
    return f"{head}\n{plain_text(passage.text)}"


def plain_text(markdown: str) -> str:
    """Markdown as the words a reader sees: no marks, table cells side by side."""
    lines = []
    for line in markdown.splitlines():
        if re.fullmatch(r"[\s|:\-]+", line):
            continue
        bare = re.sub(r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+)", "", line)
        bare = re.sub(r"(?<!\s)\s*+\|\s*+", " ", bare)
        lines.append(inline_text(bare))
    return "\n".join(lines).strip()


def _key(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


def _sections(article: Article) -> Iterator[_Section]:
    """The article cut at its headings. A heading deeper than "For the agent" stays within it."""
    path: list[tuple[int, str]] = []
    internal_level: int | None = None
    section = _Section("", internal=False)
    for level, block in _blocks(article.text):
        if level is None:
            section.blocks.append(block)
            continue
        yield section
        if internal_level is not None and level <= internal_level:
            internal_level = None
        if internal_level is None and _says_for_agent(block.text):
            internal_level = level
        path = [(depth, words) for depth, words in path if depth < level]
        if block.text.casefold() != article.title.casefold():
            path.append((level, block.text))
        section = _Section(" › ".join(words for _, words in path), internal=internal_level is not None, titled=block)
    yield section


def _says_for_agent(heading: str) -> bool:
    return re.sub(r"[\W_]+", " ", heading).strip().casefold() == FOR_THE_AGENT


def _blocks(text: str) -> Iterator[tuple[int | None, _Block]]:
    """(heading level or None, block) for each top-level block of the Markdown source."""
    lines = text.splitlines()
    tokens = markdown_blocks(text)
    for position, token in enumerate(tokens):
        if token.level or token.map is None or token.nesting < 0:
            continue
        source = "\n".join(lines[token.map[0] : token.map[1]]).strip("\n")
        if token.type == "heading_open":
            yield int(token.tag[1]), _Block(inline_text(tokens[position + 1].content), lines=(token.map[0], token.map[1]))
        elif marker := _unmarked_heading(token, source):
            yield marker
        elif source.strip() and token.type != "hr":
            kind = {"bullet_list_open": "list", "ordered_list_open": "list", "table_open": "table"}.get(token.type, "paragraph")
            internal = _holds_agent_heading(tokens, position)
            yield None, _Block(source, kind, internal=internal, lines=(token.map[0], token.map[1]))


def _unmarked_heading(token: Token, source: str) -> tuple[int, _Block] | None:
    """A "For the agent" written as a bold line or in HTML: editors mean the heading, and the text after it must not reach a customer.

    Level 6: any real heading ends it.
    """
    if token.type not in ("paragraph_open", "html_block"):
        return None
    words = re.sub(r"<[^<>]*>", " ", source) if token.type == "html_block" else source
    return (6, _Block("For the agent")) if _says_for_agent(words) else None


def _holds_agent_heading(tokens: Sequence[Token], start: int) -> bool:
    """Whether a quotation, a list or an HTML block has a "For the agent" heading inside."""
    if tokens[start].type == "html_block":
        return bool(re.search(r">\s*for the agent\s*:?\s*<", tokens[start].content, re.IGNORECASE))
    # By position: a slice for each block would copy the rest of a long article again and again.
    for position in range(start + 1, len(tokens)):
        if tokens[position].level == 0:
            return False
        if tokens[position].type == "heading_open" and _says_for_agent(tokens[position + 1].content):
            return True
    return False


def _pack(blocks: Sequence[_Block]) -> list[str]:
    """Blocks joined up to the target size, never cut where they need not be."""
    pieces: list[list[_Block]] = []
    size = 0
    for block in (part for whole in blocks for part in _cut(whole)):
        words = block.words
        if pieces and size + words <= TARGET_WORDS:
            pieces[-1].append(block)
            size += words
        else:
            pieces.append([block])
            size = words
    if len(pieces) > 1 and size < SHORT_TAIL:
        tail = pieces.pop()
        pieces[-1].extend(tail)
    return ["\n\n".join(b.text for b in piece) for piece in pieces]


def _cut(block: _Block) -> list[_Block]:
    if block.words <= (LONGEST_WORDS if block.kind == "paragraph" else LONGEST_WHOLE):
        return [block]
    if block.kind == "paragraph":
        return _group(re.split(r"(?<=[.!?…])\s+|\n", block.text), block, " ")
    lines = block.text.splitlines()
    if block.kind == "table":
        head, rows = lines[:2], lines[2:]
        return [_Block("\n".join([*head, part.text]), "table", block.internal) for part in _group(rows, block, "\n")]
    items = re.split(r"\n(?=(?:[-*+]|\d+[.)])\s)", block.text)
    return _group(items, block, "\n")


def _group(parts: Sequence[str], block: _Block, joiner: str) -> list[_Block]:
    """Sentences, items or rows gathered up to the target size; what has no such seam is cut at the target size."""
    groups: list[list[str]] = [[]]
    count = 0
    for part in (piece for whole in parts for piece in _hard_cut(whole)):
        words = len(part.split())
        if groups[-1] and count + words > TARGET_WORDS:
            groups.append([])
            count = 0
        groups[-1].append(part)
        count += words
    return [_Block(joiner.join(group), block.kind, block.internal) for group in groups if group]


def _hard_cut(text: str) -> list[str]:
    words = text.split()
    if len(words) <= LONGEST_WORDS:
        return [text]
    return [" ".join(words[i : i + TARGET_WORDS]) for i in range(0, len(words), TARGET_WORDS)]
