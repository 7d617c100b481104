"""One person over channels: records that share an address are one person's when it is proven in both, and else a question to an agent.

The company's own customer ids are of different people, whatever they share: a couple has one mailbox and two secrets. So only contacts that
chat tools know by ids of their own are joined by themselves, and only where the names do not say otherwise.
Nothing is moved: which records belong together follows from the pairs, so each decision can be taken back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.errors import Conflict, NotFound
from copilot.domain.identities import normal
from copilot.domain.people import Customer, Identity, IdentityType, Match, MatchState
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.services.conversations.drafting import TURN
from copilot.services.conversations.reading import actor

PROOF: Final[frozenset[IdentityType]] = frozenset({"email", "phone", "external"})
"""Addresses that are one person's once they are proven. A handle is not: another network gives it to somebody else."""
SHARED: Final = 5
"""An address that more records have is nobody's: a company's, a shop's counter."""
ENOUGH: Final = SHARED + 2
"""Of its records, to know that it is: what it had joined was parted when it became so. A placeholder in an export may have thousands."""
APART: Final[frozenset[MatchState]] = frozenset({"refused", "parted"})
"""What somebody said; it stands."""


class Known(Frozen):
    """The other record of a pair, as an agent sees it before they decide."""

    match_id: str
    state: MatchState
    keys: tuple[Identity, ...]
    decided_by: str
    decided_at: Instant | None
    customer_ref: str
    name: str
    since: Instant | None
    last_contact: Instant | None


async def look(records: Records, record: Customer, before: Customer | None, at: datetime, *, imported: bool = False) -> None:
    """A record was stored: whose else it may be. `before`: as it was, so that only addresses that are new are looked up.

    `imported`: from the company's own list, which says itself that its customers are different people.
    """
    fresh = [one for one in record.identities if before is None or one not in before.identities]
    holders = {one: held for one in fresh if len(held := await records.customers.by_identity(one.type, one.value, most=ENOUGH)) > 1}
    tools = {one.id for one in await records.connections.all()} if holders else set()
    found: dict[str, list[Identity]] = {}
    owners = {one.id: one for held in holders.values() for one in held if one.id != record.id}
    for identity, held in holders.items():
        theirs = await records.customers.by_identity(identity.type, identity.value, verified=True, most=ENOUGH)
        proved = {one.id for one in theirs}
        if len(theirs) > SHARED or sum(not _of_tool(one, tools) for one in theirs) > 1:
            await _unsure_again(records, theirs, identity, at)
        if len(held) > SHARED:
            continue
        for one in (one for one in held if one.id != record.id):
            both = identity.model_copy(update={"verified": identity.verified and one.id in proved})
            found.setdefault(one.id, []).append(both)
    proven = [ident for ident, keys in found.items() if any(key.verified and key.type in PROOF for key in keys)]
    sure = await _one_person(records, record, proven, tools)
    for ident, keys in found.items():
        ours = not _of_tool(record, tools) and not _of_tool(owners[ident], tools)
        if not (ours and imported):
            await _pair(records, record, owners[ident], keys, "same" if sure and ident in proven else "suggested", at)


async def _one_person(records: Records, record: Customer, proven: Sequence[str], tools: set[str]) -> bool:
    """Whether all of these are one person with the record and whoever belongs to it already: a pair joins everybody behind both ends.

    The company has the person once at most; first names are the same; and nobody said of any two that they are not.
    """
    together = {one.id: one for ident in (record.id, *proven) for one in await records.customers.records_of(ident)}
    mine = {one.id for one in await records.customers.records_of(record.id)}
    theirs = {found.id for ident in proven if ident not in mine and (found := await records.customers.find(ident)) is not None}
    if len(theirs) > 1 or sum(not _of_tool(one, tools) for one in together.values()) > 1:
        return False
    if any(_differ(one.name, other.name) for one, other in combinations(together.values(), 2)):
        return False
    said = {frozenset((pair.one, pair.other)) for ident in together for pair in await records.matches.of(ident) if pair.state in APART}
    return not any(said_of <= together.keys() for said_of in said)


async def _unsure_again(records: Records, holders: Sequence[Customer], shared: Identity, at: datetime) -> None:
    """An address turned out to be several people's: whom it alone had joined is a question again, and nothing of it stays in a draft.

    `holders`: who proved it. What somebody only claims takes nothing away from anybody.
    """
    for pair in await records.matches.joined([one.id for one in holders]):
        if not any(key.verified and key.type in PROOF and not _alike(key, shared) for key in pair.keys):
            concerned = await records.matches.put(pair.model_copy(update={"state": "suggested", "decided_at": None}))
            await records.log.event("customer.parted", subject_id=pair.id)
            await _again(records, concerned, at)


def _alike(one: Identity, other: Identity) -> bool:
    return one.type == other.type and normal(one.type, one.value) == normal(other.type, other.value)


def _of_tool(record: Customer, tools: set[str]) -> bool:
    """Whether a chat tool knows the contact by an id of its own: `connection:contact`."""
    tool, colon, _ = record.external_id.partition(":")
    return bool(colon) and tool in tools


