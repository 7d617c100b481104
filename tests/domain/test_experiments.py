"""Who gets the variant: the same conversations everywhere and always, more of them with a greater share, none less."""

from datetime import timedelta
from uuid import UUID

from copilot.domain.experiments import active, arm_of, assigned
from tests.adapters.database.samples import NOON, experiment, minutes

CONVERSATIONS = [str(UUID(int=number)) for number in range(4000)]


def test_the_share_gets_the_variant_and_keeps_it_when_more_do() -> None:
    few, more = experiment(share=0.1), experiment(share=0.4)
    first = {one for one in CONVERSATIONS if arm_of(few, one) == "variant"}
    then = {one for one in CONVERSATIONS if arm_of(more, one) == "variant"}
    assert first < then
    assert abs(len(first) / len(CONVERSATIONS) - 0.1) < 0.02
    assert abs(len(then) / len(CONVERSATIONS) - 0.4) < 0.03


def test_only_the_key_says_who() -> None:
    """Of the id alone nothing can be told, and who is in one experiment's variant is in another's by chance."""
    one, other = experiment(share=0.5), experiment(share=0.5, salt="cd" * 32)
    same = [arm_of(one, c) == arm_of(other, c) for c in CONVERSATIONS]
    assert abs(sum(same) / len(same) - 0.5) < 0.04
    renamed = experiment(share=0.5, id="another", name="Longer", model="x/y")
    assert [arm_of(renamed, c) for c in CONVERSATIONS[:99]] == [arm_of(one, c) for c in CONVERSATIONS[:99]]


def test_the_control_is_made_with_what_is_set() -> None:
    one = experiment(share=0.5, prompts={"reply": "text"})
    arms = {arm: assigned(one, c) for c in CONVERSATIONS[:50] for arm in (arm_of(one, c),)}
    assert (arms["control"].model, arms["control"].prompts) == ("", {})
    assert (arms["variant"].model, arms["variant"].prompts) == ("openai/other", {"reply": "text"})
    assert {one.experiment_id for one in arms.values()} == {"experiment"}


def test_a_kind_is_tried_only_while_its_experiment_runs() -> None:
    one = experiment(begins_at=NOON, ends_at=NOON + timedelta(hours=1))
    assert active([one], "reply", NOON) == one
    assert active([one], "options", NOON) is None
    assert active([one], "reply", minutes(-1)) is None
    assert active([one], "reply", minutes(60)) is None
    assert active([one.model_copy(update={"state": "stopped"})], "reply", NOON) is None
