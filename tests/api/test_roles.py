"""Every route × role × own/other tenant, against the one written matrix (DESIGN §6 included)."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from copilot.api import examples, experiments, quality, roles, scorecards
from copilot.api.roles import MATRIX, OWNER
from copilot.api.routing import audience
from copilot.domain.connections import Outgoing
from copilot.domain.errors import Refused
from copilot.domain.recalls import Recall, RecallCase
from copilot.domain.staff import ROLES, Caller, Role
from tests.adapters.database import samples
from tests.api.house import House, assert_problem, chat, of_kind
from tests.api.streaming import stream


@dataclass
class Scene:
    """A furnished company, and the ids a request needs."""

    house: House
    ids: dict[str, str] = field(default_factory=dict)

    def path(self, route: str) -> str:
        return route.partition(" ")[2].format(**self.ids)


DRAFTED = {"id": "refunds", "title": "Refunds for cancelled flights", "text": "Within seven days.", "status": "published"}
RECALL = {"article_id": "refunds", "from_revision": 1, "wrong": "seven days", "right": "ten days"}
RUBRIC = "name: Ours\npoints:\n- {point: clear, title: Clear, question: Is it so, levels: [not at all, wholly]}"
RATING = {"marks": [{"point": "clear", "level": 0}], "note": "toms-note"}
RULE = {"query": "lost card", "passage_id": "refunds", "action": "pin"}
BODIES: dict[str, Any] = {
    "POST /v1/conversations": chat("chat-9"),
    "POST /v1/conversations/{ref}/messages": {"id": "m9", "author": "customer", "text": "Hello?", "sent_at": "-PT1S"},
    "PATCH /v1/conversations/{ref}": {"status": "pending"},
    "POST /v1/conversations/{ref}/suggestions": {"kinds": ["cue"]},
    "POST /v1/conversations/{ref}/review": examples.REVIEW,
    "POST /v1/conversations/{ref}/handovers": examples.OFFER,
    "POST /v1/conversations/{ref}/grants": examples.GRANT,
    "POST /v1/grants/{grant_id}/decide": examples.GRANT_DECISION,
    "POST /v1/conversations/{ref}/ask": examples.ASK,
    "POST /v1/conversations/{ref}/questions": examples.QUESTION,
    "POST /v1/questions/{question_id}/answer": examples.ANSWER,
    "POST /v1/suggestions/{suggestion_id}/decisions": {"id": "d-9", "action": "used"},
    "POST /v1/suggestions/{suggestion_id}/seen": examples.SEEN,
    "POST /v1/suggestions/{suggestion_id}/sent": {"text": "It is on its way."},
    "PATCH /v1/handovers/{handover_id}": examples.BRIEF,
    "POST /v1/handovers/{handover_id}/accept": examples.ACCEPT,
    "POST /v1/handovers/{handover_id}/introduced": {},
    "POST /v1/handovers/{handover_id}/decline": {},
    "POST /v1/handovers/{handover_id}/return": {},
    "POST /v1/customers/import": examples.CUSTOMERS,
    "PATCH /v1/memories/{memory_id}": examples.MEMORY_STATE,
    "PATCH /v1/promises/{promise_id}": examples.PROMISE_STATE,
    "POST /v1/matches/{match_id}": {"same": True},
    "POST /v1/conversations/{ref}/answers": examples.OWN_ANSWER,
    "POST /v1/conversations/{ref}/seen-until": {"message_id": "m1"},
    "POST /v1/conversations/{ref}/wrap-up": examples.WRAP_UP,
    "POST /v1/shift/handover": {"to": {"user": "tom.berg"}},
    "POST /v1/users/{user_ref}/absence": {"until": "2090-01-01T00:00:00Z", "promises_to": "sara.lind"},
    "POST /v1/knowledge/import": examples.KNOWLEDGE,
    "POST /v1/drafts": {"article": {"id": "times", "title": "Refund times", "text": "Five days."}},
    "PUT /v1/drafts/{draft_id}": {"version": 1, "article": DRAFTED},
    "POST /v1/drafts/{draft_id}/reconcile": {"base": DRAFTED, "mine": DRAFTED},
    "POST /v1/drafts/{draft_id}/update": {"version": 1},
    "POST /v1/drafts/{draft_id}/submit": {"version": 1},
    "POST /v1/drafts/{draft_id}/review": {"version": 1, "approve": False},
    "POST /v1/drafts/{draft_id}/publish": {"version": 1},
    "POST /v1/drafts/{draft_id}/discard": {"version": 1},
    "POST /v1/articles/{article_id}/edit": {},
    "POST /v1/articles/{article_id}/redirect": {"to": "bags"},
    "POST /v1/gaps/history": {},
    "POST /v1/drafts/{draft_id}/try": {},
    "POST /v1/gaps/{gap_id}/dismiss": {"reason": "Asked once."},
    "POST /v1/flags": {"passage_id": "refunds", "reason": "unclear"},
    "POST /v1/flags/{flag_id}/answer": {"state": "kept", "answer": "It is right as it stands."},
    "POST /v1/articles/{article_id}/comments": {"text": "Is this still so?"},
    "POST /v1/imports": examples.IMPORT,
    "PUT /v1/imports/{import_id}/files/{position}": {"any": "file"},
    "PATCH /v1/knowledge-sources/{source_id}": examples.SOURCE,
    "POST /v1/knowledge/revisions": examples.REVISIONS,
    "POST /v1/knowledge/sync": examples.SYNC,
    "POST /v1/facts/search": {"old": "seven days"},
    "POST /v1/facts": {"old": "seven days", "new": "ten days", "places": ["article:refunds@1#text:0"]},
    "POST /v1/facts/{change_id}/submit": {"version": 1},
    "POST /v1/facts/{change_id}/review": {"version": 1, "approve": False},
    "POST /v1/facts/{change_id}/discard": {"version": 1},
    "POST /v1/saved-replies": {"shortcut": "thanks", "title": "Thanks", "text": "Thank you."},
    "PUT /v1/saved-replies/{reply_id}": {"shortcut": "hello", "title": "Hello", "text": "Hello.", "version": 1},
    "POST /v1/recalls/preview": RECALL,
    "POST /v1/recalls": RECALL,
    "PATCH /v1/corrections/{case_id}": {"state": "not_needed", "note": "They know."},
    "POST /v1/knowledge/explain": {"question": "Where is my refund?"},
    "POST /v1/search-rules": RULE | {"action": "block"},
    "PATCH /v1/quality/cases/{quality_id}": {"severity": "high"},
    "POST /v1/quality/cases/{quality_id}/decide": {"state": "rejected"},
    "POST /v1/quality/harvest": {"limit": 3},
    "POST /v1/quality/runs": quality.RUN,
    "POST /v1/quality/experiments": experiments.STARTED,
    "PATCH /v1/quality/experiments/{experiment_id}": {"share": 0.6},
    "POST /v1/quality/experiments/{experiment_id}/stop": {"note": "Enough."},
    "POST /v1/scorecards/{scorecard_id}/answer": scorecards.ANSWER,
    "PUT /v1/quality/scorecards/switch": scorecards.SWITCH,
    "PUT /v1/quality/rubric": {"yaml": RUBRIC},
    "POST /v1/quality/samples": {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"},
    "POST /v1/quality/scorecards/{scorecard_id}/ratings": RATING,
    "POST /v1/suggest": chat("one-off", customer=None),
    "POST /v1/tenants": examples.TENANT,
    "POST /v1/keys": examples.KEY,
    "POST /v1/users": examples.USER,
    "PUT /v1/settings": examples.SETTINGS,
    "POST /v1/users/{user_ref}/password": examples.PASSWORD,
    "POST /v1/panel-tokens": examples.PANEL_TOKEN,
    "POST /v1/connections": {"id": "other", "kind": "webhook"},
    "PATCH /v1/connections/{connection_id}": {"name": "The CRM"},
    "POST /v1/connections/{connection_id}/secret": {},
    "PUT /v1/connections/{connection_id}/token": {"token": "abc"},
    "PUT /v1/connections/{connection_id}/own-token": {"token": "abc"},
    "POST /v1/conversations/{ref}/send": {"text": "Dear Ines, it is on its way."},
    "POST /v1/connections/{connection_id}/writes/{write_id}": {"outcome": "sent"},
    "POST /v1/connections/{connection_id}/install": {"address": "https://copilot.example.com"},
}
PARAMS = {"GET /v1/knowledge/search": {"q": "refund"}, "PUT /v1/imports/{import_id}/files/{position}": {"name": "export.json"}}
GESTURE = examples.GRANT | {"offer": "free lounge visit"}
SESSION_ONLY = {"POST /v1/panel-tokens"}
"""With a key: 409. Those who came by cookie are in test_sessions."""
BUSY = {
    "POST /v1/conversations/{ref}/handovers",
    "POST /v1/handovers/{handover_id}/introduced",
}
"""Allowed, but the scene's handover is still only offered: 409 says that the role was let through."""
VERSIONED = {f"POST /v1/drafts/{{draft_id}}/{step}" for step in ("update", "submit", "review", "publish", "discard")} | {
    f"POST /v1/facts/{{change_id}}/{step}" for step in ("submit", "review", "discard")
}
"""Each needs the draft in another state: test_editing walks through them."""
AFTER = {
    *("POST /v1/articles/{article_id}/redirect", "POST /v1/facts", "POST /v1/quality/experiments"),
    *("POST /v1/quality/samples", "POST /v1/scorecards/{scorecard_id}/answer", "POST /v1/conversations/{ref}/send"),
    "POST /v1/connections/{connection_id}/poll",
}
"""409 here: the article has an open draft, there is no model to try; its chat has no
tool; its tool cannot be asked; or 404: nobody closed a conversation on that day, nobody rated Tom's yet."""
OTHERS = [route for route in MATRIX if "{" in route]
PRIVATE = ("Ines", "cust-1042", "TW7K2P", "chat-1", "mail-88", "Nils Falk", "Refunds for cancelled", "Tom Berg", "Sara Lind")
"""Words of the first company that no answer to another may hold."""


