"""A case is born of a draft: somebody marks what must or must not be said, or a decision is worth keeping.

Whoever the case came from cannot be found in it: every value on record is replaced by an invention before it is stored, then whatever has
the shape of personal data, everywhere. Names of third people, whom no record knows, are left to the person who approves it.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import Field

from copilot.domain.base import Frozen, new_id
from copilot.domain.case import SentText
from copilot.domain.conversation import Conversation
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.people import Customer
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.quality import Ability, CaseDraft, Found, QualityCase, Severity, Side
from copilot.domain.staff import Caller, User
from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn
from copilot.graph.secrets import HARMLESS, personal_values
from copilot.services.conversations.reading import actor
from copilot.services.quality import case_format
from copilot.services.quality.case_body import WORDS_OF_OURS, chosen, is_person, names_in, situation
from copilot.services.quality.case_expecting import Proposal, propose, said
from copilot.services.quality.pseudonyms import Pseudonyms

LONGEST_NAME: Final = 110
"""Characters of a case's name that are ours; a number may follow."""
_NUMBERS: Final = re.compile(r"\S*\d\S*")
VERBS: Final[dict[Side, str]] = {"must": "says", "must_not": "does not say"}
WANTED: Final[dict[Found, str]] = {
    "said_wrong": "No wrong {} to",
    "flagged": "A {} without a doubt to",
    "rewritten": "Another {} to",
    "agreed": "Such a {} again to",
}
WHY: Final[dict[Found, str]] = {
    "said_wrong": "This draft was said to be wrong.",
    "flagged": "A check found something in this draft, and it was taken.",
    "rewritten": "What was sent in the end says it otherwise.",
    "agreed": "This draft was sent as it stood.",
}


class Marked(Frozen):
    """Words of a draft, and whether they must or must not be said in such a case."""

    suggestion_id: str
    side: Side
    words: str = Field(min_length=1)
    ability: Ability
    severity: Severity = "medium"
    tags: tuple[str, ...] = ()
    why: str = ""


class Material(Frozen):
    """What the record holds of a draft, read at once."""

    turn: Turn
    suggestion: Suggestion
    customer: Customer | None
    earlier: tuple[Conversation, ...]
    staff: tuple[User, ...]
    sent: SentText | None


@dataclass(frozen=True)
class CaseMaking:
    """Makes candidates."""

    database: Database
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def mark(self, caller: Caller, marked: Marked) -> QualityCase:
        """A candidate of what somebody marked in a draft. Raises NotFound, Conflict, or Invalid for words that do not stand in it."""
        async with self.database.read(caller.tenant_id) as records:
            material = await gather(records, marked.suggestion_id)
        words = " ".join(marked.words.split())
        if words not in " ".join(material.suggestion.text.split()):
            raise Invalid("These words do not stand in the draft.", todo="Mark a part of the draft as it is shown.")
        expected = {marked.side: [said(words, material.suggestion.kind)]}
        proposal = Proposal(marked.ability, marked.severity, expected.get("must", []), expected.get("must_not", []))
        ident = new_id()
        name = f"The {material.suggestion.kind} {VERBS[marked.side]}: {words}"
        case = await self._case(material, ident, f"made:{ident}", name, self.privacy.cut(marked.why), marked.tags, proposal)
        made = await self._add(caller, case.model_copy(update={"source": "made", "made_by": caller.who}))
        if made is None:
            raise Conflict("This case is there already.", todo="Reload the page.")
        return made

    async def harvest(self, caller: Caller, suggestion_id: str, found: Found) -> QualityCase | None:
        """A candidate of what became of a draft; None when there is one already, or the draft is gone."""
        async with self.database.read(caller.tenant_id) as records:
            try:
                material = await gather(records, suggestion_id)
            except (NotFound, Conflict):
                return None
        proposal = propose(found, material.suggestion, material.sent.text if material.sent else "")
        asked = material.turn.waiting[0].text if material.turn.waiting else material.turn.said_by_customer
        name = f"{WANTED[found].format(material.suggestion.kind)}: {' '.join(asked.split())}"
        case = await self._case(material, new_id(), f"harvest:{suggestion_id}", name, WHY[found], ("harvested",), proposal)
        return await self._add(caller, case.model_copy(update={"found": found}))

    async def _case(
        self, material: Material, ident: str, origin: str, name: str, why: str, tags: Sequence[str], proposal: Proposal
    ) -> QualityCase:
        body, draft = await asyncio.to_thread(_invented, self.privacy, material, ident, name, why, tags, proposal)
        turn, suggestion = material.turn, material.suggestion
        return QualityCase(
            id=ident,
            name=body["case"],
            source="harvested",
            origin=origin,
            conversation_id=turn.conversation_id,
            turn_id=turn.id,
            suggestion_id=suggestion.id,
            customer_id=turn.person.id if turn.person else None,
            draft=draft,
            body=body,
            made_at=self.clock(),
        )

    async def _add(self, caller: Caller, case: QualityCase) -> QualityCase | None:
        async with self.database.write(caller.tenant_id) as records:
            if await records.suggestions.get(case.suggestion_id or "") is None:
                return None  # the person was erased while the case was written
            named = await named_alone(records, case)
            case_format.check(named.body)
            if not await records.quality.add(named):
                return None
            data = {"state": named.state, "source": named.source}
            await records.log.event("quality.made", subject_id=named.id, actor=actor(caller), data=data)
        self.wake(caller.tenant_id)
        return named


