"""Experiments as they are kept: one end, a share that only grows, and what became of each draft."""

from typing import Any

from copilot.adapters.database import SqlDatabase
from copilot.domain.case import SentText
from copilot.domain.experiments import ArmFigures, Results
from copilot.domain.ports.records import Records
from copilot.domain.suggestion import CheckResult, Usage
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes

QUOTES = CheckResult(name="facts", outcome="pass", detail='the word "flag" stands in it')
FLAG = CheckResult(name="facts", outcome="flag", detail="not on record")
IN_ARM: dict[str, Any] = {"experiment_id": "experiment", "arm": "variant", "producer": "model", "model": "m", "prompt": "reply@1:ab"}


async def drafted(records: Records, ref: str, *, action: str = "", sent: float | None = None, over: bool = False, **values: Any) -> None:
    customer, conversation = await samples.talking(records, ref)
    await records.turns.mint(f"turn-{ref}", conversation.id, [], NOON)
    await records.turns.freeze(samples.frozen(f"turn-{ref}", conversation, customer))
    made = await records.suggestions.put(samples.draft(f"turn-{ref}", id=f"draft-{ref}", **(IN_ARM | values)))
    if action:
        await records.suggestions.decide(samples.decision(made.id, action=action))
    if sent is not None:
        given = {"id": f"sent-{ref}", "conversation_id": conversation.id, "message_id": conversation.messages[0].id}
        left = given | {"suggestion_id": made.id, "text": "It is here.", "edit_distance": sent, "sent_at": NOON}
        await records.suggestions.put_sent(SentText.model_validate(left))
    if over:
        await records.turns.retire(conversation.id)


async def test_what_became_of_every_draft(database: SqlDatabase) -> None:
    usage = Usage(input_tokens=100, output_tokens=20, calls=1)
    async with database.write("default") as records:
        await records.experiments.add(samples.experiment())
        await drafted(records, "open", usage=usage, cost_microusd=7, latency_ms=12.5)
        await drafted(records, "over", over=True)
        await drafted(records, "used", action="used")
        await drafted(records, "dismissed", action="dismissed")
        await drafted(records, "sent", sent=0.25, checks=(QUOTES,))
        await drafted(records, "flagged", action="edited", checks=(QUOTES, FLAG))
        await drafted(records, "other", action="used", experiment_id="another")
        await drafted(records, "none", action="used", experiment_id="", arm="")
        found = {one.turn_id.removeprefix("turn-"): one for one in await records.experiments.outcomes("experiment")}
    assert {name: (one.settled, one.used, one.flagged, one.changed) for name, one in found.items()} == {
        "open": (False, False, False, None),
        "over": (True, False, False, None),
        "used": (True, True, False, None),
        "dismissed": (True, False, False, None),
        "sent": (True, True, False, 0.25),
        "flagged": (True, True, True, None),
    }
    one = found["open"]
    assert (one.arm, one.kind, one.model, one.prompt, one.input_tokens, one.output_tokens) == (
        "variant",
        "reply",
        "m",
        "reply@1:ab",
        100,
        20,
    )
    assert (one.cost_microusd, one.latency_ms) == (7, 12.5)


async def test_an_experiment_ends_once_and_its_share_only_grows(database: SqlDatabase) -> None:
    arms = {"control": ArmFigures(arm="control"), "variant": ArmFigures(arm="variant")}
    results = Results.model_validate({"as_of": NOON, "conversations": 3, **arms})
    async with database.write("default") as records:
        made = samples.experiment(share=0.2, prompts={"reply": "Grüße\n"})
        await records.experiments.add(made)
        assert await records.experiments.get("experiment") == made
        assert not await records.experiments.widen("experiment", 0.2)
        assert await records.experiments.widen("experiment", 0.3)
        assert await records.experiments.looked("experiment", minutes(1), results)
        (running,) = await records.experiments.running()
        assert (running.share, running.looked_at, running.results) == (0.3, minutes(1), results)
        over = {"state": "stopped", "over": "harm", "over_at": minutes(2), "results": results}
        assert await records.experiments.finish(running.model_copy(update=over))
        assert not await records.experiments.finish(running.model_copy(update=over | {"over": "hand"}))
        assert not await records.experiments.widen("experiment", 0.9)
        assert not await records.experiments.looked("experiment", minutes(3), results)
        assert await records.experiments.running() == []
        (kept,) = await records.experiments.all()
        assert (kept.state, kept.over, kept.over_at, kept.share) == ("stopped", "harm", minutes(2), 0.3)
