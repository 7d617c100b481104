from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.memory import Memory, Promise, RankedMemory
from copilot.memory.recall import CANDIDATES, Vector, rank
from tests.memory.builders import NOW, memory, promise

TEXT = "Third time I write about the 142 euro refund for the Lisbon flight. Where is it?"
LISBON = memory("Customer in chat: “refund the 142 EUR for the Lisbon flight”", name="lisbon", days=60)
LOUNGE = memory("Customer in chat: “may my colleague use the lounge in Frankfurt”", name="lounge", days=400)


def ranked(*candidates: Memory, text: str = TEXT, promises: tuple[Promise, ...] = (), **more: object) -> tuple[RankedMemory, ...]:
    options: dict[str, object] = {"channel": "chat", "as_of": NOW} | more
    return rank(candidates, {}, None, text=text, promises=promises, **options)  # type: ignore[arg-type] # options are plain test values


def test_only_what_this_turn_needs_is_shown() -> None:
    assert [m.id for m in ranked(LOUNGE, LISBON)] == ["lisbon"]


def test_a_promise_not_kept_comes_first_and_says_so() -> None:
    late = promise("I will refund the 142 EUR by Friday", due=NOW - timedelta(days=3), conversation_id="k-lisbon")
    best = ranked(LOUNGE, LISBON, promises=(late,))[0]
    assert best.id == "lisbon"
    assert best.why == "the same Lisbon refund, promised and not kept"
    assert best.score > ranked(LISBON)[0].score


def test_a_promise_not_kept_is_shown_even_when_something_else_is_asked() -> None:
    late = promise("I will refund the 142 EUR by Friday", due=NOW - timedelta(days=3), conversation_id="k-lisbon")
    [only] = ranked(LISBON, text="May I bring a guitar?", promises=(late,))
    assert only.why == "something else, promised and not kept"
    assert ranked(LISBON, text="May I bring a guitar?") == ()


def test_our_mistake_and_repeated_contacts_are_named() -> None:
    wrong = memory("Customer by e-mail: “Lisbon refund of 142 missing”", name="wrong", days=20, fault="company", resolved=False)
    [ours] = [m for m in ranked(wrong, LISBON) if m.id == "wrong"]
    assert ours.why == "the same matter (Lisbon refund), and it was our mistake"
    again = memory("Customer by e-mail: “Lisbon refund of 142 still missing”", name="again", days=20)
    assert {m.why for m in ranked(again, LISBON)} == {"the same matter (Lisbon refund): this is the third contact about it"}


def test_meaning_counts_where_words_differ() -> None:
    a, b = memory("Où est mon argent?", name="a"), memory("Quel temps fait-il?", name="b")
    vectors: dict[str, Vector] = {"a": np.array([1, 0], np.float32), "b": np.array([0, 1], np.float32)}
    query = np.array([1, 0], np.float32)
    found = rank([a, b], vectors, query, text=TEXT, promises=(), channel="chat", as_of=NOW)
    assert [m.id for m in found] == ["a"]
    assert found[0].why.startswith("close to this in meaning")


def test_a_wish_about_calls_matters_when_calls_do() -> None:
    wish = memory("no calls before 17:00", name="wish", kind="preference", conversation_id=None)
    assert ranked(wish, text="Can you call me about it?")[0].id == "wish"
    assert ranked(wish, text="My bag is missing", channel="phone")[0].id == "wish"
    assert ranked(wish, text="My bag is missing") == ()


def test_near_duplicates_are_shown_once() -> None:
    wish = memory("window seat on the Lisbon flight", name="w1", kind="preference")
    twin = memory("window seat on the Lisbon flight, please", name="w2", kind="preference")
    assert len(ranked(wish, twin, text="a window seat for the Lisbon flight")) == 1


def test_what_is_pending_expired_or_later_does_not_exist() -> None:
    gone = [
        LISBON.model_copy(update={"id": "1", "state": "pending"}),
        LISBON.model_copy(update={"id": "2", "expires_at": NOW - timedelta(days=1)}),
        LISBON.model_copy(update={"id": "3", "at": NOW + timedelta(days=1)}),
    ]
    assert ranked(*gone) == ()


def test_sensitive_memories_only_guide() -> None:
    told = LISBON.model_copy(update={"sensitive": True, "use": "quotable"})
    assert ranked(told)[0].use == "guide"


@given(st.lists(st.tuples(st.text(max_size=40), st.floats(0, 3000)), max_size=20), st.text(max_size=60), st.integers(1, 8))
def test_at_most_a_handful_best_first_each_with_a_reason(items: list[tuple[str, float]], text: str, limit: int) -> None:
    candidates = [memory(words, name=str(i), days=days) for i, (words, days) in enumerate(items)]
    found = rank(candidates, {}, None, text=text, promises=(), channel="chat", as_of=NOW, limit=limit)
    assert len(found) <= limit
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)
    assert all(m.why and 0 <= m.score <= 1 for m in found)


def test_more_candidates_than_agreed_are_not_read() -> None:
    many = [LOUNGE.model_copy(update={"id": str(i)}) for i in range(CANDIDATES)]
    assert ranked(*many, LISBON) == ()
