"""Scorecards as people meet them: off with a reason, blind, answered, disputed, and never one person's figure."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from copilot.domain.base import new_id
from copilot.domain.scorecards import Mark, Point, Rating, Risk, Scorecard, Scored
from copilot.domain.staff import Caller
from copilot.services.quality.figures import LEAST
from copilot.services.quality.scorecard_figures import point_figures
from copilot.services.quality.scoring import is_blind, todo_of
from tests.adapters.database.samples import NOON, rating, scorecard
from tests.api.house import House, assert_problem
from tests.services.conftest import Open

SWITCH = "/v1/quality/scorecards/switch"
ON = {"on": True, "reason": "We changed how refunds are promised."}
RUBRIC = """
name: Ours
points:
- {point: clear, title: Clear, question: Is it so, levels: [not at all, half, wholly]}
- {point: promise, title: By when, question: Is it said, measure: promise dated, levels: [not at all, wholly]}
"""
POINT = Point(point="clear", title="Clear", question="Is it?", levels=("not at all", "half", "wholly"))


async def drawn(house: House, said: str = "I will call you back.", **sample: Any) -> str:
    """Ada switches scorecards on; Tom answers and closes; Quinn draws. The scorecard's id."""
    ada, quinn, tom = await house.enter("admin"), await house.enter("qa"), await house.enter("agent")
    (await ada.put(SWITCH, json=ON)).raise_for_status()
    (await quinn.put("/v1/quality/rubric", json={"yaml": RUBRIC})).raise_for_status()
    await house.begin("chat-1", "Where is my refund for the Lisbon flight?")
    (await tom.post("/v1/conversations/chat-1/answers", json={"text": said})).raise_for_status()
    (await tom.patch("/v1/conversations/chat-1", json={"status": "closed"})).raise_for_status()
    house.clock.forward(minutes=1)
    until = house.clock()
    times = {"since": (until - timedelta(days=1)).isoformat(), "until": until.isoformat()}
    (await quinn.post("/v1/quality/samples", json=times | sample)).raise_for_status()
    (card,) = (await quinn.get("/v1/quality/scorecards")).json()["scorecards"]
    return str(card["id"])


def marks(level: int = 2, **changed: Any) -> dict[str, Any]:
    return {"marks": [{"point": "clear", "level": level} | changed, {"point": "promise", "level": 1}], "note": "seen by one"}


async def test_off_until_somebody_says_why_and_everyone_reads_it(opened: Open) -> None:
    house = await opened()
    ada, tom = await house.enter("admin"), await house.enter("agent")
    assert (await tom.get("/v1/scorecards")).json()["switch"] == {"on": False, "reason": "", "by": "", "at": None}
    assert_problem(await ada.put(SWITCH, json={"on": True, "reason": "quality"}), 422, "reason")
    (await ada.put(SWITCH, json=ON)).raise_for_status()
    told = (await tom.get("/v1/scorecards")).json()["switch"]
    assert (told["on"], told["reason"], told["by"]) == (True, ON["reason"], "Ada Novak")
    events = (await ada.get("/v1/events")).json()["events"]
    (noted,) = [event for event in events if event["type"] == "quality.switched"]
    assert noted["actor"].startswith("user:")
    assert noted["data"] == {"on": True}


async def test_a_measure_fills_in_a_person_decides_and_both_are_kept(opened: Open) -> None:
    house = await opened()
    card = await drawn(house, twice=0)
    quinn = await house.enter("qa")
    at = f"/v1/quality/scorecards/{card}"
    before = (await quinn.get(at)).json()
    (measured,) = [one for one in before["measured"] if one["measure"] == "promise dated"]
    assert measured["value"] == 0
    (seen,) = measured["seen"]
    talk = (await quinn.get("/v1/conversations/chat-1")).json()
    assert "no time" in seen["what"]
    after = (await quinn.post(f"{at}/ratings", json=marks())).raise_for_status().json()
    assert [one for one in after["measured"] if one["measure"] == "promise dated"] == [measured]
    assert after["ratings"][0]["marks"][1]["level"] == 1
    assert talk["messages"]
    tom = await house.enter("agent")
    (own,) = (await tom.get("/v1/scorecards")).json()["scorecards"]
    assert (own["measured"], own["ratings"]) == (after["measured"], after["ratings"])


