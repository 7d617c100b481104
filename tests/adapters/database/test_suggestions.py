import pytest

from copilot.adapters.database import SqlDatabase
from copilot.domain.case import SentText
from copilot.domain.conversation import Conversation
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.ports.models import ChatMessage
from copilot.domain.ports.records import Records
from copilot.domain.suggestion import CheckResult, Citation, Usage
from tests.adapters.database.samples import decision, draft, minutes, talking


async def minted(records: Records, ref: str = "1") -> tuple[Conversation, str]:
    _, conversation = await talking(records, ref)
    await records.turns.mint(f"turn-{ref}", conversation.id, [], minutes(0))
    return conversation, f"turn-{ref}"


async def test_a_suggestion_comes_back_as_given(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        conversation, turn_id = await minted(records)
        suggestion = draft(
            turn_id,
            payload={"acknowledgement": "a", "n": [1, {"b": None}]},
            citations=(Citation(span=(0, 4), source="passage:p1"),),
            checks=(CheckResult(name="numbers", outcome="flag", detail="5", span=(2, 3)),),
            usage=Usage(input_tokens=900, calls=1),
            cost_microusd=5_000_000_000,
            latency_ms=12.25,
        )
        sent = (ChatMessage(role="system", content="rules"), ChatMessage(role="user", content="<<1>>"))
        assert await records.suggestions.put(suggestion, sent) == suggestion
    async with database.read("default") as records:
        assert await records.suggestions.get(suggestion.id) == suggestion
        assert await records.suggestions.of_conversation(conversation.id) == [suggestion]
        assert await records.suggestions.provider_call(suggestion.id) == list(sent)
        assert await records.suggestions.provider_call("none") == []


async def test_the_first_draft_of_a_kind_and_variant_stays(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, turn_id = await minted(records)
        first = await records.suggestions.put(draft(turn_id, text="first"))
        assert await records.suggestions.put(draft(turn_id, text="second"), (ChatMessage(role="user", content="x"),)) == first
        await records.suggestions.put(draft(turn_id, variant=1))
        assert len(await records.suggestions.of_turn(turn_id)) == 2
        assert await records.suggestions.provider_call(first.id) == []
        with pytest.raises(Conflict):
            await records.suggestions.put(draft(turn_id, "cue", id=first.id))
        with pytest.raises(NotFound):
            await records.suggestions.put(draft("nowhere"))


async def test_a_decision_is_stored_once_and_answers_again(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, turn_id = await minted(records)
        suggestion = await records.suggestions.put(draft(turn_id))
        made = decision(suggestion.id, action="edited", text="Dear Ann", part=0)
        stored, new = await records.suggestions.decide(made)
        again, second = await records.suggestions.decide(made.model_copy(update={"decided_at": minutes(50)}))
    assert (stored, new, again, second) == (made, True, made, False)


@pytest.mark.parametrize("change", [{"action": "dismissed"}, {"text": "other"}, {"part": 1}, {"user_id": "u2"}, {"reason": "tone"}])
async def test_a_decision_id_is_for_one_decision(database: SqlDatabase, change: dict[str, object]) -> None:
    async with database.write("default") as records:
        _, turn_id = await minted(records)
        suggestion = await records.suggestions.put(draft(turn_id))
        made = decision(suggestion.id)
        await records.suggestions.decide(made)
        with pytest.raises(Conflict):
            await records.suggestions.decide(made.model_copy(update=change))
        assert await records.suggestions.decisions(suggestion.id) == [made]


async def test_a_stale_suggestion_can_be_decided_and_is_marked(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        conversation, turn_id = await minted(records)
        suggestion = await records.suggestions.put(draft(turn_id))
        await records.turns.retire(conversation.id)
        stored, _ = await records.suggestions.decide(decision(suggestion.id))
        with pytest.raises(NotFound):
            await records.suggestions.decide(decision("nothing"))
    assert stored.stale


async def test_the_first_look_counts_and_enters_the_decision(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        _, turn_id = await minted(records)
        suggestion = await records.suggestions.put(draft(turn_id))
        for when in (1, 2):
            await records.suggestions.seen(suggestion.id, "displayed", "u1", minutes(when))
        await records.suggestions.seen(suggestion.id, "copied", "u2", minutes(3))
        stored, _ = await records.suggestions.decide(decision(suggestion.id))
        with pytest.raises(Invalid):
            await records.suggestions.seen(suggestion.id, "liked", "u1", minutes(1))
    assert (stored.displayed_at, stored.copied_at) == (minutes(1), None)


async def test_a_sent_text_is_stored_once_per_message(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        conversation, turn_id = await minted(records)
        suggestion = await records.suggestions.put(draft(turn_id))
        sent = SentText(
            id="s1",
            conversation_id=conversation.id,
            message_id=conversation.messages[0].id,
            suggestion_id=suggestion.id,
            text="Dear Ann",
            edit_distance=0.25,
            sent_at=minutes(7),
        )
        assert await records.suggestions.put_sent(sent) == (sent, True)
        assert await records.suggestions.put_sent(sent.model_copy(update={"id": "s2"})) == (sent, False)
        assert await records.suggestions.sent_of(conversation.id) == [sent]
