"""What is Slack's own: what a message may be, what a word of theirs means, where a press is answered, one message a second."""

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import httpx
import pytest

from copilot.channels import slack_blocks
from copilot.channels.limits import Pacing
from copilot.channels.slack import SCOPES, Slack
from copilot.channels.slack_errors import answered
from copilot.domain.channels import Delivery, Unsure
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.domain.triage import Ask, Offer, Place, Shown
from tests.channels.doubles.slack import SlackDouble, buttons, member, texts
from tests.channels.tools import AT, EXAMPLES, account, pressed_slack

HERE = EXAMPLES["slack"]
LIMITS = Slack.limits
PLACE = Place(channel="C17", message="1.1", thread="1.0", answer="https://hooks.slack.com/actions/T17/1/x")


@pytest.fixture
def double() -> SlackDouble:
    return SlackDouble()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.channels.slack.Slack.limits", ())


def read(body: dict[str, Any] | bytes) -> Delivery:
    return Slack(httpx.AsyncClient()).read(HERE.account, HERE.webhook(body))


def offer(text: str, **given: Any) -> Offer:
    return Offer(suggestion_id="s-1", title="Reply", text=text, **given)


def test_a_press_is_read_field_by_field() -> None:
    (click,) = read(pressed_slack("s-1", "x")).clicks
    assert (click.user, click.suggestion_id, click.action, click.text) == ("U7", "s-1", "used", "")
    place = Place(channel="C17", message="1772445000.000200", thread="1772444000.000100", answer="https://hooks.slack.com/actions/T17/1/x")
    assert click.place == place


def test_edit_decides_nothing_and_a_link_asks_for_nothing() -> None:
    body = pressed_slack("s-1", "x")
    body["actions"][0]["action_id"] = slack_blocks.EDIT
    told = read(body)
    assert told.ask is not None
    assert (told.ask.trigger, told.clicks, told.answer) == ("12466734323.1395872398", (), "")
    assert "12466734323" not in repr(told.ask)
    body["actions"][0]["action_id"] = slack_blocks.OPEN
    assert read(body) == Delivery(id=read(body).id, answer="")


def test_a_press_of_another_workspace_is_refused() -> None:
    with pytest.raises(Invalid, match="another workspace"):
        read(pressed_slack("s-1", "x") | {"team": {"id": "T99"}})


def test_events_are_acknowledged_and_tell_nothing() -> None:
    event = json.dumps({"type": "event_callback", "event": {"type": "message", "text": "hello"}}).encode()
    told = read(event)
    assert (told.answer, told.arrivals, told.clicks, told.ask) == ("", (), (), None)


def test_what_slack_sends_again_is_the_same_though_it_is_signed_anew() -> None:
    body = pressed_slack("s-1", "x")
    again = HERE.webhook(body, signed_at=AT.replace(minute=1), now=AT.replace(minute=1))
    assert Slack(httpx.AsyncClient()).read(HERE.account, again).id == read(body).id


def test_a_form_carries_the_draft_and_where_it_was_asked_for() -> None:
    ask = Ask(user="U7", suggestion_id="s-1", trigger="t", place=PLACE)
    view = slack_blocks.modal(ask, "Dear <Marta>")
    assert view["blocks"][0]["element"]["initial_value"] == "Dear <Marta>"
    assert len(view["title"]["text"]) <= 24
    values = {"text": {"text": {"value": "Dear Marta"}}}
    told = {"callback_id": view["callback_id"], "private_metadata": view["private_metadata"], "state": {"values": values}}
    body = {"type": "view_submission", "team": {"id": "T17"}, "user": {"id": "U7"}, "view": told}
    (click,) = read(body).clicks
    assert (click.suggestion_id, click.action, click.text) == ("s-1", "edited", "Dear Marta")
    assert (click.place.channel, click.place.message, click.place.thread, click.place.answer) == ("C17", "1.1", "1.0", "")
    other = body | {"view": told | {"callback_id": "somebody-elses"}}
    assert read(other).clicks == ()


@pytest.mark.parametrize("length", [10, 2999, 3000, 3001, 9000])
@pytest.mark.parametrize("said", ["Tom & Marta <3 ", "<", "a&b"])
def test_a_long_draft_is_cut_into_blocks_and_none_of_it_is_lost(length: int, said: str) -> None:
    words = (said * length)[:length]
    blocks = slack_blocks.message(Shown(key="k", offers=(offer(words),)))["blocks"]
    sections = [one["text"]["text"] for one in blocks if one["type"] == "section"]
    assert all(1 <= len(one) <= 3000 for one in sections)
    assert "".join(sections) == f"*Reply*\n{slack_blocks.escaped(words)}"
    assert all(one.count("&") == one.count(";") for one in sections)


def test_a_draft_that_no_form_can_hold_is_not_edited_here() -> None:
    def names(text: str) -> list[str]:
        return [one["text"]["text"] for one in buttons(slack_blocks.message(Shown(key="k", offers=(offer(text),)))["blocks"])]

    assert names("x" * 3000) == ["Use", "Edit", "Dismiss"]
    assert names("x" * 3001) == ["Use", "Dismiss"]


def test_a_decided_draft_has_no_buttons_and_says_what_became_of_it() -> None:
    blocks = slack_blocks.message(Shown(key="k", offers=(offer("x", outcome="Used by <Tom>.", remarks=("Says a date & no source.",)),)))[
        "blocks"
    ]
    assert not buttons(blocks)
    assert "*Used by &lt;Tom&gt;.*" in "\n".join(texts(blocks))
    assert "Says a date &amp; no source." in "\n".join(texts(blocks))


