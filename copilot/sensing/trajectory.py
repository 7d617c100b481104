"""The case's emotion over its messages: where it stands, which way it moves, what turned it, how long the customer has waited."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from copilot.domain.base import Frozen
from copilot.domain.conversation import Channel, Message
from copilot.domain.emotion import Emotion, Sensed, TrajectoryPoint, Trend
from copilot.domain.tenant import TenantSettings
from copilot.sensing.emotion import CALM
from copilot.sensing.heat import BOILS, CALM_AT_MOST, heat

UPSET = 48.0
"""Mood from which a customer counts as upset."""
TURNS = 10.0
"""Points of mood that make a turn."""
_FADES = 0.55
"""How much of the distance to a calmer message the mood falls: anger does not go with one polite sentence …"""
_FADES_WITH_THANKS = 0.9
"""… but nearly goes with thanks."""
_REPEAT_CONTACT = 4.0
_REPEAT_AT_MOST = 12.0
_FAULT = 6.0
_FURTHER_PROMISE = 5.0
_UPSET_SHARE = 0.5


class _Point(Frozen):
    """A customer message with its mood and the running mood after it."""

    message: Message
    sensed: Sensed
    running: float


def read(
    messages: Sequence[Message],
    sensed: Mapping[str, Sensed],
    *,
    channel: Channel,
    contacts: Sequence[datetime] = (),
    promises_overdue: int = 0,
    company_fault: bool = False,
    unanswered_since: datetime | None,
    as_of: datetime,
    settings: TenantSettings,
) -> Emotion:
    """The emotion of this conversation at `as_of`.

    `sensed`: by message id; a customer message that is missing there counts as not sensed. `contacts`: when earlier conversations of
    this customer began; this one is counted besides. Agents' messages are never sensed: they only end waits.
    """
    said = [m for m in messages if m.author == "customer" and not m.deleted_at and m.sent_at <= as_of]
    points = _points(said, sensed)
    measured = bool(said) and bool(points) and points[-1].message.id == said[-1].id
    seven, thirty = _contacts([*contacts, *(m.sent_at for m in said[:1])], as_of)
    mood = points[-1].running if measured else CALM
    base, record = _base(mood, seven, promises_overdue, company_fault=company_fault)
    since = None if measured and _only_thanks(said, points, unanswered_since) else unanswered_since
    last = _speaks_for(points, unanswered_since).sensed if measured else None
    turned = _turn(points) if measured else None
    waited = max(0.0, (as_of - unanswered_since).total_seconds()) if unanswered_since else 0.0
    return Emotion(
        label=last.label if last else None,
        intensity=last.intensity if last else 0.0,
        trend=_trend(points) if measured else "steady",
        heat=heat(base, since, channel, as_of, settings),
        waiting_seconds=waited,
        contacts_7d=seven,
        contacts_30d=thirty,
        trigger_message_id=turned.message.id if turned else None,
        why=" ".join(part for part in (_felt(said, last, turned), *record, _waits(waited, seven, since)) if part),
        measured=measured,
        trajectory=_trajectory(said, messages, sensed, {p.message.id: p for p in points}, channel, settings),
        base=base,
        since=since,
        signs=tuple(dict.fromkeys(sign for point in points[-3:] for sign in point.sensed.signs)) if measured else (),
    )


def _points(said: Sequence[Message], sensed: Mapping[str, Sensed]) -> list[_Point]:
    points: list[_Point] = []
    for message in said:
        own = sensed.get(message.id)
        if own is None or not own.measured:
            continue
        running = own.mood
        if points and own.mood < points[-1].running:
            share = _FADES_WITH_THANKS if own.label == "grateful" else _FADES
            running = points[-1].running + share * (own.mood - points[-1].running)
        points.append(_Point(message=message, sensed=own, running=round(running, 1)))
    return points


def _base(mood: float, contacts_7d: int, promises_overdue: int, *, company_fault: bool) -> tuple[float, list[str]]:
    """Mood and record as one number, and what of the record counted. Only a broken promise makes a calm person's case hot."""
    more = min(_REPEAT_AT_MOST, _REPEAT_CONTACT * max(0, contacts_7d - 1)) + (_FAULT if company_fault else 0.0)
    base = max(mood, min(mood + more, CALM_AT_MOST)) if mood <= CALM_AT_MOST else mood + more * (100 - mood) / 100
    said = ["The record shows a mistake of the company."] if company_fault and not promises_overdue else []
    if promises_overdue > 0:
        said = ["A promise is overdue." if promises_overdue == 1 else f"{promises_overdue} promises are overdue."]
        broken = BOILS + _FURTHER_PROMISE * min(promises_overdue - 1, 3)
        base = max(base, broken) + _UPSET_SHARE * max(0.0, min(base, broken) - CALM_AT_MOST)
    return round(min(base, 99.0), 2), said


