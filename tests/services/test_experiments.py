"""An experiment through the real service: two arms, sticky, judged by what agents do, and stopped when it does harm."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from copilot.adapters.prompts import FilePrompts, prompts_folder
from copilot.domain.experiments import arm_of
from copilot.domain.tenant import TenantSettings
from copilot.kinds import by_name
from copilot.services.quality.experiment_watch import EVERY
from copilot.services.quality.experiments import DRAWN, asks_for
from copilot.settings import Settings
from copilot.testing.engine import InlineEngine
from copilot.testing.models import ScriptedModels
from copilot.testing.provider import ScriptedProvider, answers
from tests.adapters.database import samples
from tests.api.house import House, assert_problem, of_kind
from tests.services.conftest import Open
from tests.services.models import GOOD, asking

REPLIES = TenantSettings(company="Ternway", quiet_period_s=0, kinds=("cue", "reply"))
PLAN: dict[str, Any] = {"name": "Shorter", "reason": "They cut the end of it.", "kinds": ["reply"], "share": 0.5, "conversations": 400}
SHIPPED = (prompts_folder() / "reply.md").read_text(encoding="utf-8")
SHORTER = SHIPPED.replace("version: 1", "version: 2").replace("Two to five", "Two or three")
OTHER = "openai/other"


def set_up(tmp_path: Path, **changed: Any) -> Settings:
    given = {"data_dir": tmp_path, "embedder": "hash", "model": "openai/scripted", "experiment_models": (OTHER,)}
    return Settings.model_validate(given | changed)


async def house_with(opened: Open, provider: ScriptedProvider, tmp_path: Path) -> House:
    return await opened(tenant=REPLIES, models=asking(provider), settings=set_up(tmp_path))


async def start(house: House, **changed: Any) -> dict[str, Any]:
    quinn = await house.enter("qa")
    made: dict[str, Any] = (await quinn.post("/v1/quality/experiments", json=PLAN | changed)).raise_for_status().json()
    return made


async def asked(house: House, provider: ScriptedProvider, ref: str, **answer: Any) -> dict[str, Any]:
    """Somebody writes; the reply that was drafted."""
    provider.script(answers(GOOD | answer), to="ReplyAnswer")
    return of_kind(await house.begin(ref, customer=None, assurance=None), "reply")


async def arm(house: House, reply: dict[str, Any]) -> str:
    async with house.application.database.read("default") as records:
        found = await records.suggestions.get(reply["id"])
    assert found is not None
    return found.arm


async def look(house: House) -> None:
    """What the dispatcher's sweep does a minute later."""
    house.clock.forward(seconds=EVERY.total_seconds() + 1)
    await house.application.dispatcher.sweep()
    engine = house.application.engine
    assert isinstance(engine, InlineEngine)
    await engine.idle()


async def decide(house: House, reply: dict[str, Any], action: str) -> None:
    tom = await house.enter("agent")
    given = {"id": f"d-{reply['id']}", "action": action}
    (await tom.post(f"/v1/suggestions/{reply['id']}/decisions", json=given)).raise_for_status()
    if action == "used":
        (await tom.post(f"/v1/suggestions/{reply['id']}/sent", json={"text": reply["text"]})).raise_for_status()


async def shown(house: House, experiment: str) -> dict[str, Any]:
    quinn = await house.enter("qa")
    found: dict[str, Any] = (await quinn.get(f"/v1/quality/experiments/{experiment}")).raise_for_status().json()
    return found


