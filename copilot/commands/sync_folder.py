"""The folder side of `copilot knowledge sync`: its articles' files, read and written, and its note of what was last agreed."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from copilot.commands.folders import ENDINGS, MARKDOWN, as_text, read_bytes
from copilot.domain.base import now
from copilot.domain.errors import Conflict, Invalid
from copilot.domain.knowledge import Article
from copilot.domain.syncing import SyncLine
from copilot.retrieval.articles import id_from_name, parse_article, write_article
from copilot.retrieval.linting.base import Folder, read_page
from copilot.retrieval.linting.front_matter import FrontMatter
from copilot.retrieval.syncing import digest, file_name, place, read_note, write_note

NOTE = ".knowledge-sync"
"""The folder's own note of what it last agreed on with the record; belongs into version control with the articles."""

_COUNTED = re.compile(r"(?:valid_from|review_by|until)[\"']?\s*:\s*[\"']?-?P\d")
_NAMED = re.compile(r"^id\s*:\s*[\"']?([^\s\"']+)", re.MULTILINE)


@dataclass(frozen=True)
class Filed:
    """An article in its file. `name`: path from the folder, with slashes; `content`: the file as it was read."""

    name: str
    article: Article
    content: bytes
    digest: str

    @property
    def folder(self) -> str:
        return self.name.rpartition("/")[0]


@dataclass
class SyncFolder:
    """A folder of articles as it was when the command began."""

    root: Path
    filed: dict[str, Filed] = field(default_factory=dict)
    """By article id."""
    refused: list[SyncLine] = field(default_factory=list)
    claimed: set[str] = field(default_factory=set)
    """Ids that refused files have, or may have: their articles are not missing."""
    left_out: list[str] = field(default_factory=list)
    agreed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    """Names of all files, in lower case."""

    def new_name(self, article: Article) -> str:
        """Where a new article's file goes; nobody else gets that name."""
        folder = place(article, ((filed.folder, filed.article) for filed in self.filed.values()))
        before = f"{folder}/" if folder else ""
        here = {name.removeprefix(before.casefold()) for name in self.taken if name.startswith(before.casefold())}
        name = before + file_name(article.id, here)
        self.taken.add(name.casefold())
        return name

    def write(self, article: Article, name: str, before: bytes | None) -> Filed:
        """Put the article into its file, whole or not at all.

        `before`: what the file held when it was read; None: there is none. Raises Conflict when that is no longer so, Invalid when the
        article cannot be a file.
        """
        text = write_article(article)
        try:
            same = digest(parse_article(text, name, now())) == digest(article)
        except Invalid:
            same = False
        if not same:
            raise Invalid(f"{name}: as a file, this article would be read as another.", todo="Simplify its title and its fields.")
        if before is not None and b"\r\n" in before:
            text = text.replace("\n", "\r\n")
        content = text.encode()
        self._replace(name, content, before)
        return Filed(name, article, content, digest(article))

    def _replace(self, name: str, content: bytes, before: bytes | None) -> None:
        target = self.root / name
        if not target.parent.resolve().is_relative_to(self.root.resolve()) or target.is_symlink():
            raise Invalid(f"{name}: a link leads out of this place.", todo="Put a real file or folder there.")
        if _present(target) != before:
            raise Conflict(f"{name}: the file was changed while it was synced.", todo="Sync again.")
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, waiting = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".sync")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(waiting).chmod((target if before is not None else self.root).stat().st_mode & 0o666)
            if _present(target) != before:
                raise Conflict(f"{name}: the file was changed while it was synced.", todo="Sync again.")
            Path(waiting).replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(waiting).unlink()

    def note(self) -> None:
        """Write down what was agreed, if that is news."""
        text = write_note(self.agreed).encode()
        held = _present(self.root / NOTE)
        if held != text and (self.agreed or held is not None):
            self._replace(NOTE, text, held)


