"""The encoder does not answer: what is searched and read by words goes on, and the agent is told."""

from collections.abc import Sequence
from pathlib import Path

from copilot.adapters.hash_embedder import HashEmbedder
from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.errors import Unavailable
from copilot.domain.formats import ConversationIn
from copilot.domain.knowledge import Article
from copilot.domain.ports.search import Vectors
from copilot.testing.application import close_application, make_application, open_application


class Fallible(HashEmbedder):
    """Answers until it is `down`."""

    down = False

    async def encode(self, texts: Sequence[str]) -> Vectors:
        if self.down:
            raise Unavailable("The encoder litellm/some/model cannot be used: it did not answer in time.")
        return await super().encode(texts)


async def test_a_turn_is_answered_by_words(tmp_path: Path) -> None:
    encoder = Fallible()
    application = make_application(tmp_path / "data", embedder=encoder)
    await open_application(application)
    text = "A surfboard travels as sports baggage and costs 45 EUR each way. It may be 3 metres long."
    await application.knowledge.save(DEFAULT_TENANT, [Article(id="surf", title="Surfboards", text=text, status="published")])
    asked = {"id": "m1", "author": "customer", "text": "What does a surfboard cost as sports baggage?", "sent_at": "-PT2M"}
    given = ConversationIn.model_validate({"conversation_id": "surf-1", "channel": "chat", "language": "en", "messages": [asked]})
    encoder.down = True
    turn, suggestions = await application.suggest.once(DEFAULT_TENANT, given, ["reply", "cue"])
    assert [hit.article_id for hit in turn.evidence.passages] == ["surf"]
    assert "Searched by words only" in turn.evidence.coverage.reason
    assert {one.kind for one in suggestions} == {"reply", "cue"}
    found = await application.knowledge.search(DEFAULT_TENANT, "surfboard as sports baggage")
    assert [hit.article_id for hit in found.hits] == ["surf"]
    assert "words only" in found.degraded
    encoder.down = False
    turn, _ = await application.suggest.once(DEFAULT_TENANT, given, ["reply"])
    assert "words only" not in turn.evidence.coverage.reason
    await close_application(application)