def _differ(one: str, other: str) -> bool:
    """Two full names whose first names are not the same, nor short for each other."""
    first, second = one.casefold().split(), other.casefold().split()
    if len(first) < 2 or len(second) < 2:
        return False
    return not (first[0].startswith(second[0]) or second[0].startswith(first[0]))


async def moved(records: Records, one: str, other: str, at: datetime) -> None:
    """A tool says that a conversation is somebody else's record by now: perhaps the same person, signed in."""
    first, second = await records.customers.record(one), await records.customers.record(other)
    if first is not None and second is not None and not await records.customers.same(one, other):
        await _pair(records, first, second, [], "suggested", at)


async def _pair(records: Records, record: Customer, owner: Customer, keys: Sequence[Identity], state: MatchState, at: datetime) -> None:
    """What a person decided stands; a suggestion becomes sure by proof."""
    known = await records.matches.between(record.id, owner.id)
    if known is not None and (known.state != "suggested" or state == "suggested"):
        return
    if known is None and state == "suggested" and await records.customers.same(record.id, owner.id):
        return
    low, high = sorted((record.id, owner.id))
    match = Match(
        id=known.id if known else new_id(),
        one=low,
        other=high,
        state=state,
        keys=tuple(keys),
        found_at=known.found_at if known else at,
        decided_at=at if state == "same" else None,
    )
    await records.matches.put(match)
    what = "matched" if state == "same" else "match_found"
    await records.log.event(f"customer.{what}", subject_id=match.id, data={"keys": sorted({key.type for key in keys})})


@dataclass(frozen=True)
class Matching:
    """What people decide about pairs."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def of(self, caller: Caller, ref: str) -> list[Known]:
        """Pairs of a person that are suggested or hold. Raises NotFound."""
        async with self.database.read(caller.tenant_id) as records:
            return await known_of(records, ref)

    async def decide(self, caller: Caller, match_id: str, *, same: bool) -> Match:
        """One person's or not; a later word of somebody else replaces an earlier one. Raises NotFound, Conflict when it is so already."""
        now = self.clock()
        async with self.database.write(caller.tenant_id) as records:
            found = await records.matches.get(match_id)
            if found is None:
                raise NotFound(f"There is no match {match_id!r}.", todo="List those of the customer.")
            state: MatchState = "same" if same else "parted" if found.state in ("same", "parted") else "refused"
            if state == found.state:
                raise Conflict(f"It is said already that they are {'the same' if same else 'not the same'}.", todo="Read it again.")
            changed = found.model_copy(update={"state": state, "decided_by": actor(caller), "decided_at": now})
            concerned = await records.matches.put(changed)
            what = {"same": "matched", "parted": "parted"}.get(state, "match_refused")
            await records.log.event(f"customer.{what}", subject_id=found.id, actor=actor(caller))
            if state != "refused":
                await _again(records, concerned, now)
        self.wake(caller.tenant_id)
        return changed


async def known_of(records: Records, ref: str) -> list[Known]:
    """As `Matching.of`, the ones that wait for a decision first."""
    person = await records.customers.find(ref)
    if person is None:
        raise NotFound(f"There is no customer {ref!r}.", todo="Check the id.")
    pairs = [one for one in await records.matches.of(person.id) if one.state in ("suggested", "same")]
    nearness = _nearness(person.id, [one for one in pairs if one.state == "same"])
    shown = [await _known(records, pair, _farther(pair, nearness)) for pair in pairs]
    return sorted((one for one in shown if one is not None), key=lambda one: one.state != "suggested")


def _nearness(leading: str, same: Sequence[Match]) -> dict[str, int]:
    """By record, over how many pairs it hangs on the leading one."""
    found = {leading: 0}
    for step in range(1, len(same) + 1):
        reached = {pair.beside(end) for pair in same for end in (pair.one, pair.other) if found.get(end) == step - 1}
        found |= dict.fromkeys(reached - found.keys(), step)
    return found


def _farther(pair: Match, nearness: Mapping[str, int]) -> str:
    """The end that the person would lose: farther from the leading record, or not theirs at all."""
    far = len(nearness)
    return max((pair.one, pair.other), key=lambda end: nearness.get(end, far))


async def _known(records: Records, pair: Match, beside: str) -> Known | None:
    record = await records.customers.record(beside)
    if record is None:
        return None
    return Known(
        match_id=pair.id,
        state=pair.state,
        keys=pair.keys,
        decided_by=pair.decided_by,
        decided_at=pair.decided_at,
        customer_ref=record.external_id,
        name=record.name,
        since=record.since,
        last_contact=await records.conversations.last_contact(beside),
    )


async def _again(records: Records, concerned: Sequence[str], at: datetime) -> None:
    """What was drafted for these people knew too little or too much: their open conversations are drafted anew."""
    for one in await records.conversations.open_with(concerned):
        current = await records.turns.current_status(one)
        if current is None:
            continue
        turn = await records.turns.mint(new_id(), one, current.unanswered, at)
        await records.log.event("turn.minted", conversation_id=one, subject_id=turn.id)
        await records.log.enqueue(TURN, turn.id)
