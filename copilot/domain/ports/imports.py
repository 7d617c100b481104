"""The record of what was brought in: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from copilot.domain.base import Frozen
from copilot.domain.imports import FileState, Import, ImportFile, Source, SourceArticle, Waiting
from copilot.domain.knowledge import Article


class Fetched(Frozen):
    """A page of the web. `address`: where it was found in the end, after redirects."""

    address: str
    content: bytes
    ending: str
    """Of a file of that kind: .html, .md, .pdf."""


class Fetcher(Protocol):
    """Reads public pages of the web, and nothing that only we can reach."""

    async def fetch(self, url: str) -> Fetched:
        """Raises Refused for an address that is not public, Invalid for what is no article, Unavailable for what does not answer."""
        ...


class Imports(Protocol):
    """Sources, their articles' own ids, imports and the lines of their reports."""

    async def put_source(self, source: Source) -> None:
        """Upsert by id."""
        ...

    async def source(self, source_id: str) -> Source | None: ...

    async def source_named(self, name: str) -> Source | None: ...

    async def sources(self) -> list[Source]:
        """By name."""
        ...

    async def master_of(self, article_id: str) -> Source | None:
        """The source whose read-only mirror the article is; None when it is edited here."""
        ...

    async def mirror(self, article_id: str, source_id: str | None) -> None:
        """Say whose read-only mirror the article is; None: nobody's."""
        ...

    async def mirror_all(self, source_id: str, *, on: bool) -> None:
        """As `mirror`, for every article that the source brought."""
        ...

    async def known(self, source_id: str, external_ids: Sequence[str]) -> dict[str, SourceArticle]:
        """By the source's own id."""
        ...

    async def brought(self, article_id: str) -> SourceArticle | None:
        """Where the article came from, if it was brought in."""
        ...

    async def forget(self, source_id: str, external_id: str) -> None:
        """The source holds that article under another id of its own now."""
        ...

    async def put_known(self, articles: Sequence[SourceArticle]) -> None:
        """Upsert by source and its own id."""
        ...

    async def unseen(self, source_id: str, since: datetime, limit: int) -> list[SourceArticle]:
        """What the source has not held since then, by its own id."""
        ...

    async def last_by(self, article_id: str, author: str) -> Article | None:
        """The newest revision that this author saved."""
        ...

    async def add(self, started: Import) -> None: ...

    async def get(self, import_id: str) -> Import | None: ...

    async def change(self, changed: Import) -> None:
        """Store its state, reason, counts and end."""
        ...

    async def all(self, limit: int = 50) -> list[Import]:
        """Newest first."""
        ...

    async def unfinished(self, before: datetime) -> list[Import]:
        """Made before that and not at an end, oldest first."""
        ...

    async def put_file(self, file: ImportFile, content: bytes | None) -> None:
        """Upsert by import and position. The content is kept until the file was read."""
        ...

    async def put_files(self, lines: Sequence[Waiting]) -> None:
        """As `put_file`, many at once."""
        ...

    async def close_file(self, file: ImportFile) -> None:
        """What became of it; its content goes."""
        ...

    async def waiting(self, import_id: str, limit: int, largest: int = 16_000_000) -> list[Waiting]:
        """The next lines without an end, by position: at most `limit`, and no more than `largest` bytes of them, but one at least."""
        ...

    async def files(self, import_id: str, states: Sequence[FileState] = (), after: int = -1, limit: int = 200) -> list[ImportFile]:
        """Lines of the report by position, from the one behind `after`."""
        ...

    async def counts(self, import_id: str) -> dict[FileState, int]:
        """How many lines are in each state."""
        ...

    async def last_position(self, import_id: str) -> int:
        """-1 while there is no line."""
        ...

    async def size(self, import_id: str) -> int:
        """Bytes of its files together."""
        ...

    async def drop_content(self, import_id: str) -> None:
        """Forget every file that has not been read."""
        ...
