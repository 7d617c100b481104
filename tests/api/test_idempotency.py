"""`Idempotency-Key`: carried out once, answered as often as asked; secrets are not in it."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import Request, Response

from copilot.api import examples
from copilot.api.idempotency import Once, _fingerprint
from copilot.domain.errors import Conflict, Invalid
from copilot.domain.staff import Caller
from tests.api.house import House, assert_problem, chat, of_kind


async def post(client: httpx.AsyncClient, path: str, body: Any, key: str = "k-1", **params: Any) -> httpx.Response:
    return await client.post(path, json=body, headers={"Idempotency-Key": key}, params=params)


async def test_the_same_again_is_answered_from_memory(house: House) -> None:
    program = await house.enter("integrator")
    first = await post(program, "/v1/conversations", chat())
    again = await post(program, "/v1/conversations", chat())
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")


async def test_another_body_under_the_same_key_is_refused(house: House) -> None:
    program = await house.enter("integrator")
    await post(program, "/v1/conversations", chat("a"))
    assert_problem(await post(program, "/v1/conversations", chat("b")), 422, "Idempotency-Key")
    assert_problem(await program.get("/v1/conversations/b"), 404)


async def test_keys_belong_to_a_caller_and_a_route(furnished: House) -> None:
    turn = await furnished.begin()
    tom, nora = await furnished.enter("agent"), await furnished.enter("agent", name="Nora Lie")
    path = f"/v1/suggestions/{of_kind(turn, 'reply')['id']}/seen"
    for client in (tom, nora):
        answer = await post(client, path, {"what": "displayed"})
        assert (answer.status_code, "idempotency-replayed" in answer.headers) == (204, False)
    again = await post(tom, path, {"what": "displayed"})
    assert (again.status_code, again.headers["idempotency-replayed"], again.content) == (204, "true", b"")
    assert "idempotency-replayed" not in (await post(tom, "/v1/conversations/chat-1/suggestions", {"kinds": ["cue"]})).headers


async def test_a_refused_request_may_be_tried_again(house: House) -> None:
    program = await house.enter("integrator")
    message = {"id": "m1", "author": "customer", "text": "Hello", "sent_at": "-PT1S"}
    assert_problem(await post(program, "/v1/conversations/chat-1/messages", message), 404)
    await program.post("/v1/conversations", json=chat("chat-1", "Earlier.") | {"messages": []})
    assert (await post(program, "/v1/conversations/chat-1/messages", message)).status_code == 202


async def test_a_handover_is_offered_once(furnished: House) -> None:
    await furnished.begin()
    tom = await furnished.enter("agent")
    answers = await asyncio.gather(*(post(tom, "/v1/conversations/chat-1/handovers", examples.OFFER) for _ in range(5)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["id"] for a in answers}) == 1
    assert sum("idempotency-replayed" in a.headers for a in answers) == 4


async def test_a_created_keys_secret_is_shown_once_and_kept_nowhere(house: House) -> None:
    ada = await house.enter("admin")
    first = (await post(ada, "/v1/keys", examples.KEY)).json()
    again = (await post(ada, "/v1/keys", examples.KEY)).json()
    assert again == first | {"secret": None}
    assert first["secret"].startswith("rk_")
    data = house.application.settings.data_dir
    for file in data.rglob("*"):
        assert not file.is_file() or first["secret"].encode() not in file.read_bytes(), file


async def test_what_promises_to_store_nothing_stores_no_answer(furnished: House) -> None:
    program = await furnished.enter("integrator")
    for _ in range(2):
        answer = await post(program, "/v1/suggest", chat("one-off"), kinds="cue")
        assert (answer.status_code, "idempotency-replayed" in answer.headers) == (200, False)


async def test_the_answer_about_an_erased_person_is_gone(furnished: House) -> None:
    await furnished.begin()
    tom, ada = await furnished.enter("agent"), await furnished.enter("admin")
    offered = await post(tom, "/v1/conversations/chat-1/handovers", examples.OFFER)
    assert offered.status_code == 201
    await ada.delete("/v1/customers/cust-1042")
    await furnished.settle()
    assert_problem(await post(tom, "/v1/conversations/chat-1/handovers", examples.OFFER), 409, "erased")


async def test_an_import_is_repeated_without_its_reasons(house: House) -> None:
    program = await house.enter("integrator")
    body = {"lines": ['{"id": "a"}', '{"id": "b", "since": "secret word"}']}
    first = (await post(program, "/v1/customers/import", body)).json()
    again = (await post(program, "/v1/customers/import", body)).json()
    assert "secret word" in first["refused"][0]["reason"]
    assert again == first | {"refused": [{"name": "line 2", "reason": "See the first answer."}]}


@pytest.mark.parametrize("key", ["", "   ", "x" * 201])
async def test_a_wrong_key_is_refused(house: House, key: str) -> None:
    assert_problem(await post(house.owner(), "/v1/conversations", chat(), key), 422, "Idempotency-Key")


# --- several replicas on one record --------------------------------------------------------------------------------------------------


ROUTE = "POST /v1/conversations"
CALLER = Caller(tenant_id="default", role="integrator", key_id="key-1")


def asked(body: bytes = b"{}", key: str = "k-1") -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    headers = [(b"idempotency-key", key.encode())]
    return Request({"type": "http", "method": "POST", "path": "/v1/conversations", "query_string": b"", "headers": headers}, receive)


class Handler:
    """A request that waits until it is let go, and counts how often it was carried out."""

    def __init__(self, status: int = 202) -> None:
        self.status, self.runs = status, 0
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, _: Request) -> Response:
        self.runs += 1
        self.begun.set()
        await self.go.wait()
        return Response(b'{"done": 1}', self.status)


async def test_two_replicas_carry_a_request_out_once(house: House) -> None:
    one, two = Once(house.application, "one"), Once(house.application, "two")
    handler = Handler()
    first = asyncio.create_task(one.run(asked(), CALLER, ROUTE, handler))
    await handler.begun.wait()
    with pytest.raises(Conflict, match="Try again"):
        await two.run(asked(), CALLER, ROUTE, handler)
    with pytest.raises(Invalid, match="another request"):
        await two.run(asked(b"[]"), CALLER, ROUTE, handler)
    handler.go.set()
    assert (await first).status_code == 202
    again = await two.run(asked(), CALLER, ROUTE, handler)
    assert (again.status_code, again.body, again.headers["idempotency-replayed"]) == (202, b'{"done": 1}', "true")
    assert handler.runs == 1


@pytest.mark.parametrize("how", ["refused", "failed", "given up"])
async def test_what_was_not_carried_out_is_free_for_the_next_one(house: House, how: str) -> None:
    one, two = Once(house.application, "one"), Once(house.application, "two")
    handler = Handler(422)

    async def fails(_: Request) -> Response:
        raise RuntimeError("something broke")

    if how == "failed":
        with pytest.raises(RuntimeError):
            await one.run(asked(), CALLER, ROUTE, fails)
    else:
        first = asyncio.create_task(one.run(asked(), CALLER, ROUTE, handler))
        await handler.begun.wait()
        if how == "refused":
            handler.go.set()
        else:
            first.cancel()
        await asyncio.wait([first])
    handler = Handler()
    handler.go.set()
    assert (await two.run(asked(), CALLER, ROUTE, handler)).status_code == 202
    assert handler.runs == 1


async def claimed_by_the_dead(house: House, replica: str) -> None:
    """As a process leaves it that was killed in the middle."""
    fingerprint = await _fingerprint(asked())
    async with house.application.database.write("default") as records:
        assert await records.admin.claim("key-1:k-1", ROUTE, fingerprint, replica) is None


async def test_a_replica_that_starts_again_takes_up_its_own_claims(house: House) -> None:
    await claimed_by_the_dead(house, "one")
    handler = Handler()
    handler.go.set()
    assert (await Once(house.application, "one").run(asked(), CALLER, ROUTE, handler)).status_code == 202


async def test_a_silent_replicas_claims_are_taken_over(house: House) -> None:
    await house.application.database.heartbeat("one", house.clock())
    await claimed_by_the_dead(house, "one")
    handler = Handler()
    handler.go.set()
    with pytest.raises(Conflict):
        await Once(house.application, "two").run(asked(), CALLER, ROUTE, handler)
    house.clock.forward(seconds=31)
    assert (await Once(house.application, "two").run(asked(), CALLER, ROUTE, handler)).status_code == 202
    assert handler.runs == 1
