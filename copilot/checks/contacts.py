"""Links, e-mail addresses, phone numbers and reference codes in a text."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import unquote

Kind = Literal["link", "email", "phone", "code"]


class Contact(NamedTuple):
    """A place, what stands there, and the value that is compared."""

    start: int
    end: int
    kind: Kind
    value: str


_AT = r"(?:@|\s?[\[(]\s?at\s?[\])]\s?)"
_DOT = r"(?:\.|\s?[\[({]\s?(?:dot|punkt|punto|\.)\s?[\])}]\s?)"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_EMAIL = re.compile(rf"(?<![\w.+-])[\w.+%-]{{1,64}}{_AT}{_LABEL}(?:{_DOT}{_LABEL})+", re.IGNORECASE)
_URI = re.compile(
    r"(?<![a-z])(?:(?:h\w{2}ps?|ftp|file|wss?)\s?:\s?/\s?/|(?:javascript|vbscript|data|blob)\s?:)[^\s<>\"'`|)\]]+|"
    r"\bwww\.[^\s<>\"'`|)\]]+",
    re.IGNORECASE,
)
_DOMAIN = re.compile(rf"(?<![\w@.-])(?P<host>{_LABEL}(?:{_DOT}{_LABEL})+)(?P<rest>[:/][^\s<>\"'`|)\]]*)?", re.IGNORECASE)
_SPOKEN = re.compile(r"(?<![\w@.-])(?P<host>[a-z0-9-]{2,}(?: dot [a-z0-9-]{2,})+)\b(?: slash (?P<rest>\S+))?", re.IGNORECASE)
_MARKDOWN = re.compile(r"\]\(\s*<?(?P<target>[^\s)>]+)")
_PHONE = re.compile(r"(?<![\w.,-])(?:\+|00|\(?0)\d?[\d\s()/.-]{5,20}\d(?![\w-])|(?<![\w.,-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)")
_CODE = re.compile(
    r"(?<![\w@-])[A-Za-z][A-Za-z-]*\d[A-Za-z0-9]*(?:-[A-Za-z0-9]+)*(?!\w)|"
    r"(?<![\w@.,-])\d+[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*(?!\w)"
)
_NO_CODE = re.compile(
    r"(?:\d+(?:st|nd|rd|th|[a-z]|h\d*|min|km|kg|cm|mm|gb|mb|ml|k|eur|usd|gbp|chf|x|er|te[nrs]?|ste[nrs]?|ª|º|am|pm)"
    r"|(?:eur|usd|gbp|chf)\d+|\d+-[a-zäöüß]+(?:-[a-zäöüß]+)*|\w{1,3})",
    re.IGNORECASE,
)
_MAYBE_EMAIL = re.compile(r"@|[\[(]\s?at\s?[\])]", re.IGNORECASE)
_MAYBE_DOMAIN = re.compile(r"(?<![^\W_])[^\W\d_][^\W_]*\.[^\W_]|[\[({]\s?(?:dot|punkt|punto|\.)", re.IGNORECASE)
_MAYBE_SPOKEN = re.compile(r" dot ", re.IGNORECASE)
"""The long patterns run only where a short one says that they may find something."""
_TRAILING = ".,;:!?…*_"


def contacts(text: str) -> Iterator[Contact]:
    """Everything by which someone or something can be reached or looked up. Places may overlap; the first found is the one meant."""
    for match in _EMAIL.finditer(text) if _MAYBE_EMAIL.search(text) else ():
        yield Contact(*match.span(), "email", _undotted(match[0]))
    yield from _links(text)
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 7 <= len(digits) <= 15:
            yield Contact(*match.span(), "phone", digits)
    for match in _CODE.finditer(text):
        if not match[0].replace("-", "").isdigit() and not _NO_CODE.fullmatch(match[0]):
            yield Contact(*match.span(), "code", match[0].replace("-", "").casefold())


def _links(text: str) -> Iterator[Contact]:
    for match in _URI.finditer(text):
        raw = match[0].rstrip(_TRAILING)
        yield Contact(match.start(), match.start() + len(raw), "link", address(raw))
    for match in _MARKDOWN.finditer(text):
        yield Contact(*match.span("target"), "link", address(match["target"]))
    for pattern in (p for p, hint in ((_DOMAIN, _MAYBE_DOMAIN), (_SPOKEN, _MAYBE_SPOKEN)) if hint.search(text)):
        for match in pattern.finditer(text):
            host = _undotted(match["host"])
            if _is_domain(host, spelled=pattern is _SPOKEN or host != match["host"].lower()):
                raw = match[0].rstrip(_TRAILING)
                yield Contact(match.start(), match.start() + len(raw), "link", address(host + _path(match["rest"] or "")))


def _path(rest: str) -> str:
    """What follows the host, with its slash."""
    return rest if not rest or rest[0] in ":/" else f"/{rest}"


def address(link: str) -> str:
    """A link as it is compared: no scheme, no `www.`, host in lower case, no slash at the end."""
    plain = unquote(re.sub(r"\s", "", link)).strip(_TRAILING)
    plain = re.sub(r"^(?:h\w{2}ps?|ftp|wss?)://", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"^mailto:", "", plain, flags=re.IGNORECASE)
    host, slash, rest = plain.partition("/")
    return (host.lower().removeprefix("www.") + slash + rest).rstrip("/")


def _undotted(text: str) -> str:
    plain = re.sub(r"\s?[\[(]\s?at\s?[\])]\s?", "@", text, flags=re.IGNORECASE)
    return re.sub(rf"{_DOT}|\s+dot\s+", ".", plain, flags=re.IGNORECASE).casefold()


def _is_domain(host: str, *, spelled: bool) -> bool:
    """Whether the last label is a top-level domain; `z.B` and `refund.We` are not hosts."""
    labels = host.split(".")
    if any(label.isdigit() for label in labels[-1:]) or all(len(label) == 1 for label in labels):
        return False
    return labels[-1] in _suffixes() and (spelled or len(labels[0]) > 1)


_RESERVED = frozenset({"example", "test", "invalid", "local", "localhost", "internal", "onion"})
"""Names that are no public domains (RFC 2606, 6761, 7686) and still look like links."""


@cache
def _suffixes() -> frozenset[str]:
    """Top-level domains: the public suffix list that tldextract ships, read without importing it (0.8 s); nothing is fetched."""
    spec = find_spec("tldextract")
    if spec is None or not spec.origin:
        return _RESERVED
    lines = (Path(spec.origin).parent / ".tld_set_snapshot").read_text(encoding="utf-8").splitlines()
    return _RESERVED | {line.strip() for line in lines if line and not line.startswith("//") and "." not in line}
