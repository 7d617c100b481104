"""Knowledge brought in: where it comes from, the import as a job, and what became of each file."""

from typing import Final, Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.knowledge import Article, Audience

SourceKind = Literal["auto", "zendesk", "intercom", "chatwoot", "markdown", "html", "confluence", "docx", "pdf", "beir"]
"""How files are read. `auto`: each by what it holds."""
ImportState = Literal["receiving", "waiting", "reading", "done", "failed"]
"""receiving: files are still being sent; waiting: for its job; failed: nothing of it could be begun, and why stands in `reason`."""
FileState = Literal["waiting", "found", "opened", "saved", "unchanged", "refused", "missing", "archived"]
"""waiting: a file to be read; found: an article read out of one, to be saved; opened: its parts follow as lines of their own; missing,
archived: an article that the source does not hold any more."""
OPEN: Final[tuple[ImportState, ...]] = ("receiving", "waiting", "reading")


class Overlay(Frozen):
    """What is laid over a source's articles. An audience only ever narrows: an import alone never makes an article public."""

    audience: Audience | None = None
    owner: str = ""
    tags: tuple[str, ...] = ()
    locale: str = ""


class Source(Frozen):
    """Where articles come from. `master`: it stays the master, so their text is read-only here."""

    id: str
    kind: SourceKind = "auto"
    name: str
    master: bool = False
    overlay: Overlay = Overlay()
    made_by: str
    made_at: Instant

    @property
    def author(self) -> str:
        """Who saves what it brings, as revisions and events name it."""
        return f"source:{self.id}"


class SourceArticle(Frozen):
    """Which article a source's own id became. `digest`: of what the source held; `seen_at`: when it last held it."""

    source_id: str
    external_id: str
    article_id: str
    digest: str
    address: str = ""
    seen_at: Instant


class ImportOptions(Frozen):
    """How an import goes. `urls`: pages to fetch; `archive_missing`: archive what the source does not hold any more."""

    archive_missing: bool = False
    urls: tuple[str, ...] = ()


class Import(Frozen):
    """One import. `total`, `done`: lines of its report that there are and that have an end."""

    id: str
    source_id: str
    kind: SourceKind = "auto"
    name: str
    options: ImportOptions = ImportOptions()
    state: ImportState = "receiving"
    reason: str = ""
    total: int = 0
    done: int = 0
    made_by: str
    made_at: Instant
    ended_at: Instant | None = None

    @property
    def open(self) -> bool:
        return self.state in OPEN


class ImportFile(Frozen):
    """A line of an import's report: a file, or one article of a file that holds many. `reason`: why, and what to do. `size` in bytes."""

    import_id: str
    position: int
    name: str
    state: FileState = "waiting"
    reason: str = ""
    article_ids: tuple[str, ...] = ()
    size: int = 0


LEFT: Final[tuple[FileState, ...]] = ("waiting", "found")
"""Lines that have no end yet."""


class Waiting(Frozen):
    """A line that has no end yet, with what it holds: a file, or what was found in one; None: it has to be fetched."""

    file: ImportFile
    content: bytes | None = None


class Found(Frozen):
    """An article as a source holds it.

    `external_id`: the source's own, stable over exports. `says`: the fields the source speaks for; all others belong to whoever edits here.
    `named`: the article's id was chosen by who wrote it (front matter), not derived from a name or number. `note`: what a person should
    know about how it was read. `digest`: of the file, where what is read out of it depends on the day (durations in front matter).
    """

    external_id: str
    article: Article
    says: tuple[str, ...]
    named: bool = False
    address: str = ""
    note: str = ""
    digest: str = ""


class Unread(Frozen):
    """A part of a file that cannot be an article, and what to do about it."""

    name: str
    reason: str
    external_id: str = ""