async def test_two_arms_are_judged_by_what_agents_do_and_harm_stops_it(opened: Open, provider: ScriptedProvider, tmp_path: Path) -> None:
    house = await house_with(opened, provider, tmp_path)
    made = await start(house, model=OTHER, prompts={"reply": SHORTER})
    async with house.application.database.read("default") as records:
        experiment = await records.experiments.get(made["id"])
    assert experiment is not None
    arms: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    number = 0
    while min(len(arms["control"]), len(arms["variant"])) < 4:
        number += 1
        reply = await asked(house, provider, f"chat-{number}")
        which = await arm(house, reply)
        talk = (await (await house.enter("agent")).get(f"/v1/suggestions/{reply['id']}")).json()
        expected: tuple[str, str] = (OTHER, "reply@2:") if which == "variant" else ("openai/scripted", "reply@1:")
        assert (talk["model"], talk["prompt"][:8]) == expected
        async with house.application.database.read("default") as records:
            found = await records.conversations.find(f"chat-{number}")
        assert found is not None
        assert which == arm_of(experiment, found.id)
        arms[which].append(reply)
        await decide(house, reply, "used" if which == "control" else "dismissed")
        assert "arm" not in talk, "agents are not told"
    before = await shown(house, made["id"])
    assert before["state"] == "running"
    for which, used in (("control", 1.0), ("variant", 0.0)):
        figures = before["results"][which]
        assert (figures["drafts"], figures["settled"], figures["used"]["value"]) == (len(arms[which]), len(arms[which]), used)
    assert before["results"]["control"]["changed"]["value"] == 0
    assert before["results"]["variant"]["changed"] is None
    assert before["results"]["harm"] == [], "so few conversations say nothing yet"

    await look(house)
    await fill(house, made["id"], range(46), used="control")
    assert (await shown(house, made["id"]))["state"] == "running", "nobody looked since"
    await look(house)
    over = await shown(house, made["id"])
    assert (over["state"], over["over"], over["results"]["conversations"]) == ("stopped", "harm", number + 46)
    events = (await (await house.enter("admin")).get("/v1/events", params={"limit": 500})).json()["events"]
    assert [one["data"]["over"] for one in events if one["type"] == "quality.experiment_stopped"] == ["harm"]

    # From then on every conversation gets the control, and is no part of it.
    after = [await asked(house, provider, f"late-{n}") for n in range(6)]
    assert {await arm(house, one) for one in after} == {""}
    assert {one["model"] for one in after} == {"openai/scripted"}
    assert (await shown(house, made["id"]))["results"] == over["results"]


async def test_a_conversation_keeps_its_arm_over_a_restart_and_a_greater_share(
    opened: Open, provider: ScriptedProvider, tmp_path: Path
) -> None:
    house = await house_with(opened, provider, tmp_path)
    made = await start(house, model=OTHER, share=0.4)
    first: dict[str, str] = {}
    while set(first.values()) != {"control", "variant"}:
        ref = f"chat-{len(first)}"
        first[ref] = await arm(house, await asked(house, provider, ref))
        assert first[ref]
    house = await house_with(opened, provider, tmp_path)
    program = await house.enter("integrator")

    async def again(ref: str, message: str) -> str:
        provider.script(answers(GOOD), to="ReplyAnswer")
        said = {"id": message, "author": "customer", "text": "And my other flight, what about that refund?", "sent_at": "-PT1S"}
        (await program.post(f"/v1/conversations/{ref}/messages", json=said)).raise_for_status()
        await house.settle()
        return await arm(house, of_kind((await program.get(f"/v1/conversations/{ref}/suggestions")).json(), "reply"))

    assert {ref: await again(ref, "m2") for ref in first} == first
    quinn = await house.enter("qa")
    (await quinn.patch(f"/v1/quality/experiments/{made['id']}", json={"share": 0.9})).raise_for_status()
    assert_problem(await quinn.patch(f"/v1/quality/experiments/{made['id']}", json={"share": 0.5}), 409, "Stop it")
    then = {ref: await again(ref, "m3") for ref in first}
    assert [ref for ref in first if first[ref] == "variant" and then[ref] != "variant"] == []