async def test_the_largest_message_is_one_that_slack_takes(double: SlackDouble) -> None:
    drafts = tuple(offer("&" * 20_000, remarks=("<" * 5000,) * 9) for _ in range(4))
    shown = Shown(key="k", heading="<" * 200, said="> " * 4000, cue="&" * 4000, offers=drafts, link="https://x.example/c/1|<a>")
    async with double.client() as http:
        assert await Slack(http).show(HERE.account, shown)
        assert await Slack(http).show(HERE.account, Shown(key="w", words="&" * 50_000, heading="h"))
    (first, words) = double.messages.values()
    assert len(first["blocks"]) == 50
    assert (words["mrkdwn"], words["parse"], words["link_names"], "blocks" in words) == (False, "none", False, False)


WORDS: dict[str, type[CopilotError]] = {
    "invalid_auth": Refused,
    "missing_scope": Refused,
    "not_in_channel": Refused,
    "channel_not_found": NotFound,
    "expired_trigger_id": Conflict,
    "ratelimited": Unavailable,
    "fatal_error": Unsure,
    "invalid_blocks": Invalid,
    "": Invalid,
}


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_slacks_is_an_error_of_ours(word: str) -> None:
    with pytest.raises(WORDS[word]) as told:
        answered({"ok": False, "error": word}, writes=True)
    assert type(told.value) is WORDS[word]
    assert told.value.todo or isinstance(told.value, Unavailable)


@pytest.mark.parametrize("told", [None, [], "ok", {}, {"ok": "yes"}])
def test_an_answer_of_another_shape_is_no_success(told: object) -> None:
    with pytest.raises(Invalid):
        answered(told)


def test_a_read_that_failed_inside_slack_may_be_asked_again() -> None:
    with pytest.raises(Unavailable) as told:
        answered({"ok": False, "error": "internal_error"})
    assert not isinstance(told.value, Unsure)


async def test_a_message_is_found_by_what_it_was_posted_for(double: SlackDouble) -> None:
    async with double.client() as http:
        slack = Slack(http)
        thread = await slack.show(HERE.account, Shown(key="thread", heading="Marta"))
        card = await slack.show(HERE.account, Shown(key="card", thread=thread, offers=(offer("x"),)))
        assert await slack.find(HERE.account, "thread", "", AT) == thread
        assert await slack.find(HERE.account, "card", thread, AT) == card
        assert await slack.find(HERE.account, "other", thread, AT) == ""
        double.scopes = "chat:write"
        with pytest.raises(Refused):
            await slack.find(HERE.account, "card", thread, AT)
        double.scopes = ",".join(SCOPES)
        # The connection was given another channel: the thread stays where it is.
        moved = HERE.account.model_copy(update={"settings": {"team": "T17", "channel": "C18"}})
        assert await slack.find(moved, "card", thread, AT) == card


async def test_a_press_is_answered_at_slacks_own_address_only(double: SlackDouble) -> None:
    async with double.client() as http:
        slack = Slack(http)
        await slack.whisper(HERE.account, "U7", PLACE, "Nothing & <done>.")
        await slack.whisper(HERE.account, "U7", PLACE.model_copy(update={"answer": "https://hooks.slack.com.evil.example/x"}), "No.")
    first, second = double.whispered
    assert (first["to"], first["text"], first["response_type"]) == ("T17/1/x", "Nothing &amp; &lt;done&gt;.", "ephemeral")
    assert (first["replace_original"], first["thread_ts"]) == (False, "1.0")
    assert (second["to"], second["channel"], double.asked[-1].path) == ("U7", "C17", "/chat.postEphemeral")
    assert "authorization" not in double.asked[0].headers


async def test_slacks_own_address_is_taken_where_none_is_given(double: SlackDouble) -> None:
    asked: list[str] = []

    async def seen(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"ok": True, "ts": "1.0"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(seen)) as http:
        await Slack(http).show(HERE.account.model_copy(update={"url": ""}), Shown(key="k", heading="x"))
    assert asked == ["https://slack.com/api/chat.postMessage"]


async def test_who_pressed_is_known_by_a_confirmed_address(double: SlackDouble) -> None:
    double.members = {"U7": member("U7", "tom@ternway.example"), "U8": member("U8", "lea@x.example", is_email_confirmed=False)}
    named = account("slack", settings={"team": "T17", "channel": "C17", "agents": {"U1": "tom"}})
    async with double.client() as http:
        assert (await Slack(http).colleague(named, "U7")).email == "tom@ternway.example"
        assert (await Slack(http).colleague(named, "U8")).email == ""
        assert (await Slack(http).colleague(named, "U1")).ours == "tom"
        with pytest.raises(NotFound):
            await Slack(http).colleague(named, "U404")


def test_the_manifest_asks_for_what_is_needed() -> None:
    manifest = json.loads(files("copilot.channels").joinpath("slack_app/manifest.json").read_text())
    assert set(SCOPES) < set(manifest["oauth_config"]["scopes"]["bot"])
    assert manifest["settings"]["interactivity"]["request_url"].endswith("/hooks/default/slack")


async def test_one_message_a_second(double: SlackDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rush waits for its turn for a moment; who would wait longer comes again when Slack takes more."""
    monkeypatch.setattr(Slack, "limits", LIMITS)
    waited: list[float] = []
    at = datetime(2026, 3, 2, tzinfo=UTC)

    async def sleep(seconds: float) -> None:
        nonlocal at
        waited.append(seconds)
        at += timedelta(seconds=seconds)

    async with double.client() as http:
        slack = Slack(http, Pacing(lambda: at, sleep))
        for number in range(3):
            await slack.show(HERE.account, Shown(key=f"k{number}", heading="x"))
    assert len(double.messages) == 3
    assert [round(seconds) for seconds in waited] == [1, 1]
