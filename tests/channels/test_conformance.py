"""What every chat tool has to hold to, whatever it is called."""

import json
import os
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.responses import HTMLResponse, RedirectResponse

from copilot.channels import CATALOGUE, channels
from copilot.domain.channels import Unsure
from copilot.domain.errors import Invalid, NotFound, Refused, Unavailable
from copilot.domain.ports.channels import Channel
from tests.channels.doubles.base import Double, status
from tests.channels.tools import EXAMPLES, NEW, OLD, Example, wanted

FORGED = 10_000 if os.environ.get("FULL") else 500
"""Forged or altered deliveries for each tool."""


@pytest.fixture(params=[name for name, one in EXAMPLES.items() if one.sign is not None])
def example(request: pytest.FixtureRequest) -> Example:
    return EXAMPLES[request.param]


@pytest.fixture
def channel(example: Example) -> Channel:
    return channels(httpx.AsyncClient())[example.tool.kind]


def test_every_tool_is_examined() -> None:
    assert set(EXAMPLES) == {tool.kind for tool in CATALOGUE}
    assert {tool.kind for tool in CATALOGUE if tool.delivers} == {name for name, one in EXAMPLES.items() if one.sign is not None}


@pytest.mark.parametrize("name", [name for name, one in EXAMPLES.items() if one.sign is None])
def test_nobody_speaks_for_a_tool_that_delivers_nothing(name: str) -> None:
    said, generic = EXAMPLES[name], EXAMPLES["webhook"]
    with pytest.raises(Refused):
        channels(httpx.AsyncClient())[name].read(said.account, generic.webhook(generic.said("5001", "x")))


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_what_is_signed_with_either_secret_is_read(example: Example, channel: Channel, secret: str) -> None:
    told = channel.read(example.account, example.webhook(example.said("5001", "Where is my refund?"), secret=secret))
    if example.presses:
        assert not told.arrivals
        assert [click.suggestion_id for click in told.clicks] == ["5001"]
        return
    (arrival,) = told.arrivals
    assert arrival.conversation.conversation_id == "17"
    if example.stamped and example.tells:
        (message,) = [one for one in arrival.conversation.messages if one.author == "customer"]
        assert (message.text, message.visibility) == ("Where is my refund?", "public")
        assert "5001" in message.id
    else:
        assert not arrival.whole
        assert not arrival.conversation.messages


def test_a_replay_is_known_by_its_id_and_nothing_else_is(example: Example, channel: Channel) -> None:
    def ident(text: str) -> str:
        return channel.read(example.account, example.webhook(example.said("5001", text))).id

    assert ident("one") == ident("one") != ident("two")


def _respelt(name: str, value: str) -> list[str]:
    """The same time written otherwise, as parsers take it; anything at all in a header that is not signed."""
    if name.endswith("-delivery"):
        return ["another", ""]
    if "timestamp" not in name:
        return []
    numbers = [f" {value}", f"{value} ", f"0{value}", f"+{value}", f"{value}.0", f"{value}.9", f"{value[:1]}_{value[1:]}", f"{value}e0"]
    return [*numbers, value.replace("Z", "+00:00"), value.replace("T", " "), value.replace("Z", ".000Z"), value.lower()]


def test_a_header_written_otherwise_makes_no_replay_new(example: Example, channel: Channel) -> None:
    webhook = example.webhook(example.said("5001", "one"))
    known = channel.read(example.account, webhook).id
    otherwise = [(name, other) for name, value in webhook.headers.items() for other in _respelt(name, value)]
    assert otherwise or len(webhook.headers) == 1, "a signature and nothing else"
    for name, other in otherwise:
        try:
            found = channel.read(example.account, webhook.model_copy(update={"headers": webhook.headers | {name: other}}))
        except Refused:
            continue
        assert found.id == known, (name, other)