@pytest.fixture
async def scene(furnished: House) -> Scene:
    house = furnished
    turn = await house.begin("chat-1", "My flight to Lisbon was cancelled. Where is my refund? And I always prefer a window seat.")
    tom, ada, program = await house.enter("agent"), await house.enter("admin"), await house.enter("integrator")
    offered = (await tom.post("/v1/conversations/chat-1/handovers", json=examples.OFFER)).json()
    granted = (await tom.post("/v1/conversations/chat-1/grants", json=GESTURE)).json()
    question = (await tom.post("/v1/conversations/chat-1/questions", json=examples.QUESTION)).json()
    await program.post("/v1/conversations", json=chat("chat-2", "I am allergic to nuts.", customer={"id": "cust-2", "name": "Bo Ek"}))
    await program.post(
        "/v1/conversations", json=chat("chat-3", "Thank you.", customer={"id": "cust-3", "name": "Cy Dan", "email": "ines@example.com"})
    )
    started = (await program.post("/v1/imports", json={"source": "Folder"})).json()
    erased = (await ada.delete("/v1/customers/cust-2")).json()
    await house.settle()
    edda = await house.enter("editor")
    draft = (await edda.post("/v1/articles/refunds/edit", json={})).json()
    comment = (await edda.post("/v1/articles/refunds/comments", json={"text": "Is this still so?"})).json()
    await house.begin("chat-4", "Which aquarium in Osaka feeds penguins on Tuesdays?", customer=None)
    gap = (await edda.get("/v1/gaps")).json()["gaps"][0]
    flag = (await tom.post("/v1/flags", json={"passage_id": "refunds", "reason": "wrong", "conversation": "chat-1"})).json()
    bags = [{"name": "bags.md", "text": "# Bags\n\nA bag is free."}]
    (await edda.post("/v1/knowledge/import", json={"files": bags})).raise_for_status()
    words = {"old": "bag is free", "new": "bag costs nothing"}
    held = (await edda.post("/v1/facts/search", json=words)).json()["places"]
    change = (await edda.post("/v1/facts", json={**words, "places": [place["id"] for place in held]})).json()
    rule = (await (await house.enter("editor", name="Emil Roth")).post("/v1/search-rules", json=RULE | {"query": "refund times"})).json()
    draft_made = next(one for one in turn["suggestions"] if one["state"] == "proposed" and one["text"])
    marked = {"suggestion_id": draft_made["id"], "side": "must", "words": draft_made["text"]}
    case = (await tom.post("/v1/quality/cases", json=marked)).json()
    (await ada.post("/v1/connections", json={"id": "crm", "kind": "webhook"})).raise_for_status()
    scorecard_id = await drawn(house)
    reply = (await edda.post("/v1/saved-replies", json={"shortcut": "hello", "title": "Hello", "text": "Hello."})).json()
    return Scene(
        house,
        {
            "change_id": change["id"],
            "reply_id": reply["id"],
            "recall_id": "recall",
            "case_id": await recalled(house),
            "quality_id": case["id"],
            "experiment_id": await trying(house),
            "scorecard_id": scorecard_id,
            "drafted_id": draft_made["id"],
            "words": draft_made["text"],
            "ref": "chat-1",
            "turn_id": turn["turn_id"],
            "suggestion_id": of_kind(turn, "reply")["id"],
            "handover_id": offered["id"],
            "grant_id": granted["id"],
            "question_id": question["id"],
            "memory_id": (await tom.get("/v1/customers/cust-1042/memories")).json()["memories"][0]["id"],
            "promise_id": (await (await house.enter("supervisor")).get("/v1/promises")).json()["promises"][0]["id"],
            "erasure_id": erased["id"],
            "import_id": started["id"],
            "position": "0",
            "source_id": started["source_id"],
            "article_id": "refunds",
            "draft_id": draft["id"],
            "comment_id": comment["id"],
            "flag_id": flag["id"],
            "gap_id": gap["id"],
            "rule_id": rule["id"],
            "match_id": (await tom.get("/v1/customers/cust-3/matches")).json()["matches"][0]["match_id"],
            "user_ref": "tom.berg",
            "connection_id": "crm",
            "write_id": await written(house),
            "key_id": (await ada.get("/v1/keys")).json()["keys"][0]["id"],
        },
    )


