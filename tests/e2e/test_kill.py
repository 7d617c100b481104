"""kill -9 at any moment after the 202: the suggestions still arrive, once (RELIABILITY, invariants 1–3). FULL=1: twenty moments."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from copilot.testing.provider import ScriptedProvider, stalls
from tests.e2e.service import Service
from tests.e2e.talk import LOST_CARD, conversation
from tests.patience import until

Moment = Callable[[Service, ScriptedProvider, str], None]
TIMES = 5 if os.environ.get("FULL") else 1


def at_once(service: Service, provider: ScriptedProvider, ref: str) -> None:
    """Before anything was done with the message."""


def between_evidence_and_drafts(service: Service, provider: ScriptedProvider, ref: str) -> None:
    until(lambda: _state(service, ref) == "frozen", "evidence")


def in_the_middle_of_a_draft(service: Service, provider: ScriptedProvider, ref: str) -> None:
    asked = len(provider.requests)
    until(lambda: len(provider.requests) > asked and provider.requests[asked].sent_at, "a draft that has begun")


def after_the_drafts(service: Service, provider: ScriptedProvider, ref: str) -> None:
    until(lambda: _state(service, ref) == "done", "the drafts")


MOMENTS: tuple[Moment, ...] = (at_once, between_evidence_and_drafts, in_the_middle_of_a_draft, after_the_drafts)


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider("auto") as scripted:
        yield scripted


@pytest.fixture(scope="module")
def service(provider: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service on one folder: it is killed and started again in each test, and has to keep what the tests before left."""
    folder = tmp_path_factory.mktemp("kill") / "data"
    with Service(folder, COPILOT_MODEL="openai/scripted", COPILOT_API_BASE=provider.base_url, OPENAI_API_KEY="none") as running:
        running.post("/v1/knowledge/import", {"files": [{"name": "lost.md", "text": ARTICLE}]})
        yield running


@pytest.mark.parametrize("time", range(TIMES))
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_suggestions_arrive_once(service: Service, provider: ScriptedProvider, moment: Moment, time: int) -> None:
    ref = f"{moment.__name__}-{time}"
    if moment is in_the_middle_of_a_draft:
        provider.script(stalls('{"'))
    taken = service.http.post("/v1/conversations", json=conversation(ref))
    assert taken.status_code == 202
    moment(service, provider, ref)
    service.kill()

    service.start()
    turn = service.drafted(ref)
    assert turn["turn_id"] == taken.json()["turn_id"]
    assert_one_set(service, ref)
    assert_nothing_is_left(service)


def test_a_stop_in_the_middle_of_a_draft_loses_nothing_either(service: Service, provider: ScriptedProvider) -> None:
    provider.script(stalls('{"'))
    service.post("/v1/conversations", conversation("stopped"))
    in_the_middle_of_a_draft(service, provider, "stopped")
    assert service.stop() == 0
    assert "work_given_up" not in service.output

    service.start()
    service.drafted("stopped")
    assert_one_set(service, "stopped")
    assert_nothing_is_left(service)


def test_a_decision_that_was_answered_survives(service: Service) -> None:
    key = service.post("/v1/keys", {"role": "agent", "name": "Tom Berg", "user": "tom"})["secret"]
    service.post("/v1/conversations", conversation("decided"))
    cue = _of_kind(service.drafted("decided"), "cue")
    at, said = f"/v1/suggestions/{cue['id']}/decisions", {"id": "d-1", "action": "used"}
    with service.client(key) as tom:
        first = tom.post(at, json=said)
    assert first.status_code == 201
    service.kill()

    service.start()
    with service.client(key) as tom:
        assert tom.get(f"/v1/suggestions/{cue['id']}").json()["decided"] == "used"
        again = tom.post(at, json=said)
        assert (again.status_code, again.json()) == (200, first.json())
        assert tom.post(at, json=said | {"action": "dismissed"}).status_code == 409
    assert service.rows("SELECT count(*) FROM decisions") == [(1,)]


def test_a_message_that_was_not_answered_is_sent_again_and_counts_once(service: Service) -> None:
    """The sender saw no 202 (we died, or the network did): the same message again is the same turn."""
    service.post("/v1/conversations", conversation("twice"))
    service.kill()
    service.start()
    again = service.post("/v1/conversations", conversation("twice"))
    assert again["duplicate"]
    turn = service.drafted("twice")
    assert turn["turn_id"] == again["turn_id"]
    assert service.rows(OF.format("t.id"), "twice") == [(turn["turn_id"],)]


def assert_one_set(service: Service, ref: str) -> None:
    """At most one suggestion per kind and variant, each announced once, and all the kinds that the turn wants."""
    made = service.rows(OF.format("s.kind, s.variant, s.id").replace("WHERE", "JOIN suggestions s ON s.turn_id = t.id WHERE"), ref)
    kinds = Counter((kind, variant) for kind, variant, _ in made)
    assert {"cue", "reply"} <= {kind for kind, _ in kinds}
    assert set(kinds.values()) == {1}
    for _, _, ident in made:
        assert service.rows("SELECT count(*) FROM events WHERE type = 'suggestion.ready' AND subject_id = ?", ident) == [(1,)]


def assert_nothing_is_left(service: Service) -> None:
    """No acknowledged message is without an end."""
    assert service.rows("SELECT count(*) FROM outbox") == [(0,)]
    assert service.rows("SELECT DISTINCT state FROM turns") == [("done",)]
    assert service.rows("SELECT count(*) FROM conversations c WHERE NOT EXISTS (SELECT 1 FROM turns t WHERE t.conversation_id = c.id)") == [
        (0,)
    ]


OF = "SELECT {} FROM conversations c JOIN turns t ON t.conversation_id = c.id WHERE c.external_id = ?"


def _state(service: Service, ref: str) -> str:
    found = service.rows(OF.format("t.state"), ref)
    return str(found[-1][0]) if found else ""


def _of_kind(turn: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in turn["suggestions"] if s["kind"] == kind)
    return found


ARTICLE = f"""---
id: card-lost
title: Card lost or stolen
status: published
audience: public
owner: cards
tags: [card, lost, block]
products: [card]
locale: en
review_by: 2030-01-01
---

{LOST_CARD} You block a lost card in the app under Cards. A new card is with you within five working days, free of charge.
"""
