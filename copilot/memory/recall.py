"""Which of a customer's memories this turn needs, and why: a handful, each with its reason in plain words."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from copilot.domain.conversation import Channel
from copilot.domain.memory import Memory, Promise, RankedMemory
from copilot.memory.deeds import names_thing
from copilot.memory.terms import found_in, overlap, rarity, terms

CANDIDATES = 300
"""How many of a customer's records take part; SQL names the most recent and important ones."""

Vector = npt.NDArray[np.float32]

THRESHOLD = 0.33
"""Relevance below which a memory is not shown. On LoCoMo it keeps 75 % of the evidence and lets 0.3 of 60 unrelated items through."""
_COSINE_FLOOR, _COSINE_SPAN = 0.15, 0.55
"""Cosine of unrelated and of clearly related short texts with the default encoder."""
_MEANING, _WORDS = 0.5, 0.5
"""Their shares in relevance: on LoCoMo, one chat at a time, nDCG@10 .53 (meaning alone .35, words alone .49)."""
_SAME_MATTER = THRESHOLD + 0.1
_SAME_TEXT, _SAME_MEANING = 0.75, 0.94
_FADES_DAYS = 120.0
_RECENT_DAYS, _MATTER_DAYS = 14, 120
_TERMS_SHOWN = 2
_CALLS = frozenset({"call", "phone", "ring", "anruf", "rückru", "zurück", "telefo", "llamad", "llamar"})
_MANNER = frozenset({"answer", "short", "senten", "langua", "deutsc", "englis", "german", "spanis", "formal", "per sie", "frases"})
_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}


class _Scored(NamedTuple):
    memory: Memory
    relevance: float
    """0–1: how much it is about what the customer says now."""
    score: float
    words: tuple[str, ...]
    """What it has in common with the turn, most telling first."""
    promise: Promise | None


def rank(
    candidates: Sequence[Memory],
    vectors: Mapping[str, Vector],
    query: Vector | None,
    *,
    text: str,
    promises: Sequence[Promise],
    channel: Channel,
    as_of: datetime,
    limit: int = 6,
    among: int = CANDIDATES,
) -> tuple[RankedMemory, ...]:
    """The memories this turn needs, best first, at most `limit`; none that has nothing to do with it. Only the first `among` take part.

    `vectors` by memory id and `query` have length 1 (missing ones are ranked by their words); `text` is what the customer says now.
    """
    alive = [m for m in candidates if _usable(m, as_of)][:among]
    if not alive:
        return ()
    scored = _score(alive, _cosines(alive, vectors, query), text, [p.at(as_of) for p in promises], channel, as_of)
    chosen = _distinct(_one_other([s for s in scored if _belongs(s, as_of)]), vectors, limit)
    contacts = _contacts(scored, as_of)
    return tuple(_ranked(s, contacts) for s in chosen)


def _usable(memory: Memory, as_of: datetime) -> bool:
    return memory.state == "active" and memory.at <= as_of and (memory.expires_at is None or memory.expires_at > as_of)


def _cosines(memories: Sequence[Memory], vectors: Mapping[str, Vector], query: Vector | None) -> list[float]:
    """Cosine with the query per memory; NaN where there is no vector."""
    found = np.full(len(memories), np.nan)
    rows = [i for i, memory in enumerate(memories) if memory.id in vectors]
    if query is not None and rows:
        matrix = np.stack([vectors[memories[i].id] for i in rows])
        if matrix.shape[1] == query.shape[-1]:
            found[rows] = matrix @ query.reshape(-1)
    return [float(cosine) for cosine in found]


def _score(
    memories: Sequence[Memory], cosines: Sequence[float], text: str, promises: Sequence[Promise], channel: Channel, as_of: datetime
) -> list[_Scored]:
    asked = terms(text)
    lower = [memory.text.lower() for memory in memories]
    common = [found_in(asked, one) for one in lower]
    weights = rarity(asked, common)
    due = {p.conversation_id: p for p in sorted(promises, key=lambda p: p.state == "overdue") if p.state in ("open", "overdue")}
    scored = []
    for memory, shared, cosine, words in zip(memories, common, cosines, lower, strict=True):
        lexical = overlap(shared, weights)
        meaning = min(max((cosine - _COSINE_FLOOR) / _COSINE_SPAN, 0.0), 1.0) if not math.isnan(cosine) else lexical
        relevance = max(_MEANING * meaning + _WORDS * lexical, 0.85 * lexical)
        if memory.kind == "preference":
            relevance = max(relevance, _contact_wish(words, channel, asked))
        promise = due.get(memory.conversation_id or "") if memory.kind == "episode" else None
        telling = tuple(asked[stem] for stem in sorted(shared, key=lambda stem: -weights[stem]))
        scored.append(_Scored(memory, relevance, _weigh(memory, relevance, promise, as_of), telling, promise))
    return sorted(scored, key=lambda s: (-s.score, s.memory.at.timestamp() * -1, s.memory.id))


def _weigh(memory: Memory, relevance: float, promise: Promise | None, as_of: datetime) -> float:
    """Relevance decides; a promise, the company's fault, freshness and importance lift what is relevant."""
    days = max((as_of - memory.at).total_seconds() / 86_400, 0.0)
    score = 0.62 * relevance + 0.08 * math.exp(-days / _FADES_DAYS) + 0.1 * memory.importance * memory.confidence
    if promise:
        score += 0.2 if promise.state == "overdue" else 0.1
    if memory.outcome and memory.outcome.fault == "company":
        score += 0.08 * min(1.0, 2 * relevance)
    return min(score, 1.0)