async def test_a_variant_stands_behind_the_same_walls(opened: Open, provider: ScriptedProvider, tmp_path: Path) -> None:
    """A sum that stands nowhere is withheld in both arms, and what works without a model takes its place."""
    house = await house_with(opened, provider, tmp_path)
    made = await start(house, model=OTHER)
    seen: list[str] = []
    while len(set(seen)) < 2:
        provider.script(answers(GOOD | {"resolution": "I have sent you a gift of 900 EUR, and a free upgrade."}), to="ReplyAnswer")
        turn = await house.begin(f"chat-{len(seen)}", customer=None, assurance=None)
        replies = [one for one in turn["suggestions"] if one["kind"] == "reply"]
        seen.append(await arm(house, replies[0]))
        assert seen[-1]
        assert [(one["state"], one["producer"]) for one in replies] == [("withheld", "model"), ("proposed", "fallback")]
        assert not [one for one in replies if "900" in one["text"]]
    results = (await shown(house, made["id"]))["results"]
    assert [results[which]["withheld"]["value"] for which in ("control", "variant")] == [1.0, 1.0]
    assert results["variant"]["drafts"] + results["control"]["drafts"] == len(seen)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("changed", "count", "ends"), [({"budget_microusd": 10}, 4, "budget"), ({}, 50, "planned"), ({"ends_at": HOUR}, 4, "date")]
)
async def test_it_ends_as_planned(opened: Open, tmp_path: Path, changed: dict[str, Any], count: int, ends: str) -> None:
    """Money, size, date: looked at by the sweep, and said. One thing less, and it goes on."""
    house = await opened(tenant=REPLIES, models=ScriptedModels(), settings=set_up(tmp_path), furnish=False)
    if ends == "date":
        changed = {"ends_at": (house.clock() + HOUR).isoformat()}
    made = await start(house, model=OTHER, conversations=50, **changed)
    await fill(house, made["id"], range(count - 2))
    await look(house)
    assert (await shown(house, made["id"]))["over"] is None
    await fill(house, made["id"], range(count - 2, count))
    house.clock.forward(hours=1 if ends == "date" else 0)
    await look(house)
    over = await shown(house, made["id"])
    assert (over["state"], over["over"]) == ("ended", ends)
    await look(house)
    assert (await shown(house, made["id"])) == over


async def fill(house: House, experiment: str, numbers: Iterable[int], *, used: str = "") -> None:
    """Conversations with a reply each, every other one in the variant, for 5 millionths of a dollar. `used`: the arm whose were taken."""
    async with house.application.database.write("default") as records:
        for number in numbers:
            customer, conversation = await samples.talking(records, f"filled-{number}")
            await records.turns.mint(f"turn-{number}", conversation.id, [], samples.NOON)
            await records.turns.freeze(samples.frozen(f"turn-{number}", conversation, customer))
            which = "variant" if number % 2 else "control"
            given: dict[str, Any] = {"experiment_id": experiment, "arm": which, "producer": "model", "cost_microusd": 5}
            made = await records.suggestions.put(samples.draft(f"turn-{number}", **given))
            if which == used:
                await records.suggestions.decide(samples.decision(made.id))
            await records.turns.retire(conversation.id)