async def written(house: House) -> str:
    """A write into the CRM that was given up."""
    at = house.clock()
    async with house.application.database.write("default") as records:
        talk = await records.conversations.find("chat-1")
        assert talk is not None
        about = {"connection_id": "crm", "conversation_id": talk.id, "key": "k", "action": "note", "text": "For Ines Almeida."}
        given_up = Outgoing.model_validate(about | {"id": "write", "state": "failed", "due_at": at, "made_at": at})
        await records.connections.want(given_up)
    return given_up.id


async def trying(house: House) -> str:
    """An experiment that runs."""
    async with house.application.database.write("default") as records:
        await records.experiments.add(samples.experiment(begins_at=house.clock(), name="Refunds for cancelled flights"))
    return "experiment"


async def drawn(house: House) -> str:
    """The scorecard of a conversation that Tom answered and closed, by a rubric of one point, with scorecards switched on."""
    ada, quinn, tom = await house.enter("admin"), await house.enter("qa"), await house.enter("agent")
    (await ada.put("/v1/quality/scorecards/switch", json=scorecards.SWITCH)).raise_for_status()
    (await quinn.put("/v1/quality/rubric", json={"yaml": RUBRIC})).raise_for_status()
    await house.begin("chat-5", "Is a cello a bag?", customer=None)
    (await tom.post("/v1/conversations/chat-5/answers", json={"text": "It needs a seat of its own."})).raise_for_status()
    (await tom.patch("/v1/conversations/chat-5", json={"status": "closed"})).raise_for_status()
    house.clock.forward(minutes=1)
    until = house.clock()
    times = {"since": (until - timedelta(days=1)).isoformat(), "until": until.isoformat(), "twice": 0}  # a second rater would be blind
    (await quinn.post("/v1/quality/samples", json=times)).raise_for_status()
    return str((await quinn.get("/v1/quality/scorecards")).json()["scorecards"][0]["id"])


