"""Tenants, keys, users, settings, the audit."""

from typing import Any

import pytest

from copilot.api import examples
from tests.api.house import House, assert_problem


async def test_a_key_is_made_used_listed_and_revoked(house: House) -> None:
    ada = await house.enter("admin")
    made = (await ada.post("/v1/keys", json={"role": "agent", "name": "Tom's desk", "user": "tom.berg"})).json()
    tom = house.client(made["secret"])
    assert (await tom.get("/v1/queue")).status_code == 200
    listed = (await ada.get("/v1/keys")).json()["keys"]
    assert "secret" not in listed[-1]
    assert (listed[-1]["id"], listed[-1]["prefix"]) == (made["id"], made["secret"][:8])
    assert (await ada.delete(f"/v1/keys/{made['id']}")).status_code == 204
    assert_problem(await tom.get("/v1/queue"), 401)
    assert_problem(await ada.delete(f"/v1/keys/{made['id']}"), 404)
    assert_problem(await ada.post("/v1/keys", json={"role": "king", "name": "x"}), 422, "king")


async def test_users_are_created_changed_and_seen_by_colleagues_without_addresses(house: House) -> None:
    ada, tom = await house.enter("admin"), await house.enter("agent")
    made = await ada.post("/v1/users", json=examples.USER)
    assert made.status_code == 201
    user = made.json()
    changed = (await ada.post("/v1/users", json=examples.USER | {"id": user["id"], "active": False})).json()
    assert changed == user | {"active": False}
    assert_problem(await ada.post("/v1/users", json=examples.USER), 409, "external id")
    assert_problem(await ada.post("/v1/users", json=examples.USER | {"id": "nowhere"}), 422, "nowhere")
    assert_problem(await ada.post("/v1/users", json={"name": " "}), 422, "name")
    assert user["id"] in {u["id"] for u in (await tom.get("/v1/users")).json()["users"]}
    assert "tom@example.com" not in (await tom.get("/v1/users")).text
    assert "tom@example.com" in (await ada.get("/v1/users")).text


async def test_settings_are_versioned(house: House) -> None:
    ada = await house.enter("admin")
    before = (await ada.get("/v1/settings")).json()
    changed = (await ada.put("/v1/settings", json=examples.SETTINGS)).json()
    assert (changed["version"], changed["company"]) == (before["version"] + 1, "Ternway")
    assert (await ada.get("/v1/settings")).json() == changed


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"hours": {"9": {"opens": 0, "closes": 60}}}, "hours"),
        ({"hours": {"1": {"opens": 600, "closes": 60}}}, "hours"),
        ({"languages": []}, "languages"),
        ({"languages": ["e n"]}, "languages"),
        ({"currency": "euro"}, "currency"),
        ({"quiet_period_s": -1}, "quiet_period_s"),
        ({"quiet_period_s": 3600}, "quiet_period_s"),
        ({"queue_cap_minutes": {"pigeon": 3}}, "queue_cap_minutes"),
        ({"answer_minutes": {"chat": -3}}, "answer_minutes"),
        ({"kinds": ["poem"]}, "kinds"),
        ({"daily_budget_microusd": -1}, "daily_budget_microusd"),
        ({"retention_days": {"memories": 0}}, "retention_days"),
        ({"retention_days": {"diaries": 10}}, "body.retention_days.diaries"),
        ({"colour": "red"}, "body.colour"),
    ],
)
async def test_a_setting_that_cannot_work_is_refused(house: House, wrong: dict[str, Any], named: str) -> None:
    assert_problem(await (await house.enter("admin")).put("/v1/settings", json=wrong), 422, named)


async def test_a_tenant_is_created_with_records_of_its_own(house: House) -> None:
    owner = house.owner()
    assert (await owner.post("/v1/tenants", json=examples.TENANT)).json() == {"id": "nordic"}
    assert_problem(await owner.post("/v1/tenants", json=examples.TENANT), 409, "nordic")
    assert_problem(await owner.post("/v1/tenants", json={"id": "no spaces"}), 422, "no spaces")
    assert_problem(await owner.post("/v1/tenants", json={"id": "x", "time_zone": "Nowhere"}), 422, "time_zone")
    settings = (await house.owner("nordic").get("/v1/settings")).json()
    assert (settings["company"], settings["time_zone"]) == ("Ternway Nordic", "Europe/Oslo")
    await house.begin("ours", customer=None)
    assert (await house.owner("nordic").get("/v1/queue")).json()["lines"] == []


async def test_the_audit_names_who_changed_and_saw_what(furnished: House) -> None:
    ada, tom = await furnished.enter("admin"), await furnished.enter("agent")
    await tom.get("/v1/customers/cust-1042/card")
    await ada.put("/v1/settings", json=examples.SETTINGS)
    first = (await ada.get("/v1/events", params={"limit": 2})).json()
    assert len(first["events"]) == 2
    rest = (await ada.get("/v1/events", params={"after": first["next"], "limit": 1000})).json()
    lines = {e["type"]: e for e in rest["events"]}
    users = {u["name"]: f"user:{u['id']}" for u in (await ada.get("/v1/users")).json()["users"]}
    assert lines["customer.viewed"]["actor"] == users["Tom Berg"]
    assert lines["settings.changed"]["actor"] == users["Ada Novak"]
    assert (await ada.get("/v1/events", params={"after": rest["next"]})).json() == {"events": [], "next": rest["next"]}