async def test_a_comment_quotes_a_message_and_every_point_is_decided(opened: Open) -> None:
    house = await opened()
    card = await drawn(house, twice=0)
    quinn = await house.enter("qa")
    at = f"/v1/quality/scorecards/{card}/ratings"
    assert_problem(await quinn.post(at, json=marks(comment="No date.")), 422, "quotes a message")
    assert_problem(await quinn.post(at, json=marks(comment="No date.", message_id="elsewhere")), 422, "quotes a message")
    assert_problem(await quinn.post(at, json=marks(3)), 422, "no level 3")
    assert_problem(await quinn.post(at, json={"marks": marks()["marks"][:1]}), 422, "Each point")
    async with house.application.database.read("default") as records:
        talk = await records.conversations.find("chat-1")
    assert talk is not None
    (await quinn.post(at, json=marks(comment="Nothing is named.", message_id=talk.messages[-1].id))).raise_for_status()
    assert_problem(await quinn.post(at, json=marks()), 409, "No rating")


async def test_the_second_person_sees_neither_the_first_nor_what_was_measured(opened: Open) -> None:
    house = await opened()
    card = await drawn(house, twice=1)
    quinn, quill = await house.enter("qa"), await house.enter("qa", name="Quill Ory")
    at = f"/v1/quality/scorecards/{card}"
    (await quinn.post(f"{at}/ratings", json=marks())).raise_for_status()
    assert_problem(await quinn.post(f"{at}/ratings", json=marks()), 409, "Somebody else")
    tom = await house.enter("agent")
    (await tom.post(f"/v1/scorecards/{card}/answer", json={"text": "I gave a day.", "second_look": True})).raise_for_status()
    blind = await quill.get(at)
    shown = blind.json()
    assert (shown["todo"], shown["blind"], shown["ratings"], shown["measured"], shown["answer"]) == ("second", True, [], [], "")
    assert shown["disputed"] is False
    assert "seen by one" not in blind.text
    listed = (await quill.get("/v1/quality/scorecards")).json()["scorecards"]
    assert [(one["todo"], one["disputed"]) for one in listed] == [("second", False)]
    seen = (await quill.post(f"{at}/ratings", json=marks(0))).raise_for_status().json()
    assert [one["role"] for one in seen["ratings"]] == ["first", "second"]
    (point, _) = (await quill.get("/v1/quality/scores")).json()["clarity"][0]["points"]
    assert (point["n"], point["same"]) == (1, 0)


async def test_a_disputed_score_counts_nowhere_until_somebody_else_decided(opened: Open) -> None:
    house = await opened()
    card = await drawn(house, twice=0)
    quinn, tom = await house.enter("qa"), await house.enter("agent")
    other = await house.enter("agent", name="Lea Brandt")
    at = f"/v1/quality/scorecards/{card}"
    assert_problem(await tom.post(f"/v1/scorecards/{card}/answer", json={"text": "I gave a day."}), 404)
    (await quinn.post(f"{at}/ratings", json=marks(0))).raise_for_status()
    assert_problem(await other.post(f"/v1/scorecards/{card}/answer", json={"text": "Not mine."}), 404)
    answer = {"text": "I gave a day.", "second_look": True}
    (await tom.post(f"/v1/scorecards/{card}/answer", json=answer)).raise_for_status()
    assert_problem(await tom.post(f"/v1/scorecards/{card}/answer", json=answer), 409)
    shown = (await quinn.get(at)).json()
    assert (shown["answer"], shown["disputed"], shown["todo"]) == ("I gave a day.", True, "waits")
    assert_problem(await quinn.post(f"{at}/ratings", json=marks()), 409)
    assert (await quinn.get("/v1/quality/scores")).json()["samples"][0]["disputed"] == 1
    decided = (await (await house.enter("qa", name="Quill Ory")).post(f"{at}/ratings", json=marks(2))).raise_for_status().json()
    assert (decided["disputed"], decided["answer"]) == (False, "I gave a day.")
    assert (await quinn.get("/v1/quality/scores")).json()["samples"][0]["disputed"] == 0


