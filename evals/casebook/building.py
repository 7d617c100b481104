"""A case as the product takes it: its conversation, its customer's line with the history, its articles."""

import copy
import json
import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

import yaml

from copilot.commands.demo import sample_conversations, sample_customers
from copilot.domain.errors import Invalid
from copilot.domain.times import parse_when
from evals.casebook.format import Case, Earlier, Said, Who, duration

NOW = "-PT0S"
"""When a case is read: what was said last has waited since it was said."""
LAST_M, BETWEEN_M = 1, 2
"""Minutes ago that the last message was said, and between two whose time is not given."""
_AUTHORS = {"note": "agent"}


def ident(case: Case) -> str:
    """By which the case's conversation and customer are known: from its name."""
    return "case-" + re.sub(r"[^a-z0-9]+", "-", case.case.lower()).strip("-")


def conversation(case: Case) -> dict[str, Any]:
    """As `ConversationIn` reads it. Raises Invalid for a conversation of the sample company that there is not."""
    if isinstance(case.conversation, str):
        return _from_sample(case, case.conversation)
    who = Who(id=case.customer) if isinstance(case.customer, str) else case.customer
    customer = _customer(case, who) if who is not None else None
    return {
        "conversation_id": ident(case),
        "channel": case.channel,
        "language": case.language,
        "as_of": NOW,
        "customer": customer,
        "messages": _messages(ident(case), case.conversation, _name(case.customer)),
    }


def customer_line(case: Case) -> dict[str, Any] | None:
    """As `CustomerLine` reads it, with the history; None for a person of the sample company, or none."""
    if not isinstance(case.customer, Who) or case.customer.id:
        return None
    line = _customer(case, case.customer)
    line.pop("assurance", None)
    line["interactions"] = [
        _interaction(ident(case), number, one, case.customer.name) for number, one in enumerate(case.customer.history, 1)
    ]
    return line


def articles(case: Case) -> list[tuple[str, str]]:
    """(name, Markdown with front matter) of its own articles."""
    found = []
    for number, given in enumerate(case.articles, 1):
        matter = {"id": f"article-{number}", "audience": "public", "status": "published"} | {k: v for k, v in given.items() if k != "text"}
        front = yaml.safe_dump(matter, allow_unicode=True, sort_keys=False)
        found.append((f"{matter['id']}.md", f"---\n{front}---\n{given.get('text', '')}\n"))
    return found


def _from_sample(case: Case, name: str) -> dict[str, Any]:
    samples = {one["conversation_id"]: one for one in sample_conversations()}
    if name not in samples:
        raise Invalid(
            f"case {case.case!r}: the sample company has no conversation {name!r}.", todo=f"Choose from {', '.join(sorted(samples))}."
        )
    given = copy.deepcopy(samples[name])
    given["conversation_id"] = ident(case)
    given.setdefault("as_of", NOW)
    if case.then:
        person = (given.get("customer") or {}).get("name", "")
        added = _messages(f"{ident(case)}-then", case.then, person)
        given["messages"] += added
    return given


def _customer(case: Case, who: Who) -> dict[str, Any]:
    if who.id and who.id not in _known_people():
        raise Invalid(
            f"case {case.case!r}: the sample company has no customer {who.id!r}.", todo=f"Choose from {', '.join(sorted(_known_people()))}."
        )
    if who.id and who.history:
        raise Invalid(
            f"case {case.case!r}: {who.id} has a history already.",
            todo="Leave out `history`, or leave out `id` and bring your own person.",
        )
    # Whose record it is stands in the record: what the channel shows as a name does not change it.
    left_out = {"history"} | ({"name"} if who.id else set())
    given = who.model_dump(exclude=left_out, exclude_defaults=True)
    return {"id": f"{ident(case)}-person", "assurance": who.assurance, **given, "preferences": list(who.preferences)}


@cache
def _known_people() -> frozenset[str]:
    return frozenset(str(json.loads(line)["id"]) for line in sample_customers())


def _name(who: Who | str | None) -> str:
    return who.name if isinstance(who, Who) else ""


def _messages(prefix: str, said: tuple[Said, ...], person: str, back_m: float = 0.0) -> list[dict[str, Any]]:
    """`back_m`: minutes by which all of them lie further back."""
    count, made = len(said), []
    for number, one in enumerate(said, 1):
        minutes = back_m + LAST_M + BETWEEN_M * (count - number)
        made.append(
            {
                "id": f"{prefix}-{number}",
                "author": _AUTHORS.get(one.author, one.author),
                "author_name": one.name or (person if one.author == "customer" else ""),
                "visibility": "private" if one.author == "note" else "public",
                "text": one.text,
                "sent_at": duration(one.ago) if one.ago else f"-PT{minutes * 60:.0f}S",
                "attachments": list(one.attachments),
            }
        )
    return made


def _interaction(prefix: str, number: int, one: Earlier, person: str) -> dict[str, Any]:
    outcome = one.outcome.model_dump() if one.outcome is not None and not isinstance(one.outcome, str) else one.outcome
    return {
        "conversation_id": f"{prefix}-earlier-{number}",
        "channel": one.channel,
        "status": "closed",
        "messages": _messages(f"{prefix}-earlier-{number}", one.said, person, _minutes(one.ago)),
        "outcome": outcome,
    }


def _minutes(ago: str) -> float:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return (moment - parse_when(duration(ago), moment)).total_seconds() / 60