async def recalled(house: House) -> str:
    """A correction that Tom owes."""
    at = house.clock()
    async with house.application.database.write("default") as records:
        tom = await records.admin.user("tom.berg")
        talk = await records.conversations.find("chat-3")
        assert tom is not None
        assert talk is not None
        recall = Recall(
            id="recall", article_id="refunds", from_revision=1, to_revision=1, wrong="7 days", right="9 days", author="u", made_at=at
        )
        case = RecallCase(
            id="case",
            recall_id="recall",
            conversation_id=talk.id,
            message_id=talk.messages[0].id,
            user_id=tom.id,
            sure=True,
            told="7 days",
            draft="9 days",
            told_at=at,
            changed_at=at,
        )
        await records.recalls.add(recall, [case])
    return case.id


async def ask(scene: Scene, client: httpx.AsyncClient, route: str) -> httpx.Response:
    """The route's request, as somebody."""
    method = route.partition(" ")[0]
    path = scene.path(route)
    if "customers" in path:
        path = path.replace("chat-1", "cust-1042")
    if route == "GET /v1/stream":
        return await _open_stream(scene, client)
    body = BODIES.get(route)
    if route == "POST /v1/quality/cases":
        body = {"suggestion_id": scene.ids["drafted_id"], "side": "must_not", "words": scene.ids["words"]}
    return await client.request(method, path, json=body, params=PARAMS.get(route))