def _contacts(times: Sequence[datetime], as_of: datetime) -> tuple[int, int]:
    """Contacts of the last 7 and 30 days, this conversation included."""
    ages = [as_of - time for time in times if time <= as_of]
    return sum(age <= timedelta(days=7) for age in ages), sum(age <= timedelta(days=30) for age in ages)


def _only_thanks(said: Sequence[Message], points: Sequence[_Point], since: datetime | None) -> bool:
    """True when all that is unanswered is thanks without a question or a request: nobody waits for an answer to that."""
    if since is None:
        return False
    by_id = {point.message.id: point for point in points}
    open_ones = [m for m in said if m.sent_at >= since]
    return bool(open_ones) and all(m.id in by_id and _thanks(by_id[m.id].sensed) and "?" not in m.text for m in open_ones)


def _thanks(sensed: Sensed) -> bool:
    """Grateful, and asks for nothing ("kindly let me know" is no thanks)."""
    return sensed.label == "grateful" and "polite" not in sensed.signs


def _speaks_for(points: Sequence[_Point], since: datetime | None) -> _Point:
    """The message that shows how they feel now: of a burst that waits for an answer the strongest, unless it ended in thanks."""
    burst = [point for point in points if since is not None and point.message.sent_at >= since]
    if not burst or points[-1].sensed.label == "grateful":
        return points[-1]
    return max(burst, key=lambda point: (point.sensed.mood, point.message.sent_at))


def _trend(points: Sequence[_Point]) -> Trend:
    """The last mood against the mean of up to three before it."""
    if len(points) < 2:
        return "steady"
    before = [point.sensed.mood for point in points[-4:-1]]
    moved = points[-1].sensed.mood - sum(before) / len(before)
    return "rising" if moved >= TURNS else "falling" if moved <= -TURNS else "steady"


def _turn(points: Sequence[_Point]) -> _Point | None:
    """The message that made the mood what it is: the largest rise for someone upset, the largest fall for someone who was."""
    steps = [(point.sensed.mood - before, point) for before, point in zip([CALM, *(p.sensed.mood for p in points)], points, strict=False)]
    if not steps:
        return None
    if points[-1].running >= UPSET:
        size, point = max(steps, key=lambda step: step[0])
        return point if size >= TURNS else None
    if max(point.running for point in points) >= UPSET:
        size, point = min(steps, key=lambda step: step[0])
        return point if size <= -TURNS else None
    return None


def _trajectory(
    said: Sequence[Message],
    messages: Sequence[Message],
    sensed: Mapping[str, Sensed],
    points: Mapping[str, _Point],
    channel: Channel,
    settings: TenantSettings,
) -> tuple[TrajectoryPoint, ...]:
    """One point per customer message: heat as it stood when the message came, with the wait until then."""
    found: list[TrajectoryPoint] = []
    answered = sorted(m.sent_at for m in messages if m.is_answer)
    for message in said:
        point, own = points.get(message.id), sensed.get(message.id)
        last_answer = max((moment for moment in answered if moment <= message.sent_at), default=None)
        since = next(m.sent_at for m in said if last_answer is None or m.sent_at >= last_answer)
        found.append(
            TrajectoryPoint(
                message_id=message.id,
                label=own.label if own else None,
                intensity=own.intensity if own else 0.0,
                heat=round(heat(point.running if point else CALM, since, channel, message.sent_at, settings), 1),
                why=own.why if own else "Not sensed.",
            )
        )
    return tuple(found)


def _felt(said: Sequence[Message], last: Sensed | None, turned: _Point | None) -> str:
    if not said:
        return "The customer has not written in this conversation."
    if last is None:
        return "Emotion is not measured in this language: heat shows the wait and the record only."
    if turned and turned.sensed.message_id != last.message_id:
        return f"{last.why} What turned the mood: {turned.sensed.why[:1].lower()}{turned.sensed.why[1:]}"
    return last.why


def _waits(seconds: float, contacts_7d: int, since: datetime | None) -> str:
    parts = []
    if contacts_7d > 1:
        parts.append(f"{contacts_7d} contacts in seven days.")
    if since is not None and seconds >= 60:
        parts.append(f"Waiting for {_length(seconds)}.")
    return " ".join(parts)


def _length(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count != 1 else ''}"
    return "less than a minute"
