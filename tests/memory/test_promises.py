from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.tenant import TenantSettings
from copilot.memory.promises import kept_by, read_promises, withdrawn_by
from tests.memory.builders import BERLIN, NOW, message, promise
from tests.memory.examples import NO_PROMISES, PROMISES


@pytest.mark.parametrize("text", PROMISES)
def test_a_commitment_is_one_promise_and_quotes_the_message(text: str) -> None:
    found = read_promises(message(text), settings=BERLIN, channel="chat")
    assert len(found) == 1
    start, end = found[0].span
    assert text[start:end] == found[0].text


@pytest.mark.parametrize("text", NO_PROMISES)
def test_offers_questions_the_past_and_pleasantries_are_none(text: str) -> None:
    assert read_promises(message(text), settings=BERLIN, channel="chat") == []


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("I will refund the €142 by Friday.", datetime(2026, 3, 6, 17, 0, tzinfo=UTC)),
        ("I'll call you back by Thursday 17:00.", datetime(2026, 3, 5, 16, 0, tzinfo=UTC)),
        ("You will have it within 10 working days.", datetime(2026, 3, 18, 17, 0, tzinfo=UTC)),
        ("I'll send it today.", datetime(2026, 3, 4, 17, 0, tzinfo=UTC)),
        ("I'll send it tomorrow.", datetime(2026, 3, 5, 17, 0, tzinfo=UTC)),
        ("I'll be back by 14:20.", datetime(2026, 3, 4, 13, 20, tzinfo=UTC)),
        ("I'll be back by 5 pm.", datetime(2026, 3, 4, 16, 0, tzinfo=UTC)),
        ("We will pay it by the end of the month.", datetime(2026, 3, 31, 16, 0, tzinfo=UTC)),
        ("I'll write to you within 20 minutes.", NOW + timedelta(minutes=20)),
        ("I'll write to you within 48 hours.", NOW + timedelta(hours=48)),
        ("I'll write to you within two working hours.", NOW + timedelta(hours=2)),
        ("We will send it on 9 March.", datetime(2026, 3, 9, 17, 0, tzinfo=UTC)),
        ("Ich melde mich bis morgen 12 Uhr.", datetime(2026, 3, 5, 11, 0, tzinfo=UTC)),
        ("Le llamaré antes del viernes.", datetime(2026, 3, 6, 17, 0, tzinfo=UTC)),
        ("I will refund you as soon as possible.", None),
        ("We will refund you within 7 days after we receive the bag.", None),
        ("I will cancel your flight on Sunday.", None),
    ],
)
def test_due_is_computed_from_when_it_was_said_in_the_tenants_time(text: str, due: datetime | None) -> None:
    [found] = read_promises(message(text), settings=BERLIN, channel="chat")
    assert found.due == due


def test_working_days_are_the_tenants() -> None:
    always = TenantSettings()
    six_days = BERLIN.model_copy(update={"hours": {**BERLIN.hours, 5: BERLIN.hours[0]}})
    text = message("You will have the refund within 4 working days.")
    [standard] = read_promises(text, settings=always, channel="chat")
    [longer_week] = read_promises(text, settings=six_days, channel="chat")
    assert str(standard.due) == "2026-03-10 23:59:00+00:00"
    assert str(longer_week.due) == "2026-03-09 17:00:00+00:00"


def test_two_commitments_in_a_sentence_are_two_promises() -> None:
    found = read_promises(
        message("I have noted it; I will refund the 142 EUR by Friday and I'll call you tomorrow at 10."), settings=BERLIN, channel="chat"
    )
    assert [p.text for p in found] == ["I will refund the 142 EUR by Friday", "I'll call you tomorrow at 10"]


def test_only_public_agent_messages_promise() -> None:
    text = "I will refund the €142 by Friday."
    for other in (message(text, "customer"), message(text, "bot"), message(text, visibility="private"), message(text, deleted_at=NOW)):
        assert read_promises(other, settings=BERLIN, channel="chat") == []


def test_quoted_mail_promises_nothing_again() -> None:
    text = "I have checked it.\n\n> I will refund the €142 by Friday.\n> Best wishes"
    assert read_promises(message(text), settings=BERLIN, channel="email") == []


def test_a_phone_note_tells_of_a_promise() -> None:
    [found] = read_promises(message("Promised to call her back by Thursday."), settings=BERLIN, channel="phone")
    assert found.due == datetime(2026, 3, 5, 17, 0, tzinfo=UTC)