async def _open_stream(scene: Scene, client: httpx.AsyncClient) -> httpx.Response:
    async with stream(scene.house.app, client.headers["authorization"].split()[1]) as opened:
        return httpx.Response(opened.status, headers=opened.headers, content=opened.raw if opened.status != 200 else b"")


async def test_the_matrix_is_enforced_for_each_role(scene: Scene) -> None:
    """One scene for all: a refused request changes nothing, so refusals come first, then what is allowed."""
    house = scene.house
    for role in ROLES:
        person = await house.enter(role)
        for route, allowed in MATRIX.items():
            if role not in allowed:
                assert_problem(await ask(scene, person, route), 403, role)
    last = {"DELETE /v1/keys/{key_id}", "DELETE /v1/customers/{ref}"}
    for route in sorted(MATRIX, key=lambda route: route in last):
        for role in sorted(MATRIX[route]):
            answer = await ask(scene, await house.enter(role), route)
            assert answer.status_code not in (401, 403), (route, role, answer.text)
            assert answer.status_code < 500, (route, role, answer.text)


async def test_what_is_allowed_succeeds(scene: Scene) -> None:
    """Each route at least once, with the records it needs, as the first role that may (or as the local owner)."""
    house = scene.house
    steps = ("accept", "introduced", "return")
    late = ("DELETE", "GET /v1/knowledge/reindex")  # the report is there when one was asked for
    order = sorted(MATRIX, key=lambda route: (route.startswith(late), *(route.endswith(step) for step in reversed(steps))))
    for route in (
        r
        for r in order
        if not r.endswith(("handovers/{handover_id}/decline",))
        and r not in SESSION_ONLY | VERSIONED | AFTER
        and r != "POST /v1/conversations/{ref}/handovers"
    ):
        client = await house.enter(max(MATRIX[route])) if MATRIX[route] else house.owner()
        answer = await ask(scene, client, route)
        assert answer.is_success, (route, answer.status_code, answer.text)