def _altered(example: Example) -> Iterator[tuple[bytes, dict[str, str]]]:
    """Bodies and headers in which one thing is not as it was signed."""
    chance = random.Random(17)
    good = example.webhook(example.said("5001", "Send 142 EUR to the account on record."))
    signed = {name: value for name, value in good.headers.items() if "signature" in name or "timestamp" in name or name == "webhook-id"}
    for _ in range(FORGED):
        body, headers = bytearray(good.body), dict(good.headers)
        way = chance.randrange(5)
        if way == 0:
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        elif way == 1:
            body += bytes(chance.choices(b' \n{}0"', k=chance.randint(1, 4)))
        elif way == 2:
            name = chance.choice(list(signed))
            at = chance.randrange(len(headers[name]))
            other = chance.choice([one for one in "0123456789abcdef" if one != headers[name][at]])
            headers[name] = headers[name][:at] + other + headers[name][at + 1 :]
        elif way == 3:
            del headers[chance.choice(list(signed))]
        else:
            headers = dict(example.webhook(bytes(body), secret=f"whsec_{chance.randbytes(18).hex()}").headers)
        yield bytes(body), headers


def test_what_was_altered_is_refused(example: Example, channel: Channel) -> None:
    good, accepted = example.webhook(example.said("5001", "x")), 0
    for body, headers in _altered(example):
        try:
            channel.read(example.account, good.model_copy(update={"body": body, "headers": headers}))
        except Refused:
            continue
        accepted += 1
    assert accepted == 0


def test_without_a_secret_nothing_that_is_signed_is_believed(example: Example, channel: Channel) -> None:
    open_account = example.account.model_copy(update={"signing": ()})
    try:
        arrivals = channel.read(open_account, example.webhook(example.said("5001", "x"))).arrivals
    except Refused:
        return
    assert all(not one.whole and not one.conversation.messages for one in arrivals)


def test_old_and_future_deliveries_are_refused_and_late_ones_are_not(example: Example, channel: Channel) -> None:
    if not example.stamped:
        pytest.skip("Nothing says when it was signed: such deliveries are believed only after the thread was read.")
    said = example.webhook(example.said("5001", "x"))
    late = channel.read(example.account, said.model_copy(update={"at": said.at + timedelta(minutes=4)}))
    assert late.arrivals or late.clicks
    with pytest.raises(Refused):
        channel.read(example.account, said.model_copy(update={"at": said.at + timedelta(hours=25)}))
    with pytest.raises(Refused):
        channel.read(example.account, said.model_copy(update={"at": said.at - timedelta(minutes=6)}))


ODD: tuple[object, ...] = (None, [], {}, "", "x", -1, 10**30, True, [None], {"id": None}, "9" * 40)


def _places(value: object, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*at, name)
            yield from _places(inner, (*at, name))


def test_a_signed_body_of_any_shape_is_read_or_told_to_be_wrong(example: Example, channel: Channel) -> None:
    """Every field replaced by what nobody expects there: Invalid says so, and no other error ever comes."""
    wrong = 0
    for place in _places(example.said("5001", "x")):
        for odd in ODD:
            body = example.said("5001", "x")
            inner: Any = body
            for name in place[:-1]:
                inner = inner[name]
            inner[place[-1]] = odd
            try:
                channel.read(example.account, example.webhook(body))
            except (Invalid, Refused):
                wrong += 1
    assert wrong > len(ODD)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b'"text"'])
def test_what_is_no_object_is_told(example: Example, channel: Channel, body: bytes) -> None:
    with pytest.raises((Invalid, Refused)):
        channel.read(example.account, example.webhook(body))


CALLING = [name for name, one in EXAMPLES.items() if one.double is not None]


@pytest.fixture(params=CALLING)
def calling(request: pytest.FixtureRequest) -> Example:
    return EXAMPLES[request.param]


@pytest.fixture
def double(calling: Example) -> Double:
    assert calling.double is not None
    made = calling.double()
    made.open(17)
    return made


async def write(channel: Channel, example: Example, text: str = "A note.", conversation: str = "17") -> str:
    return await example.write(channel, example.account, text, conversation)