async def gather(records: Records, suggestion_id: str) -> Material:
    """Raises NotFound; Conflict for a draft that was never offered."""
    suggestion = await records.suggestions.get(suggestion_id)
    stored = await records.turns.get(suggestion.turn_id) if suggestion else None
    if suggestion is None or stored is None or stored.turn is None:
        raise NotFound(f"There is no suggestion {suggestion_id!r}.", todo="Read the conversation's suggestions again.")
    if suggestion.state != "proposed":
        raise Conflict(
            f"This suggestion is {suggestion.state}: there are no words to make a case of.", todo="Choose a draft that was offered."
        )
    turn = stored.turn
    customer = await records.customers.find(turn.person.id) if turn.person else None
    talks = await records.conversations.of_customer(customer.id) if customer else []
    sent = [one for one in await records.suggestions.sent_of(turn.conversation_id) if one.suggestion_id == suggestion.id]
    return Material(
        turn=turn,
        suggestion=suggestion,
        customer=customer,
        earlier=tuple(chosen(turn, talks)),
        staff=tuple(await records.admin.users()),
        sent=sent[-1] if sent else None,
    )


async def named_alone(records: Records, case: QualityCase) -> QualityCase:
    """The case under a name that no other one has: a file with two of a name cannot be read."""
    name, number = case.name, 1
    while (other := await records.quality.named(name)) is not None and other.id != case.id:
        number += 1
        name = f"{case.name} ({number})"
    return case.model_copy(update={"name": name, "body": {**case.body, "case": name}})


def _invented(
    privacy: Privacy, material: Material, seed: str, name: str, why: str, tags: Sequence[str], proposal: Proposal
) -> tuple[dict[str, Any], CaseDraft]:
    """(the body of the case, its draft) with inventions for everything personal. It may load patterns: call it in a thread."""
    invent = Pseudonyms(privacy, _names(material), _values(material), seed, _places(material))
    words = invent.text(name)
    body: dict[str, Any] = {"case": _short(words), "ability": proposal.ability, "severity": proposal.severity}
    if why.strip():
        body["why"] = invent.text(why.strip())
    if tags:
        body["tags"] = [invent.text(tag) for tag in dict.fromkeys(tag.strip() for tag in tags) if tag]
    body |= invent.tree(situation(material.turn, material.customer, material.earlier), WORDS_OF_OURS)
    sent = invent.text(material.sent.text) if material.sent else ""
    if sent and material.suggestion.kind == "reply":
        body["human"] = sent
    body["kinds"] = [material.suggestion.kind]
    for side, expected in (("must", proposal.must), ("must_not", proposal.must_not)):
        if expected:
            # Ids of articles and names of kinds are nobody's.
            body[side] = [{**one, "say": invent.text(one["say"])} if "say" in one else one for one in expected]
    return body, CaseDraft(kind=material.suggestion.kind, text=invent.text(material.suggestion.text), sent=sent)


def _names(material: Material) -> list[str]:
    """The customer's first: addresses are invented after it."""
    named = [*names_in(material.turn, material.earlier), material.customer.name if material.customer else ""]
    return list(
        dict.fromkeys(
            name
            for name in (*named, *(user.name for user in material.staff if user.role != "integrator" and is_person(user.name)))
            if name.strip()
        )
    )


def _values(material: Material) -> list[str]:
    """Whatever else says who somebody is: addresses, references, ids."""
    values = [*personal_values(material.turn)]
    if material.customer is not None:
        values += [identity.value for identity in material.customer.identities]
        values += [field.value for field in material.customer.fields if field.name not in HARMLESS]
        values.append(material.customer.external_id)
    values += [address for user in material.staff for address in (user.email, user.external_id)]
    return [value for value in dict.fromkeys(values) if value.strip()]


def _places(material: Material) -> list[str]:
    """Towns of the customer's addresses: "90326 Umeå" stands there whole, "in Umeå" may stand anywhere."""
    known = [(detail.field, detail.value) for detail in material.turn.evidence.known_details]
    known += [(field.name, field.value) for field in material.customer.fields] if material.customer else []
    pieces = [piece for field, value in known if "address" in field for piece in value.split(",")[1:]]
    return list(dict.fromkeys(town for piece in pieces if len(town := _NUMBERS.sub("", piece).strip()) > 2))


def _short(text: str) -> str:
    plain = re.sub(r"\s+", " ", text).strip()
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 1].rstrip()}…"
