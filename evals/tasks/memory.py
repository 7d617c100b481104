"""Memory on very long public chats: what of one person's history an agent is shown, as the product chooses it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset
from inspect_ai.solver import Generate, Solver, TaskState, solver

from copilot.domain.knowledge import Article
from copilot.domain.memory import Memory
from copilot.domain.ports.search import Vectors
from copilot.memory.recall import CANDIDATES, rank
from evals.metrics.ranking import NEWEST, PLAIN, RANKING, RELEVANT
from evals.resources import shared
from evals.tasks.outside import CASE, keep, place, scorers
from evals.tasks.retrieval import Ready, ready, samples_of

SHOWN = 6
"""Memories that an agent is shown at most."""
WRITTEN = "%I:%M %p on %d %B, %Y"
"""How LoCoMo writes when two people spoke."""


@task
def memory(data: str = "", cache: str = "") -> Task:
    """LoCoMo's questions, each over its own chat's items only; `cache`: where vectors are kept between runs."""
    samples = list(samples_of(place(data, "history", "locomo"), "memory", cache))
    return Task(dataset=MemoryDataset(samples, name="memory"), solver=recalls(), scorer=scorers("memory"), version=2)


@solver
def recalls() -> Solver:
    """What is recalled when the person asks the question, the day after the last thing was said."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        facts = state.metadata[CASE]
        there, asked = await ready(facts), str(facts["question"])
        history = await shared(("history", facts["folder"], facts["chat"]), lambda: _history(there))
        question, vector = there.questions[asked].query.text, there.vectors[asked]
        ranking = history.recall(question, vector, len(history.memories))
        others = {**there.plain[asked], NEWEST: history.recall(question, vector, CANDIDATES)}
        found = {RANKING: ranking, RELEVANT: there.corpus.relevant[asked], PLAIN: others}
        return keep(state, found, "\n".join(ranking) or "nothing is shown")

    return solve


@dataclass(frozen=True)
class History:
    """What was ever said in one chat."""

    memories: list[Memory]
    """The newest first, as the record names them."""
    vectors: Mapping[str, Vectors]

    def recall(self, question: str, vector: Vectors, among: int) -> list[str]:
        """Ids of what the product shows, best first, of the newest `among`.

        LoCoMo's items are single turns of talk, several hundred for each person. The product keeps an episode for a conversation, and looks
        at no more of one person than CANDIDATES.
        """
        moment = self.memories[0].at + timedelta(days=1)
        found = rank(
            self.memories, self.vectors, vector, text=question, promises=(), channel="chat", as_of=moment, limit=SHOWN, among=among
        )
        return [one.id for one in found]


@asynccontextmanager
async def _history(there: Ready) -> AsyncIterator[History]:
    corpus = there.corpus
    memories = sorted((_memory(article) for article in corpus.articles), key=lambda one: one.at, reverse=True)
    yield History(memories, {one.article_id: vector for one, vector in zip(corpus.passages, corpus.vectors, strict=True)})


def _memory(article: Article) -> Memory:
    """One thing that was said, as an episode of the conversation it was said in."""
    said = datetime.strptime(article.title, WRITTEN).replace(tzinfo=UTC)
    chat, _, rest = article.id.partition(":")
    conversation = f"{chat}:{rest.partition(':')[0]}"
    return Memory(
        id=article.id,
        customer_id=chat,
        kind="episode",
        text=article.text,
        source=f"conversation:{conversation}",
        at=said,
        conversation_id=conversation,
    )
