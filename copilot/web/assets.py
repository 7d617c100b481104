"""Static files, under an address that changes with their content: kept by browsers for good, found by each other by relative paths."""

import gzip
import hashlib
import mimetypes
from functools import cache
from os import PathLike, stat_result
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER: Final = Path(__file__).parent / "static"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
TEXTS: Final = (".css", ".js", ".svg")
mimetypes.add_type("text/javascript", ".js")


@cache
def packed(path: Path, _changed_ns: int) -> bytes:
    """A file's content, compressed once."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)


@cache
def version() -> str:
    """Names the content of all files together."""
    whole = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            whole.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:12]


def asset(path: str) -> str:
    """The address of a static file: `asset("css/base.css")`."""
    return f"/static/{version()}/{path}"


class Assets(StaticFiles):
    """Serves /static/<version>/<path>. An address of another version gets today's file, to be asked for again next time."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    def get_path(self, scope: Scope) -> str:
        return super().get_path(scope).partition("/")[2] or "missing"

    def file_response(self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200) -> Response:
        path, current = Path(full_path), f"/{version()}/" in str(scope["path"])
        answer = super().file_response(full_path, stat_result, scope, status_code)
        if answer.status_code == 200 and path.suffix in TEXTS and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            kept = {name: answer.headers[name] for name in ("etag", "last-modified")}
            body = packed(path, stat_result.st_mtime_ns)
            answer = Response(body, headers={**kept, "Content-Encoding": "gzip"}, media_type=answer.media_type)
        answer.headers["Vary"] = "Accept-Encoding"
        answer.headers["Cache-Control"] = FOR_GOOD if current else "no-cache"
        return answer
