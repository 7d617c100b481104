"""The adapter's parts by themselves: growing text, errors, waiting times, breaker, budget."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from copilot.adapters.models.answers import BadAnswer, instructed, read
from copilot.adapters.models.breaker import Breaker
from copilot.adapters.models.budget import Budget
from copilot.adapters.models.failures import Failure, retry_after, translated
from copilot.adapters.models.partial import GrowingText
from copilot.adapters.privacy import PresidioPrivacy
from copilot.domain.errors import Unavailable
from copilot.domain.ports.models import ChatMessage
from tests.adapters.models.questions import NoPatterns, Reply, allowed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MASKER = PresidioPrivacy(NoPatterns()).masker(("Maria Schmidt", "QX7P2M"))


class Flat(BaseModel):
    one: str
    two: str


@given(one=st.text(), two=st.text(), size=st.integers(1, 7), escaped=st.booleans())
def test_growing_text_only_grows_and_ends_whole(one: str, two: str, size: int, escaped: bool) -> None:
    raw = json.dumps({"one": one, "two": two}, ensure_ascii=escaped)
    growing = GrowingText(("one", "two"), MASKER)
    seen = [text for end in [*range(0, len(raw), size), len(raw)] if (text := growing.grown(raw[:end])) is not None]
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))
    assert seen[-1:] == [text for text in ["\n\n".join(part for part in (one, two) if part)] if text] or "\u27e6" in one + two


def test_growing_text_waits_for_the_whole_placeholder() -> None:
    growing = GrowingText(("one",), MASKER)
    assert growing.grown('{"one": "Dear ⟦NA') == "Dear "
    assert growing.grown('{"one": "Dear ⟦NAME_2') is None
    assert growing.grown('{"one": "Dear ⟦NAME_2⟧, ') == "Dear Maria, "


@pytest.mark.parametrize("raw", ["", "Of course.", "[1, 2", "{{{", '{"one": 5', '{"other": "x"'])
def test_what_is_no_text_shows_nothing(raw: str) -> None:
    assert GrowingText(("one",), MASKER).grown(raw) is None


def test_a_bad_answer_names_the_fields_and_quotes_no_value() -> None:
    with pytest.raises(BadAnswer) as caught:
        read('{"one": 5, "three": "⟦NAME_1⟧"}', Flat, MASKER)
    assert "one" in str(caught.value)
    assert "two" in str(caught.value)
    assert "Maria" not in str(caught.value)


def test_the_rules_of_form_stand_in_the_first_system_message() -> None:
    asked = (ChatMessage(role="system", content="Rules."), ChatMessage(role="user", content="⟦NAME_1⟧ asks."))
    told = instructed(asked, Reply, spell_out=True)
    assert told[0].content.startswith("Rules.\n\nAnswer with one JSON object")
    assert "copy it whole" in told[0].content
    assert told[1:] == asked[1:]
    assert instructed(asked[:1], Reply, spell_out=False) == asked[:1]
    assert instructed((ChatMessage(role="user", content="x"),), Reply, spell_out=True)[0].role == "system"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: Mapping[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOON) == seconds


def test_an_error_of_any_kind_is_a_failure_that_may_pass() -> None:
    assert translated(KeyError("choices"), NOON).passing
    wrapped = RuntimeError("mid stream")
    wrapped.original_exception = _Refusal(429, {"Retry-After": "7"})  # type: ignore[attr-defined]  # as LiteLLM's MidStreamFallbackError has it
    assert translated(wrapped, NOON).wait_s == 7
    assert not translated(_Refusal(422, {}), NOON).blames_model


class _Refusal(Exception):
    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__("refused")
        self.status_code = status
        self.response = SimpleNamespace(headers=headers)


class Clock:
    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment

    def passes(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def fail(breaker: Breaker, failure: Failure) -> None:
    with pytest.raises(Failure), breaker.attempt():
        raise failure


def test_a_breaker_opens_after_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker(2, 30, Clock())
    fail(breaker, Failure("down"))
    with breaker.attempt():
        pass
    fail(breaker, Failure("down"))
    assert breaker.paused_s() == 0
    fail(breaker, Failure("down"))
    assert breaker.paused_s() == 30


def test_a_question_at_fault_does_not_open_it() -> None:
    breaker = Breaker(1, 30, Clock())
    fail(breaker, Failure("too long", blames_model=False))
    assert breaker.paused_s() == 0


def test_after_the_pause_one_question_tries_and_the_others_wait_for_it() -> None:
    clock = Clock()
    breaker = Breaker(1, 30, clock)
    fail(breaker, Failure("down"))
    clock.passes(31)
    with breaker.attempt(), pytest.raises(Failure, match="left alone"), breaker.attempt():
        raise AssertionError("a second one was let through")
    assert breaker.paused_s() == 0


def test_a_failed_trial_opens_it_again_and_a_cancelled_one_does_not() -> None:
    clock = Clock()
    breaker = Breaker(3, 30, clock)
    for _ in range(3):
        fail(breaker, Failure("down"))
    clock.passes(31)
    with pytest.raises(KeyboardInterrupt), breaker.attempt():
        raise KeyboardInterrupt
    assert breaker.paused_s() == 0
    fail(breaker, Failure("down"))
    assert breaker.paused_s() == 30


def test_it_keeps_the_pause_the_provider_asks_for() -> None:
    breaker = Breaker(1, 30, Clock())
    fail(breaker, Failure("busy", passing=True, wait_s=90))
    assert breaker.paused_s() == 90


async def test_waste_counts_for_its_tenant_and_its_day() -> None:
    clock = Clock()

    async def spent(_: str) -> int:
        return 40

    budget = Budget(spent, allowed(100), clock)
    budget.waste("one", 60)
    await budget.check("other")
    with pytest.raises(Unavailable, match="daily budget is spent"):
        await budget.check("one")
    clock.passes(24 * 3600)
    await budget.check("one")
