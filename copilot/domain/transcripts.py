"""A conversation as people paste it: lines that begin with who wrote, with or without a time; or JSON of our own format."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from copilot.domain.conversation import Author, Message
from copilot.domain.errors import Invalid
from copilot.domain.formats import ConversationIn, MessageIn, explain

_WORDS: Final[dict[Author, str]] = {
    "customer": "customer client user visitor guest caller kunde kundin gast cliente",
    "agent": "agent support operator advisor rep csr staff mitarbeiter berater agente",
    "bot": "bot chatbot assistant",
    "system": "system",
}
ROLES: Final[dict[str, Author]] = {word: author for author, words in _WORDS.items() for word in words.split()}
"""What stands before a line for whoever wrote it, folded."""

DATE = r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d{2}:?\d{2})?"
TIME = rf"(?:(?:{DATE})(?:,?\s*|T)(?:{CLOCK})|(?:{CLOCK}))"
NAME = r"[^\W\d_][\w.’'\-]*(?: [\w.’'\-&]+){0,4}"
LINE: Final = re.compile(
    rf"^\s{{0,8}}(?P<before>[\[(]?{TIME}[\])]?\s{{0,3}}[-–—|]?\s{{0,3}})?"
    rf"(?:\*\*)?(?P<name>{NAME}) ?(?:\((?P<role>[^\W\d_]{{2,20}})\) ?)?(?P<after>[\[(]{TIME}[\])] ?)?(?:\*\*)?"
    r":(?:\*\*)?(?:\s+|$)(?P<text>.*)$"
)
LONGEST_LINE: Final = 400
"""Characters of a line in which a name is looked for."""
LONGEST_NAME: Final = 60


class Said(NamedTuple):
    """A line that begins with who wrote it."""

    name: str
    role: Author | None
    """Where the label itself says it."""
    timed: bool
    text: str


def read(text: str, at: datetime) -> tuple[Message, ...]:
    """The messages, in their order; the last was sent at `at`. Raises Invalid when it says not who wrote what."""
    found = _json(text, at) if _is_json(text) or text.lstrip().startswith("{") else _lines(text, at)
    if not any(message.author == "customer" and message.text.strip() for message in found):
        raise Invalid("The customer says nothing in this conversation.", todo="Put “Customer:” before what the customer wrote.")
    return found


def is_conversation(text: str) -> bool:
    """Whether a pasted text is a conversation (and not one question): it is JSON, or says who wrote."""
    return _is_json(text) or bool(_labels(_split(text)))


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _json(text: str, at: datetime) -> tuple[Message, ...]:
    try:
        given: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("This is no complete JSON.", todo="Paste the whole conversation, from the first brace to the last.") from error
    try:
        if isinstance(given, dict):
            return ConversationIn.model_validate(given).to_conversation(at).messages
        messages = TypeAdapter(list[MessageIn]).validate_python(given)
        return tuple(sorted((one.to_message(at) for one in messages), key=lambda message: message.sent_at))
    except ValidationError as error:
        raise explain(error, "The conversation") from error


def _lines(text: str, at: datetime) -> tuple[Message, ...]:
    lines = _split(text)
    labels = _labels(lines)
    if not labels:
        raise Invalid(
            "It does not say who wrote what.",
            todo="Begin each message with who wrote it, as in “Customer: …” and “Agent: …”, or search it as one question.",
        )
    found: list[tuple[str, Author, list[str]]] = []
    for line, said in lines:
        if said and said.name.casefold() in labels:
            found.append((said.name, said.role or labels[said.name.casefold()], [said.text]))
        elif found:
            found[-1][2].append(line.rstrip())
    return tuple(_message(n, len(found), *one, at) for n, one in enumerate(found))


def _message(number: int, of: int, name: str, author: Author, parts: Sequence[str], at: datetime) -> Message:
    role = name.casefold() in ROLES
    return Message(
        id=f"pasted-{number + 1}",
        author=author,
        author_name="" if role else name,
        text="\n".join(parts).strip(),
        sent_at=at - timedelta(minutes=of - 1 - number),
    )


def _split(text: str) -> list[tuple[str, Said | None]]:
    """Lines, from the first that is not empty, with what their beginnings say."""
    return [(line, _said(line)) for line in text.strip().splitlines()]


def _said(line: str) -> Said | None:
    match = LINE.match(line[:LONGEST_LINE])
    if match is None or len(match["name"]) > LONGEST_NAME:
        return None
    role = ROLES.get(match["name"].casefold()) or ROLES.get((match["role"] or "").casefold())
    timed = bool(match["before"] or match["after"])
    if not role and not timed and any(word[0].islower() for word in match["name"].split()):
        return None  # words of a sentence, not a name
    return Said(match["name"], role, timed, line[match.start("text") :].rstrip())


def _labels(lines: Sequence[tuple[str, Said | None]]) -> dict[str, Author]:
    """Who writes, by the folded label; nothing when it is no conversation.

    A word with a colon is a writer when it names a role, has a time, or comes again: "Note: …" stands in single messages, too. Of people
    named without a role, the first to write is the customer, unless a role says who that is.
    """
    said = [one for _, one in lines if one]
    known: dict[str, Author] = {one.name.casefold(): one.role for one in said if one.role}
    counts = Counter(one.name.casefold() for one in said)
    named = {one.name.casefold() for one in said if one.timed or counts[one.name.casefold()] > 1}
    opening = bool(lines) and lines[0][1] is not None
    if known and "customer" not in known.values():
        named |= counts.keys()
    elif not known and named and opening:
        named |= counts.keys() if all(one or not line.strip() for line, one in lines) else {said[0].name.casefold()}
    authors = dict(known)
    for name in counts:
        if name in named and name not in authors:
            authors[name] = "agent" if "customer" in authors.values() else "customer"
    return authors if set(known.values()) - {"system"} or any(one.timed for one in said) or len(authors) > 1 else {}
