"""Every error is a problem document that says what to do; none shows a stack trace or repeats what was sent."""

import json
from typing import Any

import pytest

from copilot.api.requests import LARGEST
from copilot.domain.errors import CopilotError, Unavailable
from tests.api.house import House, assert_problem, chat


async def test_unknown_addresses_and_methods(house: House) -> None:
    assert_problem(await house.nobody().get("/v2/x"), 404, "/docs")
    answer = await house.owner().delete("/v1/queue")
    assert_problem(answer, 405, "/docs")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("body", [b"{", b"[1,", b"nonsense", b'{"a": NaN', b"\xff\xfe", b'"' + b"\\ud800"])
async def test_malformed_json_is_400(house: House, body: bytes) -> None:
    answer = await house.owner().post("/v1/suggest", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert_problem(answer, answer.status_code)


async def test_json_nested_without_end_is_refused(house: House) -> None:
    body = b'{"conversation_id": ' + b"[" * 200_000
    answer = await house.owner().post("/v1/suggest", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400)


async def test_a_body_that_is_no_json_object_is_422(house: House) -> None:
    for body in (b"", b"[]", b'"x"', b"3", b"null"):
        assert_problem(await house.owner().post("/v1/suggest", content=body, headers={"Content-Type": "application/json"}), 422, "body")
    assert_problem(await house.owner().post("/v1/suggest", content=b"{}", headers={"Content-Type": "text/plain"}), 422, "body")


async def test_each_wrong_place_is_named_and_what_was_sent_is_not_repeated(house: House) -> None:
    given = chat() | {"channel": "pigeon", "mood": "secret-mood"}
    given["messages"][0] |= {"author": "secret-ghost"}
    answer = await house.owner().post("/v1/suggest", json=given)
    problem = assert_problem(answer, 422)
    assert {e["place"] for e in problem["errors"]} == {"body.channel", "body.mood", "body.messages.0.author"}
    assert "secret" not in answer.text


async def test_a_thousand_mistakes_make_a_short_answer(house: House) -> None:
    given = chat() | {"messages": [{"id": str(n)} for n in range(1000)]}
    answer = await house.owner().post("/v1/suggest", json=given)
    assert len(assert_problem(answer, 422, "more")["errors"]) == 20


async def test_a_body_that_is_too_large_is_413_announced_or_not(house: House) -> None:
    body = b'{"x": "' + b"a" * LARGEST + b'"}'
    headers = {"Content-Type": "application/json"}
    assert_problem(await house.owner().post("/v1/suggest", content=body, headers=headers), 413, "smaller parts")

    async def in_pieces() -> Any:
        for start in range(0, len(body), 1 << 20):
            yield body[start : start + (1 << 20)]

    assert_problem(await house.owner().post("/v1/suggest", content=in_pieces(), headers=headers), 413, "smaller parts")
    keyed = headers | {"Idempotency-Key": "k"}
    assert_problem(await house.owner().post("/v1/conversations", content=in_pieces(), headers=keyed), 413)


async def test_unavailable_says_when_to_come_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: Any, **__: Any) -> Any:
        raise Unavailable("The database is too busy.", todo="Try again in a moment.", retry_after=2.3)

    monkeypatch.setattr(type(house.application.queue), "page", busy)
    answer = await house.owner().get("/v1/queue")
    assert_problem(answer, 503, "Try again")
    assert answer.headers["retry-after"] == "3"


async def test_an_unforeseen_failure_is_an_id_that_is_in_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(type(house.application.queue), "page", broken)
    answer = await house.owner().get("/v1/queue")
    problem = assert_problem(answer, 500, "operator")
    assert "secret" not in answer.text
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (logged,) = [line for line in lines if line["event"] == "request_failed"]
    assert logged["id"] == problem["id"]
    assert logged["request_id"] == answer.headers["x-request-id"]
    assert "ZeroDivisionError" in logged["exception"]


async def test_an_error_nobody_mapped_is_500(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def odd(*_: Any, **__: Any) -> Any:
        raise CopilotError("Odd.", todo="Look.")

    monkeypatch.setattr(type(house.application.queue), "page", odd)
    assert_problem(await house.owner().get("/v1/queue"), 500, "Odd")
