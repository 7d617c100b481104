"""Search on public sets, through the product's own search, beside plain ways to search the same text."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from copilot.adapters.embedder import make_embedder
from copilot.domain.ports.search import Embedder, Vectors
from evals.bench.search import Corpus, Indexed, Question, Ranking, baselines, chats, encoded, indexed, load, read_questions
from evals.metrics.ranking import PLAIN, RANKING, RELEVANT
from evals.resources import shared
from evals.tasks.outside import CASE, KEPT, chosen, in_turn, keep, place, scorers

SETS = ("stackfaq", "workarena_kb", "dstc11_turns")


@task
def retrieval(data: str = "", sets: str | list[str] = "", cache: str = "") -> Task:
    """Questions of the BEIR folders `sets` in `data`/retrieval, one of each in turn; `cache`: where vectors are kept between runs."""
    there = sorted(folder.name for folder in place(data, "retrieval").iterdir() if folder.is_dir())
    folders = [place(data, "retrieval", name) for name in chosen(sets or SETS, sorted({*SETS, *there}))]
    samples = list(in_turn([samples_of(folder, "retrieval", cache) for folder in folders]))
    return Task(dataset=MemoryDataset(samples, name="retrieval"), solver=searches(), scorer=scorers("retrieval"), version=2)


def samples_of(folder: Path, ability: str, cache: str) -> Iterator[Sample]:
    """One for each question of a BEIR folder."""
    questions, relevant = read_questions(folder)
    for question in questions:
        asked = {"folder": str(folder), "question": question.id, "chat": question.chat, "cache": cache}
        facts = {"set": folder.name, "ability": ability, CASE: asked}
        yield Sample(id=f"{folder.name}-{question.id}", input=question.whole, target=list(relevant[question.id]), metadata=facts)


@dataclass(frozen=True)
class Ready:
    """What is searched, with every question of it."""

    index: Indexed
    questions: Mapping[str, Question]
    vectors: Mapping[str, Vectors]
    """Of each question's text."""
    plain: Mapping[str, Mapping[str, Ranking]]
    """By question, then by method (PLAIN)."""

    @property
    def corpus(self) -> Corpus:
        """Its items, and which of them answer."""
        return self.index.corpus


@solver
def searches() -> Solver:
    """Asks the product's search, as `compose` asks it for a conversation."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        facts = state.metadata[CASE]
        there, asked = await ready(facts), str(facts["question"])
        ranking = await there.index.ask(there.questions[asked], there.vectors[asked])
        found = {RANKING: ranking, RELEVANT: there.corpus.relevant[asked], PLAIN: there.plain[asked]}
        return keep(state, found, "\n".join(ranking) or "nothing was found")

    return solve


async def ready(facts: Mapping[str, str]) -> Ready:
    """What a sample's question is asked of: opened by whoever asks first."""
    folder, chat, kept = Path(facts["folder"]), facts["chat"], Path(facts["cache"] or KEPT)
    return await shared(("ready", folder, chat), lambda: _ready(folder, chat, kept))


@asynccontextmanager
async def _ready(folder: Path, chat: str, kept: Path) -> AsyncIterator[Ready]:
    corpus = await shared(("corpus", folder), lambda: _loaded(folder, kept))
    embedder = await shared("embedder", _embedder)
    mine = next(one for one in chats(corpus) if not chat or one.questions[0].chat == chat)
    texts = [one.query.text for one in mine.questions]
    vectors = await encoded(texts, embedder, kept)
    # As the usual baseline has it: plain BM25, without stems, on the text that ours gets.
    plain = await asyncio.to_thread(lambda: baselines(mine, texts, vectors, stems=False))
    async with indexed(mine, embedder) as index:
        yield Ready(
            index,
            {one.id: one for one in mine.questions},
            {one.id: vector for one, vector in zip(mine.questions, vectors, strict=True)},
            {one.id: {way: plain[way][place_] for way in plain} for place_, one in enumerate(mine.questions)},
        )


@asynccontextmanager
async def _loaded(folder: Path, kept: Path) -> AsyncIterator[Corpus]:
    yield await load(folder, await shared("embedder", _embedder), kept)


@asynccontextmanager
async def _embedder() -> AsyncIterator[Embedder]:
    embedder = make_embedder()
    try:
        yield embedder
    finally:
        await embedder.close()