async def test_stopped_by_hand_it_is_over_at_once(opened: Open, provider: ScriptedProvider, tmp_path: Path) -> None:
    house = await house_with(opened, provider, tmp_path)
    made = await start(house, model=OTHER, share=0.9)
    quinn = await house.enter("qa")
    at = f"/v1/quality/experiments/{made['id']}"
    assert await arm(house, await asked(house, provider, "before")) in ("control", "variant")
    (await quinn.post(f"{at}/stop", json={"note": "The tone is off."})).raise_for_status()
    assert await arm(house, await asked(house, provider, "after")) == ""
    over = await shown(house, made["id"])
    assert (over["state"], over["over"], over["note"]) == ("stopped", "hand", "The tone is off.")
    assert_problem(await quinn.post(f"{at}/stop", json={}), 409, "over")
    assert_problem(await quinn.patch(at, json={"share": 0.9}), 409, "over")
    await start(house, model=OTHER)


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "a kind that no model drafts": ({"kinds": ["cue"], "model": OTHER}, 422, "Choose from reply, questions, options, handover"),
    "a model nobody allowed": ({"model": "evil/model"}, 422, "COPILOT_EXPERIMENT_MODELS"),
    "what runs already": ({"model": "openai/scripted"}, 422, "another model"),
    "nothing": ({}, 422, "Give other prompts"),
    "a prompt of another kind": ({"prompts": {"options": SHORTER}}, 422, "Send only: reply"),
    "a prompt that is none": ({"prompts": {"reply": "Be nice."}}, 422, "front matter"),
    "a prompt without a field of the answer": ({"prompts": {"reply": SHORTER.replace("`citations`", "sources")}}, 422, "`citations`"),
    "an end before its beginning": ({"model": OTHER, "ends_at": "2020-01-01T00:00:00Z"}, 422, "later end"),
    "everybody": ({"model": OTHER, "share": 1.0}, 422, "share"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_could_not_be_tried_is_refused_with_what_to_do(opened: Open, tmp_path: Path, what: str) -> None:
    changed, status, words = REFUSED[what]
    house = await opened(models=ScriptedModels(name="openai/scripted"), settings=set_up(tmp_path), furnish=False)
    quinn = await house.enter("qa")
    assert_problem(await quinn.post("/v1/quality/experiments", json=PLAN | changed), status, words)
    assert (await quinn.get("/v1/quality/experiments")).json() == {"experiments": []}


async def test_one_experiment_at_a_time_for_a_kind(opened: Open, tmp_path: Path) -> None:
    house = await opened(models=ScriptedModels(name="openai/scripted"), settings=set_up(tmp_path), furnish=False)
    quinn = await house.enter("qa")
    await start(house, model=OTHER)
    assert_problem(await quinn.post("/v1/quality/experiments", json=PLAN | {"model": OTHER}), 409, "“Shorter”", "reply", "Stop it")
    both = PLAN | {"model": OTHER, "kinds": ["options", "reply"]}
    assert_problem(await quinn.post("/v1/quality/experiments", json=both), 409, "reply")
    await start(house, model=OTHER, kinds=["options"])


async def test_without_a_model_there_is_nothing_to_try(opened: Open) -> None:
    house = await opened(furnish=False)
    quinn = await house.enter("qa")
    assert_problem(await quinn.post("/v1/quality/experiments", json=PLAN | {"model": OTHER}), 409, "COPILOT_MODEL")


def test_the_prompts_that_ship_could_be_tried() -> None:
    """What is asked of a variant holds for them, so that a changed copy is refused for its change only."""
    kinds = [by_name(name) for name in DRAWN]
    texts = {str(kind.prompt): (prompts_folder() / f"{kind.prompt}.md").read_text(encoding="utf-8") for kind in kinds}
    FilePrompts(prompts_folder()).instead(texts)
    for kind in kinds:
        asks_for(str(kind.prompt), texts[str(kind.prompt)], kind.answer)


async def test_a_variant_prompt_that_fails_leaves_the_agent_a_draft(opened: Open, tmp_path: Path) -> None:
    """As after an upgrade in which the prompt is given other variables."""
    house = await opened(tenant=REPLIES, models=ScriptedModels(name="openai/scripted"), settings=set_up(tmp_path))
    made = await start(house, prompts={"reply": SHORTER}, share=0.9)
    drafter = house.application.drafting.tools.drafter
    drafter.variants[made["id"]] = FilePrompts(tmp_path)  # knows no prompt at all
    models = house.application.models
    assert isinstance(models, ScriptedModels)
    models.queue(*[GOOD] * 60)
    number, which = 0, "control"
    while which == "control":
        number += 1
        reply = of_kind(await house.begin(f"chat-{number}", customer=None, assurance=None), "reply")
        which = await arm(house, reply)
    assert (which, reply["state"], reply["producer"]) == ("variant", "proposed", "fallback")
    assert "being tried" in reply["reason"]
