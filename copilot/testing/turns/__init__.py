"""Turns for tests: real-looking cases of the sample company, each one call.

`CASES` names them all. Every builder takes `**changes`: fields of the Turn, or of its evidence or emotion, to replace, so a test
says only what it is about: `furious(assurance=Assurance.NONE)`, `calm_adviser(heat=70.0)`. Times count back from `NOW`.
"""

from collections.abc import Callable, Mapping

from copilot.domain.turn import Turn
from copilot.testing.turns.hotel import asks_for_supervisor, customer_fault
from copilot.testing.turns.languages import german, spanish, unmeasured
from copilot.testing.turns.parts import AGENT, NOW, SETTINGS, ago, detail, found, hit, lever, memory, mood, said, turn
from copilot.testing.turns.questions import answered, bot_failed, calm_adviser, conflict, letter, stranger, thanks, uncovered, unproven
from copilot.testing.turns.refund import furious, furious_but_polite, public_post

__all__ = [
    "AGENT",
    "CASES",
    "NOW",
    "SETTINGS",
    "ago",
    "answered",
    "asks_for_supervisor",
    "bot_failed",
    "calm_adviser",
    "conflict",
    "customer_fault",
    "detail",
    "found",
    "furious",
    "furious_but_polite",
    "german",
    "hit",
    "letter",
    "lever",
    "memory",
    "mood",
    "public_post",
    "said",
    "spanish",
    "stranger",
    "thanks",
    "turn",
    "uncovered",
    "unmeasured",
    "unproven",
]

CASES: Mapping[str, Callable[..., Turn]] = {
    case.__name__: case
    for case in (
        furious,
        furious_but_polite,
        calm_adviser,
        unproven,
        bot_failed,
        uncovered,
        customer_fault,
        german,
        spanish,
        thanks,
        conflict,
        public_post,
        asks_for_supervisor,
        letter,
        stranger,
        unmeasured,
        answered,
    )
}
