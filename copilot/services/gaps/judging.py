"""Does knowledge cover a question, as a turn would find it? Asked of past turns, of imported conversations and of open gaps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen, new_id
from copilot.domain.conversation import Conversation, Message
from copilot.domain.knowledge import Hit
from copilot.domain.ports.records import Records
from copilot.domain.ports.search import Embedder, PassageFilter
from copilot.domain.turn import Coverage
from copilot.graph import evidence
from copilot.graph.case import Case, Knowledge
from copilot.graph.evidence import Question
from copilot.retrieval.coverage import judge
from copilot.retrieval.query import SearchQuery, compose
from copilot.retrieval.search import Search
from copilot.sensing.language import detect
from copilot.services.conversations.cases import load
from copilot.services.searching.indexing import Indexes


class Judged(Frozen):
    """What search finds now, and whether it covers the question."""

    hits: tuple[Hit, ...]
    coverage: Coverage

    @property
    def covered_by(self) -> str:
        """The article that answers; empty when none does."""
        return self.hits[0].article_id if self.coverage.covered and self.hits else ""


@dataclass(frozen=True)
class Judging:
    """The search of a turn and the verdict on it. `engine` and `knowledge` may be those of knowledge as it would be."""

    indexes: Indexes
    engine: Search
    reader: Callable[[str], Knowledge]
    clock: Callable[[], datetime]

    @property
    def embedder(self) -> Embedder:
        return self.indexes.embedder

    async def case(self, records: Records, conversation: Conversation, as_of: datetime) -> Case:
        """What was known of a conversation then."""
        return await load(records, conversation, turn_id=new_id(), as_of=as_of, embedder=self.embedder)

    async def asked(self, case: Case) -> Question:
        """The open question of a case, encoded; nothing of it is sensed."""
        return await evidence.question(case, self.embedder, sensing=False)

    async def turn(self, case: Case, asked: Question, engine: Search | None = None, knowledge: Knowledge | None = None) -> Judged:
        """What the case's question finds in the articles of today: an old question is asked anew."""
        today = case.model_copy(update={"as_of": self.clock()})
        found = await evidence.search(today, asked, engine or self.engine, knowledge or self.reader(case.tenant_id))
        return Judged(hits=found.hits, coverage=judge(asked.query, found.hits, asked.window))

    async def question(self, tenant: str, text: str, engine: Search | None = None, knowledge: Knowledge | None = None) -> Judged:
        """The same for a question that stands alone."""
        message, query = self._alone(text)
        collection = await self.indexes.serving(tenant, "passages")
        source = knowledge or self.reader(tenant)
        known = (await self.embedder.encode([query.text]))[0]
        found = await (engine or self.engine).search(
            tenant,
            collection,
            query,
            source,
            PassageFilter(at=self.clock()),
            query_vector=known,
            steering=await source.steering(query, known),
        )
        return Judged(hits=found.hits, coverage=judge(query, found.hits, [message]))

    def _alone(self, text: str) -> tuple[Message, SearchQuery]:
        message = Message(id="question", author="customer", text=text, sent_at=self.clock())
        return message, compose([message], [message.id], detect(text))