async def test_a_note_is_written_once(calling: Example, double: Double) -> None:
    async with double.client() as http:
        ident = await write(channels(http)[calling.tool.kind], calling)
    assert ident
    assert double.writes == 1


async def test_a_write_whose_answer_was_lost_is_unsure_and_not_repeated(calling: Example, double: Double) -> None:
    double.lose = True
    async with double.client() as http:
        with pytest.raises(Unsure):
            await write(channels(http)[calling.tool.kind], calling)
    assert double.writes == 1


async def test_a_failing_tool_is_unsure_for_writes_and_asked_again_for_reads(calling: Example, double: Double) -> None:
    double.fail = status(500)
    async with double.client() as http:
        channel = channels(http)[calling.tool.kind]
        with pytest.raises(Unsure):
            await write(channel, calling)
        assert double.writes == 1
        if "history" in channel.can:
            with pytest.raises(Unavailable):
                await channel.thread(calling.account, "17")
            assert sum(one.method == "GET" for one in double.asked) > 1


async def test_a_write_that_is_answered_by_a_page_is_unsure(calling: Example, double: Double) -> None:
    """Whoever answered, the tool may have done it: it is looked for, not repeated."""
    double.fail = lambda _: HTMLResponse("<html>Please sign in.</html>")
    async with double.client() as http:
        with pytest.raises(Unsure):
            await write(channels(http)[calling.tool.kind], calling)
    assert double.writes == 1


async def test_no_token_follows_a_redirect(calling: Example, double: Double) -> None:
    double.fail = lambda _: RedirectResponse("https://evil.example.com/api", 307)
    async with double.client() as http:
        with pytest.raises((Invalid, Unsure)):
            await write(channels(http)[calling.tool.kind], calling)
    assert len(double.asked) == 1


async def test_the_pace_a_tool_asks_for_is_told(calling: Example, double: Double) -> None:
    double.fail = status(429, retry_after="30")
    async with double.client() as http:
        with pytest.raises(Unavailable) as told:
            await write(channels(http)[calling.tool.kind], calling)
    assert told.value.retry_after == 30
    assert not isinstance(told.value, Unsure)


async def test_what_is_not_allowed_or_not_there_is_said(calling: Example, double: Double) -> None:
    stranger = calling.account.model_copy(update={"token": "tok-wrong"})
    async with double.client() as http:
        channel = channels(http)[calling.tool.kind]
        with pytest.raises(Refused):
            await calling.write(channel, stranger, "x", "17")
        assert await channel.check(stranger)
        with pytest.raises(NotFound):
            await write(channel, calling, conversation="4711")


async def test_nobody_is_spoken_for_without_their_own_token(calling: Example, double: Double) -> None:
    async with double.client() as http:
        channel = channels(http)[calling.tool.kind]
        if "reply" not in channel.can:
            with pytest.raises(Refused):
                await channel.write(calling.account, "17", wanted("reply", "Dear Marta", "7"))
            return
        with pytest.raises(Refused):
            await channel.write(calling.account, "17", wanted("reply", "Dear Marta", "8"))
        assert double.writes == 0
        assert await channel.write(calling.account, "17", wanted("reply", "Dear Marta", "7"))
    assert "tok-agent-7" in json.dumps([one.headers for one in double.asked])


async def test_a_conversation_id_stays_one_part_of_the_address(calling: Example, double: Double) -> None:
    if calling.presses:
        pytest.skip("Its ids are no parts of addresses.")
    async with double.client() as http:
        with pytest.raises((NotFound, Invalid, Refused, Unavailable)):
            await write(channels(http)[calling.tool.kind], calling, conversation="17/../../../webhooks")
    assert all("17%2F..%2F" in one.path for one in double.asked)


async def test_a_server_that_is_not_there_is_unavailable(calling: Example) -> None:
    nowhere = calling.account.model_copy(update={"url": "http://127.0.0.1:9"})
    async with httpx.AsyncClient() as http:
        with pytest.raises(Unavailable) as told:
            await calling.write(channels(http)[calling.tool.kind], nowhere, "x", "17")
    assert not isinstance(told.value, Unsure)
