"""Team figures over the API: five people who answered, or nothing."""

from typing import Any

from tests.api.house import House, assert_problem, chat

NAMES = ("Ann Ek", "Bo Lund", "Cy Moe", "Di Fox", "Ed Roe", "Flo Ray")


async def work(house: House, names: tuple[str, ...]) -> dict[str, Any]:
    """Each answers a customer of their own; returns the team's figures as the supervisor sees them."""
    program, ada = await house.enter("integrator"), await house.enter("admin")
    for number, name in enumerate(names):
        agent = await house.enter("agent", name=name)
        user = next(u for u in (await ada.get("/v1/users")).json()["users"] if u["name"] == name)
        (await ada.post("/v1/users", json=user | {"team": "refunds"})).raise_for_status()
        ref = f"c{number}"
        await program.post("/v1/conversations", json=chat(ref, customer={"id": f"p{number}", "name": f"Pat {number}"}))
        await house.settle()
        (await agent.post(f"/v1/conversations/{ref}/answers", json={"text": "I will call you by 17:00 today."})).raise_for_status()
    figures: dict[str, Any] = (await (await house.enter("supervisor")).get("/v1/teams/figures")).raise_for_status().json()
    return figures


async def test_five_people_are_a_group(house: House) -> None:
    figures = await work(house, NAMES[:5])
    (team,) = figures["teams"]
    assert (team["team"], figures["least"], [p["days"] for p in team["periods"]]) == ("refunds", 5, [7, 30])
    for period in team["periods"]:
        assert (period["shown"], period["reason"], period["conversations"]) == (True, "", 5)
        assert (period["reasks"], period["repeats"]) == (0.0, 0.0)
    assert not [name for name in NAMES if name in str(figures)]


async def test_four_people_are_too_few(house: House) -> None:
    (team,) = (await work(house, NAMES[:4]))["teams"]
    assert {(p["shown"], p["reason"], p["conversations"]) for p in team["periods"]} == {(False, "too small to show", None)}


async def test_six_of_whom_four_answered_are_too_few(house: House) -> None:
    ada = await house.enter("admin")
    for name in NAMES[4:]:
        (await ada.post("/v1/users", json={"name": name, "team": "refunds"})).raise_for_status()
    (team,) = (await work(house, NAMES[:4]))["teams"]
    assert not any(p["shown"] for p in team["periods"])


async def test_agents_see_no_figures(house: House) -> None:
    assert_problem(await (await house.enter("agent")).get("/v1/teams/figures"), 403, "agent")