async def test_another_tenants_record_is_not_there(scene: Scene) -> None:
    """Not refused: not there. Whoever asks learns nothing, not even that it exists."""
    for route in OTHERS:
        for role in sorted(MATRIX[route]):
            stranger = await scene.house.enter(role, "other", name=f"Other {role}")
            answer = await ask(scene, stranger, route)
            assert answer.status_code == 404, (route, role, answer.text)
            problem = assert_problem(answer, 404)
            told = [word for word in PRIVATE if word in problem["detail"] and word not in ("chat-1", "cust-1042")]
            assert not told, (route, role, problem)


async def test_lists_of_another_tenant_hold_nothing_of_ours(scene: Scene) -> None:
    for route in (r for r in MATRIX if "{" not in r and r.startswith("GET") and r not in ("GET /v1/stream", "GET /v1/knowledge/reindex")):
        for role in sorted(MATRIX[route]):
            answer = await ask(scene, await scene.house.enter(role, "other", name=f"Other {role}"), route)
            assert answer.status_code == 200, (route, answer.text)
            assert not [word for word in PRIVATE if word in answer.text], (route, role, answer.text)


async def test_no_answer_gives_one_persons_figures_to_another(scene: Scene) -> None:
    """DESIGN §6: Tom works; then every route that anybody else may read is searched for how he works."""
    house = scene.house
    tom = await house.enter("agent")
    at = f"/v1/suggestions/{scene.ids['suggestion_id']}"
    await tom.post(f"{at}/seen", json={"what": "displayed"})
    await tom.post(f"{at}/decisions", json={"id": "toms-decision", "action": "dismissed", "reason": "too_long"})
    await tom.post(f"{at}/sent", json={"text": "A wholly different answer, Ines.", "message_id": "toms"})
    users = {u["name"]: u["id"] for u in (await (await house.enter("admin")).get("/v1/users")).json()["users"]}
    figures = ("edit_distance", "too_long", "toms-decision", "displayed_at", "dismissed", "seconds")
    for route in (r for r in MATRIX if r.startswith("GET") and r not in ("GET /v1/stream", "GET /v1/users")):
        for role in sorted(MATRIX[route]):
            other = await house.enter(role, name=f"Another {role}")
            text = (await ask(scene, other, route)).text.replace("waiting_seconds", "")
            # Of an article, not of a person: health counts what became of every draft that cites it, and names nobody.
            shown = [word for word in figures if word in text and (word, route) != ("dismissed", "GET /v1/knowledge/health")]
            assert not shown, (route, role, text)
            if route == "GET /v1/events":
                assert f"user:{users['Tom Berg']}" not in "".join(
                    str(e)
                    for e in (await ask(scene, other, route)).json()["events"]
                    if e["type"].startswith(("suggestion", "message", "handover"))
                )


SEES_ONE = ("GET /v1/quality/scorecards/{scorecard_id}",)
"""While scorecards are on, reviewers see one conversation's: not whose it is."""


@pytest.mark.parametrize("on", [False, True])
async def test_nobodys_scorecard_is_anybody_elses_with_the_switch_off_and_on(scene: Scene, on: bool) -> None:
    """Tom was rated and answered; then every route that anybody else may read is searched for it."""
    house = scene.house
    tom, quinn, ada = await house.enter("agent"), await house.enter("qa"), await house.enter("admin")
    at = f"/v1/quality/scorecards/{scene.ids['scorecard_id']}"
    (await quinn.post(f"{at}/ratings", json=RATING)).raise_for_status()
    answer = {"text": "toms-answer", "second_look": True}
    (await tom.post(f"/v1/scorecards/{scene.ids['scorecard_id']}/answer", json=answer)).raise_for_status()
    if not on:
        off = {"on": False, "reason": "We have seen what we wanted to see."}
        (await ada.put("/v1/quality/scorecards/switch", json=off)).raise_for_status()
    users = {u["name"]: u["id"] for u in (await ada.get("/v1/users")).json()["users"]}
    for route in (r for r in MATRIX if r.startswith("GET") and r not in ("GET /v1/stream", "GET /v1/users")):
        for role in sorted(MATRIX[route]):
            reply = await ask(scene, await house.enter(role, name=f"Another {role}"), route)
            told = [word for word in ("toms-note", "toms-answer") if word in reply.text]
            assert bool(told) is (on and route in SEES_ONE), (route, role, reply.text)
            if "scor" in route:
                assert users["Tom Berg"] not in reply.text, (route, role)
            if route == "GET /v1/events":
                rated = [e for e in reply.json()["events"] if e["type"] in ("quality.rated", "quality.answered")]
                assert len(rated) == 2
                assert {e["actor"] for e in rated} == {"user"}
            if route == "GET /v1/quality/scores":
                assert [p for s in reply.json()["samples"] for p in s["points"] if p["all"] or p["teams"]] == [], "one person is no group"
    assert "toms-note" in (await tom.get("/v1/scorecards")).text, "their own they keep"


