"""Who wrote a mail, and whether that is proven; and whether a person wrote it at all.

Source: RFC 8601 (Authentication-Results), RFC 7489 (DMARC), RFC 3834 (automatic responses), RFC 2919 (List-Id). Anybody can write any
From. It counts as proven only where the receiving server says so, under the name (authserv-id) that is configured: DMARC passed for the
very domain of From, or a DKIM signature of that domain holds. SPF alone proves no author. Servers remove headers that use their own name
from what comes in (RFC 8601, section 5); of several with that name the first one, which the server put on top, counts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from copilot.channels.mail.reading import Mail, addresses, headers

ROBOTS: Final = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|donotreply|bounces?|noreply[+.-].*|bounces?[+.-].*)", re.IGNORECASE
)
"""Local parts that nobody reads."""
BULK: Final = ("bulk", "list", "junk", "auto_reply")
ORIGINALS: Final = ("x-original-from", "x-original-sender", "reply-to")
"""Where a forwarder that writes its own From says who wrote."""
_COMMENT: Final = re.compile(r"\([^()]*\)")
_QUOTED: Final = re.compile(r'"[^"]*"')
_METHOD: Final = re.compile(r"\s*([A-Za-z0-9_-]+)(?:/\d+)?\s*=\s*([A-Za-z]+)")
_PROPERTY: Final = re.compile(r'(?:^|\s)([A-Za-z]+\.[A-Za-z0-9_-]+)\s*=\s*("[^"]*"|[^\s;]+)')


@dataclass(frozen=True)
class Writer:
    """Who wrote, as far as one can tell."""

    address: str
    name: str
    proven: bool


def writer(mail: Mail, authority: str, forwarders: Sequence[str]) -> Writer | None:
    """None: no address that could be answered. `authority`: the trusted authserv-id; empty: nothing is proven.

    A trusted forwarder that puts its own address into From is believed about who wrote only when it is proven that it was the forwarder;
    that it is that person is not proven by it.
    """
    if not mail.sender:
        return None
    proven = _proven(mail, authority)
    if not forwarded_by(mail.sender, forwarders):
        return Writer(mail.sender, mail.name, proven)
    original = next((found[0] for name in ORIGINALS if len(found := addresses(mail.message, name)) == 1), "") if proven else ""
    if not original or forwarded_by(original, forwarders):
        return None
    return Writer(original, _via(mail.name), False)


def forwarded_by(sender: str, forwarders: Sequence[str]) -> bool:
    """Whether an address is one of those, or of one of those domains (`@example.com`)."""
    return any(sender == one.lower() or (one.startswith("@") and sender.endswith(one.lower())) for one in forwarders)


def automatic(mail: Mail) -> str:
    """Why it is no person's mail, in words; empty: a person may have written it."""
    said = mail.header("auto-submitted").partition(";")[0].strip().lower()
    if said and said != "no":
        return "an automatic reply" if said == "auto-replied" else "sent by a program"
    if mail.message.get_content_type() == "multipart/report" or mail.header("return-path").strip() == "<>":
        return "a report of a mail server"
    if mail.header("precedence").strip().lower() in BULK:
        return "bulk mail"
    if mail.header("list-id"):
        return "mail of a mailing list"
    if mail.header("x-autoreply") or mail.header("x-autorespond") or mail.header("x-loop"):
        return "an automatic reply"
    local = mail.sender.partition("@")[0]
    return "sent from an address that nobody reads" if local and ROBOTS.fullmatch(local) else ""


def _proven(mail: Mail, authority: str) -> bool:
    if not authority:
        return False
    domain = mail.sender.rpartition("@")[2]
    for value in headers(mail.message, "authentication-results"):
        name, results = _results(value)
        if name == authority.lower():
            return any(_proves(method, result, said, domain) for method, result, said in results)
    return False


def _proves(method: str, result: str, said: dict[str, str], domain: str) -> bool:
    if result != "pass":
        return False
    if method == "dmarc":
        return said.get("header.from", "").rpartition("@")[2] == domain
    return method == "dkim" and (said.get("header.d") or said.get("header.i", "").rpartition("@")[2]) == domain


def _results(value: str) -> tuple[str, list[tuple[str, str, dict[str, str]]]]:
    """(authserv-id, [(method, result, properties)]), all in small letters."""
    plain = value.replace("\r", " ").replace("\n", " ")[:10_000]
    plain = _QUOTED.sub(lambda found: re.sub(r"[();]", " ", found[0]), plain)
    while _COMMENT.search(plain):
        plain = _COMMENT.sub(" ", plain)
    name, *rest = plain.split(";")
    found = []
    for one in rest:
        begun = _METHOD.match(one)
        if begun:
            said = {key.lower(): text.strip('"').lower() for key, text in reversed(_PROPERTY.findall(one[begun.end() :]))}
            found.append((begun[1].lower(), begun[2].lower(), said))
    return (name.split() or [""])[0].lower(), found


def _via(name: str) -> str:
    """“Marta Ruiz via Help” is Marta Ruiz."""
    return re.split(r"\s+(?:via|über|por|par)\s+", name.strip("'\" "), maxsplit=1)[0].strip("'\" ")


def authorities(mails: Sequence[Mail]) -> list[str]:
    """The authserv-ids that stand in some mail, on top: what may be configured."""
    found = (headers(mail.message, "authentication-results")[:1] for mail in mails)
    return list(dict.fromkeys(_results(one[0])[0] for one in found if one))