_MOMENTS = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis wants naive bounds
_DEADLINES = st.sampled_from(
    (
        *("by Friday", "today", "tonight", "this morning", "by 08:15", "by noon", "tomorrow at 7", "within 3 working days", "on 1/2"),
        *("by 29 February", "by the end of the week", "bis Montag", "hoy mismo", "next Monday", "within an hour"),
    )
)
_ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "nowhere/at all"])


@given(_MOMENTS, _DEADLINES, _ZONES)
def test_due_is_never_before_it_was_promised(at: datetime, deadline: str, zone: str) -> None:
    settings = BERLIN.model_copy(update={"time_zone": zone})
    for found in read_promises(message(f"I will send you the voucher {deadline}.", at=at), settings=settings, channel="chat"):
        assert found.due is None or found.due >= at


@given(st.text(max_size=200))
def test_any_text_is_read_and_spans_lie_inside(text: str) -> None:
    for found in read_promises(message("I will call you, " + text), settings=BERLIN, channel="chat"):
        start, end = found.span
        assert ("I will call you, " + text)[start:end] == found.text


REFUND = promise("I will refund the 142 EUR for the Lisbon flight by Friday", name="refund")
VOUCHER = promise("I'm going to send the voucher for 20 EUR today", name="voucher")
CALL = promise("I'll call you back by Thursday 17:00", name="call")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("I've issued the refund of €142.", ["refund"]),
        ("The voucher is on its way to you.", ["voucher"]),
        ("As promised I called you this morning.", ["call"]),
        ("The 142 EUR are refunded and the voucher for 20 EUR is sent.", ["refund", "voucher"]),
        ("Ich habe Ihnen die 142 EUR erstattet.", ["refund"]),
        ("I've issued the refund of €60.", []),
        ("I have asked the refunds team to release the 142 EUR.", []),
        ("The refund of €142 has not been issued yet.", []),
        ("Have you received the refund of €142?", []),
        ("I will issue the refund of €142 today.", []),
        ("You're welcome, have a nice day.", []),
        ("You have sent the voucher back.", []),
    ],
)
def test_kept_is_what_the_message_says_is_done(text: str, kept: list[str]) -> None:
    assert kept_by(message(text), [REFUND, VOUCHER, CALL]) == kept


def test_two_promises_that_fit_equally_stay_open() -> None:
    other = promise("I will refund the 60 EUR fee by Monday", name="fee")
    assert kept_by(message("I have issued the refund."), [REFUND, other]) == []


def test_an_answer_keeps_the_promise_to_come_back() -> None:
    back = promise("I'll check with the hotel and get back to you by noon", name="back")
    assert kept_by(message("I've spoken to the hotel: they agree."), [back]) == ["back"]
    assert kept_by(message("You're welcome!"), [back]) == []


def test_nothing_is_kept_before_it_was_promised_nor_by_the_customer() -> None:
    earlier = message("I've issued the refund of €142.", at=REFUND.made_at - timedelta(hours=1))
    assert kept_by(earlier, [REFUND]) == []
    assert kept_by(message("I've issued the refund of €142.", "customer"), [REFUND]) == []


@pytest.mark.parametrize(
    ("text", "withdrawn"),
    [
        ("I am sorry, we cannot refund the 142 EUR after all.", ["refund"]),
        ("We won't be able to send the voucher.", ["voucher"]),
        ("Die Erstattung der 142 EUR ist doch nicht möglich.", ["refund"]),
        ("I can't issue the refund today.", []),
        ("I can't release it from here, the refunds desk closes at 17:00.", []),
        ("We cannot change the name on the ticket.", []),
    ],
)
def test_withdrawn_is_what_the_message_takes_back(text: str, withdrawn: list[str]) -> None:
    assert withdrawn_by(message(text), [REFUND, VOUCHER, CALL]) == withdrawn


def test_a_pasted_log_is_read_in_pieces_that_keep_their_places() -> None:
    log = "I will call you tomorrow. " + "x" * 5000 + " I will send you the voucher today"
    first, last = read_promises(message(log), settings=BERLIN, channel="chat")
    assert (first.text, log[slice(*last.span)]) == ("I will call you tomorrow", last.text)
    assert last.text.endswith("I will send you the voucher today")


@pytest.mark.parametrize(
    "text",
    [
        "on 1 March I told you: “I will call you tomorrow.” It is not done yet.",
        "am 1. März haben wir Ihnen gesagt: „Ich rufe Sie morgen an.“ Das ist noch nicht erledigt.",
        "el 1 de marzo le dije: «Le llamaré mañana.» Todavía no está hecho.",
    ],
)
def test_what_is_repeated_in_quotation_marks_is_not_promised_again(text: str) -> None:
    assert read_promises(message(text), settings=BERLIN, channel="chat") == []