async def test_a_period_is_drawn_once(opened: Open) -> None:
    house = await opened()
    await drawn(house)
    quinn = await house.enter("qa")
    (sample,) = (await quinn.get("/v1/quality/scorecards")).json()["samples"]
    times = {"since": sample["since"], "until": sample["until"]}
    assert_problem(await quinn.post("/v1/quality/samples", json=times), 409, "drawn already")
    assert sample["seed"] == f"default/{sample['since'].replace('Z', '+00:00')}/{sample['until'].replace('Z', '+00:00')}"


def test_nothing_of_an_agents_message_is_sensed() -> None:
    """No measure imports what reads emotion."""
    import ast
    from pathlib import Path

    import copilot.measures

    for file in Path(copilot.measures.__path__[0]).glob("*.py"):
        imported = [node.module or "" for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
        assert not [name for name in imported if name.startswith("copilot.sensing") and name != "copilot.sensing.hours"], file


# Who may do what, whoever comes.


def person(ident: str) -> Caller:
    return Caller(tenant_id="default", role="qa", key_id="k", user_id=ident)


@pytest.mark.parametrize(("twice", "disputed", "roles"), list(product([False, True], [False, True], [(), ("first",), ("first", "second")])))
def test_no_role_is_given_twice_to_one_person_nor_to_the_agent(twice: bool, disputed: bool, roles: tuple[str, ...]) -> None:
    card = scorecard("t", None, twice=twice, disputed=disputed)
    ratings = tuple(rating(role=role, id=role, rater_id=f"q{n}") for n, role in enumerate(roles))
    scored = Scored(card=card, ratings=ratings)
    assert todo_of(scored, person("u1")) == "own"
    for who in ("q0", "q1", "q2"):
        todo = todo_of(scored, person(who))
        mine = [one.role for one in ratings if one.rater_id == who]
        assert not (todo == "second" and mine), "nobody is their own second opinion"
        assert not (todo == "decision" and "first" in mine), "nobody decides on their own rating"
        assert is_blind(scored, person(who)) is (todo == "second")


def rated(agent: str, level: int | None, team: str = "", chance: float = 0.5, **card: Any) -> Scored:
    given = {"id": new_id(), "sample_id": "s", "conversation_id": new_id(), "agent_id": agent, "team": team, "chance": chance}
    made = Scorecard.model_validate(given | {"risk": Risk(), "made_at": NOON} | card)
    mark = Mark(point="clear", level=level)
    first = Rating(id=new_id(), scorecard_id=made.id, rater_id="q", role="first", marks=(mark,), rated_at=NOON)
    return Scored(card=made, ratings=(first,))


def group(count: int, team: str, start: int = 0) -> list[Scored]:
    return [rated(f"{team}{n}", 2, team) for n in range(start, start + count)]


def test_a_figure_is_of_five_people_that_the_point_says_something_about() -> None:
    assert point_figures(POINT, group(LEAST - 1, "")).all is None
    assert point_figures(POINT, group(LEAST, "")).all is not None
    assert point_figures(POINT, [*group(LEAST - 1, ""), *[rated("0", 1) for _ in range(9)]]).all is None, "conversations are not people"
    assert point_figures(POINT, [*group(LEAST - 1, ""), rated("x", None)]).all is None, "who it does not apply to does not count"


@pytest.mark.parametrize(("rest", "shown"), [(0, True), (1, False), (4, False), (5, True)])
def test_no_figure_less_another_is_of_fewer_than_five(rest: int, shown: bool) -> None:
    found = point_figures(POINT, [*group(LEAST, "desk"), *group(rest, "night")])
    assert "desk" in found.teams
    assert (found.all is not None) is shown


def test_a_figure_is_weighted_by_the_chances_and_leaves_out_what_is_disputed() -> None:
    likely = [rated(f"a{n}", 0, chance=0.8) for n in range(LEAST)]
    rare = [rated(f"b{n}", 2, chance=0.2) for n in range(LEAST)]
    found = point_figures(POINT, [*likely, *rare]).all
    assert found is not None
    assert found.value == pytest.approx(0.8)
    disputed = [rated("c", 0, chance=0.01, disputed=True)]
    again = point_figures(POINT, [*likely, *rare, *disputed]).all
    assert again == found