async def test_while_scorecards_are_off_nothing_is_drawn_shown_or_rated(scene: Scene) -> None:
    house = scene.house
    quinn, ada = await house.enter("qa"), await house.enter("admin")
    body = {"on": False, "reason": "We have seen what we wanted to see."}
    (await ada.put("/v1/quality/scorecards/switch", json=body)).raise_for_status()
    for route in ("POST /v1/quality/samples", *SEES_ONE, "POST /v1/quality/scorecards/{scorecard_id}/ratings"):
        assert_problem(await ask(scene, quinn, route), 403, "switched off")
    listed = (await quinn.get("/v1/quality/scorecards")).json()
    assert (listed["switch"]["on"], listed["samples"], listed["scorecards"]) == (False, [], [])
    assert (await quinn.get("/v1/quality/scores")).json()["samples"] == []


async def test_a_missing_or_unknown_key_is_401(house: House) -> None:
    for headers in ({}, {"Authorization": "Bearer rk_nobody"}, {"Authorization": "Basic dG9tOnRvbQ=="}, {"Authorization": "Bearer "}):
        for route in ("/v1/queue", "/v1/tenants", "/v1/conversations/x"):
            answer = await house.nobody().get(route, headers=headers)
            assert_problem(answer, 401, "key")
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_local_owner_is_administrator_of_any_tenant(house: House) -> None:
    assert (await house.owner().get("/v1/tenants")).json() == {"tenants": [{"id": "default"}, {"id": "other"}]}
    made = (await house.owner("other").post("/v1/keys", json={"role": "admin", "name": "Olu"})).json()
    assert made["tenant_id"] == "other"
    assert (await house.client(made["secret"]).get("/v1/settings")).status_code == 200
    assert_problem(await house.owner("nowhere").get("/v1/queue"), 404, "nowhere")
    assert_problem(await house.client(made["secret"]).get("/v1/tenants"), 403, "local owner")
    acting = house.client(house.owner().headers["authorization"].split()[1], **{"X-Copilot-User": "nobody.here"})
    assert_problem(await acting.get("/v1/queue"), 404, "nobody.here")


async def test_a_key_cannot_choose_its_tenant(house: House) -> None:
    tom = await house.enter("agent")
    await house.begin("chat-1")
    inside = await tom.get("/v1/conversations/chat-1", headers={"X-Copilot-Tenant": "other"})
    assert inside.status_code == 200


def test_a_route_that_the_matrix_does_not_name_fails_at_start() -> None:
    router: APIRouter = audience("more")

    @router.get("/more")
    async def more() -> None: ...

    with pytest.raises(RuntimeError, match="GET /v1/more"):
        roles.check(route for route in router.routes)  # type: ignore[misc]  # they are APIRoutes
    with pytest.raises(RuntimeError, match="do not exist"):
        roles.check([])


@pytest.mark.parametrize("role", ROLES)
def test_only_the_owner_sees_tenants(role: Role) -> None:
    with pytest.raises(Refused):
        roles.allow(Caller(tenant_id="default", role=role, key_id="k"), "GET /v1/tenants")
    roles.allow(Caller(tenant_id="default", role="admin", key_id=OWNER), "GET /v1/tenants")
