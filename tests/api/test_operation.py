"""Health, readiness, metrics, logs, and the two plain pages."""

import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from copilot.testing.application import settle
from tests.api.house import House, assert_problem, chat, of_kind


async def samples(house: House) -> dict[str, float]:
    """Every sample of /metrics, by name and labels."""
    text = (await house.nobody().get("/metrics")).text
    return {f"{s.name}{dict(sorted(s.labels.items()))}": s.value for family in text_string_to_metric_families(text) for s in family.samples}


async def test_alive_and_ready(house: House) -> None:
    assert (await house.nobody().get("/health")).json()["status"] == "ok"
    assert (await house.nobody().get("/ready")).json()["ready"] is True
    house.application.ready = False
    answer = await house.nobody().get("/ready")
    assert_problem(answer, 503, "starting or stopping")
    assert answer.headers["retry-after"] == "1"
    assert (await house.nobody().get("/health")).status_code == 200


async def test_not_ready_on_an_older_schema(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def revision(_: object) -> tuple[str, str]:
        return "0001", "0010"

    monkeypatch.setattr(type(house.application.database), "revision", revision)
    assert_problem(await house.nobody().get("/ready"), 503, "0010", "copilot migrate")


async def test_metrics_count_requests_turns_suggestions_and_cost(furnished: House) -> None:
    await samples(furnished)
    turn = await furnished.begin()
    tom = await furnished.enter("agent")
    await tom.post(f"/v1/suggestions/{of_kind(turn, 'reply')['id']}/decisions", json={"id": "d", "action": "used"})
    async with furnished.application.database.write("default") as records:
        await records.admin.spend(furnished.clock().date(), 1234, 10, 5)
    now = await samples(furnished)
    assert now["rapport_turns_total{'state': 'minted'}"] == 1
    assert now["rapport_turns_total{'state': 'done'}"] == 1
    assert now["rapport_suggestions_total{'kind': 'reply', 'producer': 'fallback', 'state': 'proposed'}"] == 1
    assert now["rapport_decisions_total{'action': 'used', 'kind': 'reply'}"] == 1
    assert now["rapport_model_cost_microusd_today{}"] == 1234
    assert now["rapport_outbox_rows{}"] == 0
    assert now["rapport_ready{}"] == 1
    assert now["rapport_http_requests_total{'method': 'POST', 'route': '/v1/conversations', 'status': '202'}"] == 1
    assert now["rapport_http_request_seconds_count{'method': 'GET', 'route': '/v1/conversations/{ref}/suggestions'}"] == 1


async def test_the_outbox_is_measured(house: House) -> None:
    await (await house.enter("integrator")).post("/v1/conversations", json=chat())
    assert (await samples(house))["rapport_outbox_rows{}"] == 1
    await settle(house.application)
    assert (await samples(house))["rapport_outbox_rows{}"] == 0


async def test_metrics_hold_nothing_of_a_person(furnished: House) -> None:
    await furnished.begin("ines-almeida-chat")
    tom = await furnished.enter("agent")
    await tom.get("/v1/customers/cust-1042/card")
    await tom.get("/wp-admin/ines")
    text = (await furnished.nobody().get("/metrics")).text
    assert not re.search(r"ines|cust-1042|berg|default", text, re.IGNORECASE)


async def test_each_request_is_one_line_with_ids_and_numbers_only(furnished: House, capsys: pytest.CaptureFixture[str]) -> None:
    program = await furnished.enter("integrator")
    capsys.readouterr()
    answer = await program.post("/v1/conversations", json=chat("chat-77"), headers={"X-Request-Id": "trace-1"})
    assert answer.headers["x-request-id"] == "trace-1"
    out = capsys.readouterr().out
    (line,) = [json.loads(line) for line in out.splitlines()]
    assert line["ms"] > 0
    assert {k: v for k, v in line.items() if k != "ms"} == {
        "event": "request",
        "request_id": "trace-1",
        "tenant": "default",
        "method": "POST",
        "route": "/v1/conversations",
        "status": 202,
    }
    await program.get("/v1/conversations/chat-77")
    await program.post("/v1/conversations/chat-77/review", json={"text": "secret words"})
    out = capsys.readouterr().out
    assert not re.search(r"chat-77|Ines|refund|secret", out)


async def test_a_request_id_that_could_forge_a_log_is_replaced(house: House) -> None:
    answer = await house.nobody().get("/health", headers={"X-Request-Id": 'x" injected'})
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-request-id"])


async def test_answers_are_not_cached_or_sniffed(house: House) -> None:
    answer = await house.owner().get("/v1/queue")
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


async def test_the_list_of_routes_fetches_its_style_only_and_runs_nothing(house: House) -> None:
    docs = await house.nobody().get("/docs")
    assert docs.status_code == 200
    assert docs.headers["content-type"].startswith("text/html")
    assert docs.headers["content-security-policy"].startswith("default-src 'none'")
    assert re.findall(r"<script|https?://|src=|<link.*?>|@import|url\(", docs.text) == ['<link rel="stylesheet" href="/docs.css">']
    style = await house.nobody().get("/docs.css")
    assert style.headers["content-type"].startswith("text/css")
    assert not re.search(r"@import|url\(", style.text)
    assert "POST /v1/conversations/{ref}/suggestions" in docs.text
