"""A folder of articles and the record: which of them changed what since they last agreed, and so what is to be done.

Articles are compared by digest. The folder's own note says what each of its articles was when both last agreed: what is unknown is never
guessed, so that neither a stale copy of the folder nor a page overwrites what the other has not seen.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.domain.knowledge import Article
from copilot.retrieval.articles import even_lines

Verdict = Literal["same", "import", "export", "conflict", "older", "missing", "gone"]
"""same: nothing to do. import, export: one side has what the other had, and more. conflict: both have what the other has not. older: the
file is what the article once was, although the folder has seen newer. missing: the file was taken away. gone: the article was."""

NAME_BYTES = 200
"""Of a file name; file systems allow 255, and a temporary name is longer."""


def digest(article: Article) -> str:
    """Of what the article says, however its file is laid out; 64 hexadecimal digits. The revision's number is not part of it.

    What is at its default is left out: a field that a later version adds changes no digest that a folder has noted.
    """
    said = json.loads(article.model_dump_json(exclude={"revision", "text"}, exclude_defaults=True))
    written = json.dumps(said | {"text": even_lines(article.text)}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


@dataclass(frozen=True)
class Recorded:
    """What the record holds of an article. `history`: the digest of every revision, oldest first; the last is the present one."""

    history: tuple[str, ...] = ()
    archived: bool = False
    gone: bool = False
    """Removed: only its revisions are left."""


def decide(file: str | None, recorded: Recorded, agreed: Collection[str]) -> Verdict:
    """What is to be done about an article.

    `file`: digest of the folder's article, None without one. `agreed`: digests in which folder and record were once the same, as far as
    the folder knows. The newest that the record knows too is where both set out from.
    """
    at = {one: number for number, one in enumerate(recorded.history)}
    since = max((at[one] for one in agreed if one in at), default=None)
    now = len(recorded.history) - 1
    if file is None:
        return _without_file(recorded, since)
    if not recorded.history:
        return "import"
    if recorded.gone:
        return "gone" if file in at else "conflict"
    if file not in at:
        return "import" if since == now else "conflict"
    if at[file] == now:
        return "same"
    return "export" if since is None or at[file] >= since else "older"


def _without_file(recorded: Recorded, since: int | None) -> Verdict:
    if not recorded.history or recorded.gone or recorded.archived:
        return "same"
    return "export" if since is None else "missing"


def moved_on(recorded: Recorded, agreed: Collection[str]) -> bool:
    """Whether the record has changed since the folder last agreed with it."""
    return not recorded.history or recorded.history[-1] not in agreed


def place(article: Article, others: Iterable[tuple[str, Article]]) -> str:
    """The folder in which a new article's file goes: where its like are.

    `others`: (folder, article) of the files that are there. Its like have the same audience and, asked in this order, the same owner and
    first product, the same owner, the same first tag, the same first product. Without any: `internal`, or the top.
    """
    alike = [(folder, other) for folder, other in others if other.audience == article.audience]
    for marks in (("owner", "products"), ("owner",), ("tags",), ("products",)):
        wanted = [_mark(article, mark) for mark in marks]
        if not all(wanted):
            continue
        found = Counter(folder for folder, other in alike if [_mark(other, mark) for mark in marks] == wanted)
        if found:
            return min(found, key=lambda folder: (-found[folder], folder))
    return "internal" if article.audience == "internal" else ""


def _mark(article: Article, name: str) -> str:
    value = getattr(article, name)
    return value if isinstance(value, str) else next(iter(value), "")


def file_name(article_id: str, taken: Collection[str]) -> str:
    """A name for an article's file that no file in `taken` has (names in lower case); nothing in an id leads to another folder."""
    plain = re.sub(r"[^\w.-]+", "-", article_id).strip("-.").encode()[:NAME_BYTES].decode(errors="ignore") or "article"
    number, name = 1, f"{plain}.md"
    while name.casefold() in taken:
        number += 1
        name = f"{plain}-{number}.md"
    return name


NOTE_HEAD = (
    "# What this folder and the record last agreed on, by `copilot knowledge sync`. Commit it with the articles; do not edit it.",
    "# digest of the article, its id",
)


def write_note(agreed: Mapping[str, Sequence[str]]) -> str:
    """Article id → digests, as the folder's note: one line each, by id, so that version control merges it line by line."""
    return "\n".join([*NOTE_HEAD, *(f"{one} {ident}" for ident in sorted(agreed) for one in agreed[ident])]) + "\n"


def read_note(text: str) -> dict[str, tuple[str, ...]]:
    """Article id → digests. After a merge an article may have several: all of them are kept until it is in step again."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if entry := re.fullmatch(r"([0-9a-f]{64}) (\S+)", line.strip()):
            found[entry[2]] = tuple(dict.fromkeys((*found.get(entry[2], ()), entry[1])))
    return found


def earliest(agreed: Sequence[str], recorded: Recorded) -> tuple[str, ...]:
    """Of several digests that a merge left behind, the one the record had first: it assumes the least."""
    return tuple(one for one in recorded.history if one in agreed)[:1] if len(agreed) > 1 else tuple(agreed)
