"""What an experiment came to, counted by hand."""

from typing import Any

import pytest

from copilot.domain.experiments import Outcome
from copilot.measures.experiments import results
from tests.adapters.database.samples import NOON, experiment

FREE: dict[str, Any] = {"input_tokens": 0, "output_tokens": 0, "cost_microusd": 0}


def outcome(conversation: str, arm: str, turn: str = "", **changed: Any) -> Outcome:
    plain: dict[str, Any] = {"conversation_id": conversation, "turn_id": turn or f"turn-{conversation}", "kind": "reply", "arm": arm}
    made = {"state": "proposed", "flagged": False, "producer": "model", "model": "m", "prompt": "reply@1:ab", "latency_ms": 1000.0}
    spent = {"input_tokens": 100, "output_tokens": 20, "cost_microusd": 500, "settled": True, "used": True, "changed": None}
    return Outcome.model_validate(plain | made | spent | changed)


def test_every_figure_is_counted_per_time_drafted() -> None:
    """A withheld draft and the one without a model in its place are one; what was silent was not used; open turns do not count yet."""
    found = results(
        experiment(),
        [
            outcome("a", "control", used=True, changed=0.2),
            outcome("a", "control", "turn-a2", used=False, flagged=True),
            outcome("b", "control", used=False, state="abstained", cost_microusd=0),
            outcome("c", "control", settled=False, used=False),
            outcome("v", "variant", state="withheld", used=False, latency_ms=900.0),
            outcome("v", "variant", producer="fallback", model="", prompt="", changed=0.5, **FREE),
        ],
        NOON,
    )
    control, variant = found.control, found.variant
    assert (control.conversations, control.drafts, control.settled, found.conversations) == (3, 4, 3, 3)
    assert control.used is not None
    assert (control.used.k, control.used.n) == (1, 3)
    assert control.flagged is not None
    assert (control.flagged.k, control.flagged.n) == (1, 4)
    assert control.abstained is not None
    assert (control.abstained.k, control.abstained.n) == (1, 4)
    assert control.changed is not None
    assert (control.changed.value, control.changed.n) == (0.2, 1)
    assert control.spent_microusd == 1500
    assert (variant.drafts, variant.spent_microusd) == (1, 500)
    assert variant.withheld is not None
    assert (variant.withheld.k, variant.withheld.n) == (1, 1)
    assert variant.used is not None
    assert variant.used.k == 1
    assert variant.input_tokens is not None
    assert variant.input_tokens.value == 100
    assert variant.latency_ms is not None
    assert variant.latency_ms.value == 1000
    assert variant.made_with == {"m, reply@1:ab": 1}
    assert found.harm == ()


def both(count: int, control: int, variant: int, **changed: Any) -> list[Outcome]:
    """`count` conversations of each arm; the first so many were used."""
    made = [outcome(f"c{n}", "control", used=n < control) for n in range(count)]
    return made + [outcome(f"v{n}", "variant", used=n < variant, **changed) for n in range(count)]


@pytest.mark.parametrize(
    ("control", "variant", "harm"),
    [(60, 60, ()), (60, 20, ("used",)), (20, 60, ()), (60, 50, ())],
    ids=["same", "worse", "better", "a little"],
)
def test_only_what_is_worse_is_harm(control: int, variant: int, harm: tuple[str, ...]) -> None:
    assert results(experiment(), both(80, control, variant), NOON).harm == harm


def test_more_that_is_withheld_is_harm_though_as_many_are_used() -> None:
    drafts = both(80, 40, 40) + [outcome(f"v{n}", "variant", state="withheld", producer="model") for n in range(30)]
    assert results(experiment(), drafts, NOON).harm == ("withheld",)


def test_nothing_is_harm_before_there_are_enough_conversations() -> None:
    assert results(experiment(), both(24, 24, 0), NOON).harm == ()
    assert results(experiment(), both(25, 25, 0), NOON).harm == ("used",)


def test_differences_stand_with_what_would_have_been_seen() -> None:
    found = {one.figure: one for one in results(experiment(), both(80, 60, 60, cost_microusd=900), NOON).differences}
    used = found["used"]
    assert used.value == 0
    assert not used.seen
    assert 0.15 < used.least_seen < 0.25
    assert used.at_any_time is not None
    assert used.at_any_time[0] < used.low < 0 < used.high < used.at_any_time[1]
    cost = found["cost_microusd"]
    assert (cost.value, cost.seen, cost.at_any_time) == (400, True, None)
    assert "changed" not in found
