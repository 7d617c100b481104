"""Search on public sets, through the product's own search: `retrieval` over articles, `memory` over one person's long history."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from copilot.adapters.embedder import make_embedder
from copilot.domain.ports.search import Embedder
from evals.bench.search import Corpus, Indexed, Question, chats, indexed, load, read_questions
from evals.resources import shared
from evals.tasks.outside import CASE, in_turn, keep, place, scorers

SETS = "stackfaq,workarena_kb,dstc11_turns"


@task
def retrieval(data: str = "", sets: str = SETS) -> Task:
    """Questions of the BEIR folders `sets` in `data`/retrieval, one of each in turn."""
    folders = [place(data, "retrieval", name) for name in sets.split(",")]
    samples = list(in_turn([_samples(folder, "retrieval") for folder in folders]))
    return Task(dataset=MemoryDataset(samples, name="retrieval"), solver=searches(), scorer=scorers("retrieval"), version=1)


@task
def memory(data: str = "") -> Task:
    """LoCoMo's questions, each over its own chat's items only."""
    samples = list(_samples(place(data, "history", "locomo"), "memory"))
    return Task(dataset=MemoryDataset(samples, name="memory"), solver=searches(), scorer=scorers("memory"), version=1)


def _samples(folder: Path, ability: str) -> Iterator[Sample]:
    questions, relevant = read_questions(folder)
    for question in questions:
        asked = {"folder": str(folder), "question": question.id, "chat": question.chat}
        facts = {"set": folder.name, "ability": ability, CASE: asked}
        yield Sample(id=f"{folder.name}-{question.id}", input=question.whole, target=list(relevant[question.id]), metadata=facts)


@solver
def searches() -> Solver:
    """Asks the product's search, as `compose` asks it for a conversation."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        facts = state.metadata[CASE]
        folder, chat = Path(facts["folder"]), str(facts["chat"])
        index = await shared(("index", folder, chat), lambda: _indexed(folder, chat))
        asked = _asked(index.corpus, str(facts["question"]))
        ranking = await index.ask(asked)
        found = {"ranking": ranking, "relevant": index.corpus.relevant[asked.id]}
        return keep(state, found, "\n".join(ranking) or "nothing was found")

    return solve


def _asked(corpus: Corpus, question: str) -> Question:
    return next(one for one in corpus.questions if one.id == question)


@asynccontextmanager
async def _indexed(folder: Path, chat: str) -> AsyncIterator[Indexed]:
    corpus = await shared(("corpus", folder), lambda: _loaded(folder))
    mine = next(one for one in chats(corpus) if not chat or one.questions[0].chat == chat)
    async with indexed(mine, await shared("embedder", _embedder)) as index:
        yield index


@asynccontextmanager
async def _loaded(folder: Path) -> AsyncIterator[Corpus]:
    yield await load(folder, await shared("embedder", _embedder))


@asynccontextmanager
async def _embedder() -> AsyncIterator[Embedder]:
    embedder = make_embedder()
    try:
        yield embedder
    finally:
        await embedder.close()