def _contact_wish(words: str, channel: Channel, asked: Mapping[str, str]) -> float:
    """How someone wants to be reached matters where they are being reached or speak of it; how to write to them always a little."""
    if found_in(_CALLS, words) and (channel == "phone" or asked.keys() & _CALLS):
        return THRESHOLD + 0.15
    return THRESHOLD + 0.02 if found_in(_MANNER, words) else 0.0


def _belongs(scored: _Scored, as_of: datetime) -> bool:
    """Relevant, or tied to a promise that is not kept, or open since the last few days."""
    memory = scored.memory
    if scored.relevance >= THRESHOLD or (scored.promise and scored.promise.state == "overdue"):
        return True
    fresh = (as_of - memory.at).days <= _RECENT_DAYS
    unsolved = memory.outcome is not None and memory.outcome.resolved is False
    return fresh and (unsolved or scored.promise is not None)


def _one_other(scored: list[_Scored]) -> list[_Scored]:
    """Of what is shown only because something else was promised and not kept, the first: the card has the rest."""
    others = [s for s in scored if s.relevance < THRESHOLD and s.promise and s.promise.state == "overdue"]
    return [s for s in scored if s not in others[1:]]


def _distinct(scored: Sequence[_Scored], vectors: Mapping[str, Vector], limit: int) -> list[_Scored]:
    """The best of each near-identical group, up to `limit`."""
    chosen: list[_Scored] = []
    kept: list[set[str]] = []
    for candidate in scored:
        words = set(terms(candidate.memory.text))
        if any(_same(candidate, words, other, seen, vectors) for other, seen in zip(chosen, kept, strict=True)):
            continue
        chosen.append(candidate)
        kept.append(words)
        if len(chosen) == limit:
            break
    return chosen


def _same(a: _Scored, a_words: set[str], b: _Scored, b_words: set[str], vectors: Mapping[str, Vector]) -> bool:
    """Two episodes of different conversations are never the same, unless word for word."""
    alike = len(a_words & b_words) / max(len(a_words | b_words), 1)
    if a.memory.kind != b.memory.kind:
        return alike > _SAME_TEXT
    if a.memory.kind == "episode" and a.memory.conversation_id != b.memory.conversation_id:
        return alike == 1.0
    left, right = vectors.get(a.memory.id), vectors.get(b.memory.id)
    if left is not None and right is not None and left.shape == right.shape and float(left @ right) > _SAME_MEANING:
        return True
    return alike > _SAME_TEXT


def _contacts(scored: Sequence[_Scored], as_of: datetime) -> frozenset[str]:
    """Ids of the earlier contacts that were about this matter lately."""
    return frozenset(
        s.memory.id
        for s in scored
        if s.memory.kind == "episode" and s.relevance >= _SAME_MATTER and (as_of - s.memory.at).days <= _MATTER_DAYS and len(s.words) > 1
    )


def _ranked(scored: _Scored, contacts: frozenset[str]) -> RankedMemory:
    memory, outcome = scored.memory, scored.memory.outcome
    return RankedMemory(
        id=memory.id,
        kind=memory.kind,
        text=memory.text,
        source=memory.source,
        score=round(scored.score, 4),
        why=_why(scored, contacts),
        use="guide" if memory.sensitive else memory.use,
        at=memory.at,
        fault=outcome.fault if outcome else None,
        resolved=outcome.resolved if outcome else None,
        channel=memory.channel,
    )


def _why(scored: _Scored, contacts: frozenset[str]) -> str:
    """The reason in plain words, the strongest first."""
    memory, about = scored.memory, _about(scored)
    same = scored.relevance >= THRESHOLD
    if scored.promise and scored.promise.state == "overdue":
        return f"{'the same ' + about if same and scored.words else 'something else'}, promised and not kept"
    if scored.promise:
        return f"{about}: a promise from then is still open" if same else "a promise from then is still open"
    if memory.kind == "preference":
        return f"a wish on record that touches this ({about})" if scored.words else "how they want to be dealt with"
    if memory.kind == "fact":
        return f"known about them and touches this ({about})" if scored.words else "known about them and close to this in meaning"
    return _episode_why(memory, about, same, len(contacts) if memory.id in contacts else 0, bool(scored.words))


def _episode_why(memory: Memory, about: str, same: bool, contacts: int, named: bool) -> str:
    outcome = memory.outcome
    if not same:
        return "a few days ago and not resolved"
    matter = f"the same matter ({about})" if named else "close to this in meaning"
    if outcome and outcome.fault == "company":
        return f"{matter}, and it was our mistake"
    if outcome and outcome.resolved is False:
        return f"{matter}, and it was not resolved"
    if contacts > 1 and named:
        return f"{matter}: this is the {_ORDINALS.get(contacts + 1, f'{contacts + 1}th')} contact about it"
    return f"{matter}, asked before"


def _about(scored: _Scored) -> str:
    """What the memory and the turn have in common, as one would say it: 'Lisbon refund', else the two most telling words."""
    thing = next((word for word in scored.words if names_thing(word)), "")
    named = next((word for word in scored.words if word[:1].isupper() and not word.isupper() and word != thing), "")
    if thing and named:
        return f"{named} {thing}"
    return (" " if scored.promise else ", ").join(scored.words[:_TERMS_SHOWN])
