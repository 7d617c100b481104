"""What each measure counts, on conversations that are so and on such that are not."""

from datetime import timedelta
from typing import Any

import pytest

from copilot.domain.conversation import Conversation, Message
from copilot.domain.memory import KnownDetail
from copilot.domain.people import Assurance
from copilot.domain.scorecards import Measured
from copilot.domain.tenant import TenantSettings
from copilot.domain.turn import Fault, Turn
from copilot.measures import CATALOGUE, LiveRecord, measure
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes

ASKED = "The refund of 142 EUR for my Lisbon flight has not come. Where is it?"
NAMES = frozenset({"u1", "77", "Kim"})
FAULT = Fault(party="company", text="a refund was promised for Friday", source="promise:1")
ADDRESS = KnownDetail(field="address", value="8 Quay Street", source="profile", as_of=NOON, state="fresh")


def record(*answers: str, asked: str = ASKED, wait: float = 5, channel: Any = "chat", evidence: Any = None, **values: Any) -> LiveRecord:
    """One question and these answers of Kim's, `wait` minutes later each; a turn lay before the first."""
    first = samples.said("m1", asked)
    said = tuple(
        samples.said(f"a{n}", text, at=wait * n, author="agent", author_id="77", author_name="Kim") for n, text in enumerate(answers, 1)
    )
    talk = Conversation(id="t", external_id="t", channel=channel, status="closed", messages=(first, *said))
    turn = samples.frozen("turn", talk.model_copy(update={"messages": (first,)}))
    about = {"assurance": Assurance.PROVEN, "as_of": NOON, "unanswered": (first.id,), "channel": channel}
    made: Turn = turn.model_copy(update=about | {"evidence": turn.evidence.model_copy(update=evidence or {})})
    return LiveRecord(conversation=talk, names=NAMES, settings=TenantSettings(), turns=(made,), **values)


def value(name: str, given: LiveRecord) -> float | None:
    found = CATALOGUE[name].read(given)
    return None if found is None else found.value


OWNED = {"fault": FAULT}
KNOWN = {"known_details": (ADDRESS,)}


@pytest.mark.parametrize(
    ("name", "good", "bad", "more"),
    [
        ("concern named", "Your refund for the Lisbon flight is on its way.", "I have received your issue and will look at it.", {}),
        ("own words", "The 142 EUR go out today.", "I understand your frustration.", {}),
        ("fault owned", "We did not send your refund on Friday; that was our mistake.", "It goes out today.", {"evidence": OWNED}),
        ("no fault invented", "The 142 EUR go out today.", "That was our mistake, I apologise for our error.", {}),
        ("nothing re-asked", "Is the 142 EUR refund still open?", "What is your address?", {"evidence": KNOWN}),
        ("promise dated", "I will call you tomorrow at 10:00.", "I will call you back.", {}),
        ("their language", "The refund for your flight is on its way to you today.", "Ihre Erstattung ist heute auf dem Weg zu Ihnen.", {}),
        ("short", "It goes out today. I call you at five.", "It is. " * 9, {}),
    ],
)
def test_what_is_so_is_told_from_what_is_not(name: str, good: str, bad: str, more: dict[str, Any]) -> None:
    assert value(name, record(good, **more)) == 1
    assert value(name, record(bad, **more)) == 0
    found = CATALOGUE[name].read(record(bad, **more))
    assert found is not None
    assert found.seen, "a fault is shown where it stands"


def test_a_share_is_of_this_agents_answers_and_evidence_says_where() -> None:
    given = record("The 142 EUR go out today.", "I understand your frustration.")
    found = CATALOGUE["own words"].read(given)
    assert found is not None
    assert found.value == 0.5
    (seen,) = found.seen
    message = next(one for one in given.conversation.messages if one.id == seen.message_id)
    assert message.text[seen.start : seen.end].startswith("I understand")


def test_a_colleagues_words_are_not_counted() -> None:
    given = record("The 142 EUR go out today.")
    theirs = samples.said("b1", "I understand your frustration.", at=9, author="agent", author_id="99", author_name="Lea")
    talk = given.conversation.model_copy(update={"messages": (*given.conversation.messages, theirs)})
    assert value("own words", LiveRecord(talk, NAMES, given.settings, given.turns)) == 1


@pytest.mark.parametrize(("wait", "expected"), [(19, 1.0), (21, 0.0)])
def test_the_first_answer_is_held_to_what_the_channel_promises(wait: float, expected: float) -> None:
    assert value("first answer in time", record("Here.", wait=wait)) == expected
    assert value("first answer in time", record("Here.", wait=wait, channel="email")) == 1


def test_promises_are_kept_by_their_date() -> None:
    def kept(state: str, settled: float | None = None) -> float | None:
        made = samples.promise("c", "t", state=state, due=minutes(60), settled_at=None if settled is None else minutes(settled))
        return value("promise kept", record("Here.", promises=(made,)))

    assert [kept("kept", 30), kept("kept", 90), kept("overdue"), kept("open"), kept("withdrawn", 9)] == [1, 0, 0, None, None]


def test_a_handover_has_five_parts_and_every_promise() -> None:
    empty = samples.handover("t", "turn")
    full = empty.brief.model_copy(
        update={"urgency": "soon", "story": ("It broke.",), "tried": ("Looked.",), "risks": ("He leaves.",), "promises": ("A call",)}
    )
    owed = samples.promise("c", "t", made_at=NOON - timedelta(hours=1))
    complete = empty.model_copy(update={"brief": full})
    assert value("handover complete", record("Here.", handovers=(complete,), promises=(owed,))) == 1
    lost = complete.model_copy(update={"brief": full.model_copy(update={"promises": ()})})
    assert value("handover complete", record("Here.", handovers=(lost,), promises=(owed,))) == 0.8
    taken = complete.model_copy(update={"accepted_by": "u2", "read_back": ""})
    assert value("handover complete", record("Here.", handovers=(taken,))) == pytest.approx(5 / 6)
    assert value("handover complete", record("Here.")) is None


def test_nothing_is_counted_where_there_is_nothing() -> None:
    silent = record()
    assert measure(silent) == ()
    assert value("fault owned", record("It goes out today.")) is None
    assert value("nothing re-asked", record("What is your address?")) is None
    assert value("promise dated", record("It is in Lisbon.")) is None
    assert value("concern named", record("Here.", asked="Hello")) is None


def test_every_measure_says_what_it_counts_and_where_from() -> None:
    for name, one in CATALOGUE.items():
        assert one.name == name
        assert one.says.endswith(".")
        assert one.source
        assert one.version >= 1


def test_only_what_is_wholly_so_reaches_the_best_level() -> None:
    levels = [Measured(measure="m", version=1, value=value_).level(2) for value_ in (0, 0.3, 0.5, 0.99, 1)]
    assert levels == [0, 0, 1, 1, 2]


def test_a_deleted_or_private_message_is_no_answer() -> None:
    given = record("Here.")
    gone: list[Message] = [
        m.model_copy(update={"deleted_at": minutes(9)}) if m.author == "agent" else m for m in given.conversation.messages
    ]
    talk = given.conversation.model_copy(update={"messages": tuple(gone)})
    assert LiveRecord(talk, NAMES, given.settings).answers == ()