def read_folder(root: Path) -> SyncFolder:
    """Every Markdown file below `root` as an article; what is none is listed. Raises Invalid when this is not a folder to sync."""
    if not root.is_dir():
        raise Invalid(f"{root} is not a folder.", todo="Give the folder that holds the articles.")
    if above := next((folder for folder in root.resolve().parents if (folder / NOTE).is_file()), None):
        raise Invalid(f"{root} is part of {above}, which is kept in step as a whole.", todo=f"Sync {above}.")
    folder = SyncFolder(root)
    if (held := _present(root / NOTE)) is not None:
        folder.agreed = read_note(as_text(held))
    found: dict[str, list[Filed]] = {}
    for path in _files(root):
        if (filed := _look(folder, path)) is not None:
            found.setdefault(filed.article.id, []).append(filed)
    for ident, files in found.items():
        for filed in files[1:]:
            _refuse_both(folder, ident, files[0], filed)
    folder.filed = {ident: files[0] for ident, files in found.items() if len(files) == 1}
    return folder


def _files(root: Path) -> Iterator[Path]:
    """Files and links, in order; nothing hidden, and nothing behind a link. Raises Invalid when a folder cannot be read."""

    def unread(error: OSError) -> None:
        raise Invalid(f"{error.filename} cannot be read ({error.strerror}).", todo="Make it readable, or leave it out.")

    for where, folders, names in os.walk(root, onerror=unread):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        links = [one for one in folders if (Path(where) / one).is_symlink()]
        yield from (Path(where) / name for name in sorted((*names, *links)) if not name.startswith("."))


def _look(folder: SyncFolder, path: Path) -> Filed | None:
    """The article in a file or link; None, and a line in the folder, where there is none to sync."""
    name = path.relative_to(folder.root).as_posix()
    folder.taken.add(name.casefold())
    ending = path.suffix.lower()
    if not _encodable(name):
        _refuse(folder, name.encode(errors="replace").decode(), 0, "its name is not UTF-8.", "Rename it, or the folder it is in.")
    elif path.is_symlink() and (path.is_dir() or ending in MARKDOWN):
        _refuse(folder, name, 0, "this is a link.", "Put the files themselves here, or leave it out.")
    elif ending in MARKDOWN:
        return _read(folder, path, name)
    elif ending in ENDINGS:
        folder.left_out.append(name)
    return None


def _read(folder: SyncFolder, path: Path, name: str) -> Filed | None:
    try:
        content = read_bytes(path)
        text = as_text(content)
    except Invalid as error:
        _refuse(folder, name, 0, error.detail, error.todo)
        return None
    page = read_page(name, text, now())
    if page.article is None:
        claimed = next(iter(_NAMED.findall(text)), "")
        for finding in FrontMatter().run(Folder((page,), frozenset(), now())):
            _refuse(folder, name, finding.line, finding.message, finding.todo, claimed)
        return None
    filed = Filed(name, page.article, content, digest(page.article))
    if _COUNTED.search(text) and digest(parse_article(text, name, now() + timedelta(days=1))) != filed.digest:
        said = "a time in it is counted from now, so that it would be another one at every sync."
        _refuse(folder, name, 0, said, "Write a date.", page.article.id)
        return None
    return filed


def _refuse_both(folder: SyncFolder, ident: str, first: Filed, second: Filed) -> None:
    for one, other in ((first, second), (second, first)):
        if all(line.file != one.name for line in folder.refused):
            _refuse(folder, one.name, 0, f"the id {ident!r} is that of {other.name} too.", "Give one of them another id.", ident)


def _refuse(folder: SyncFolder, name: str, line: int, reason: str, todo: str, ident: str = "") -> None:
    folder.claimed |= {ident, id_from_name(name)}
    folder.refused.append(SyncLine(id=ident, file=name, line=line, action="refused", reason=reason, todo=todo))


def _encodable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _present(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
