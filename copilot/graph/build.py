"""The graph: question → sense, recall, search → freeze → quiet period → one draft per wanted kind. The only place that knows LangGraph.

One run is one durable step (RELIABILITY, DBOS): nothing in a node talks to the durable engine. Results leave through the Watcher as they
are ready; a run that is repeated after a crash starts from the frozen Turn and skips what is saved.
"""

import operator
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from copilot.domain.base import new_id
from copilot.domain.memory import RankedMemory
from copilot.domain.ports.search import Embedder, VectorIndex
from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn
from copilot.graph import evidence
from copilot.graph.aside import Aside
from copilot.graph.case import Case, Knowledge, Watcher
from copilot.graph.draft import Drafter
from copilot.kinds import CATALOGUE, by_name
from copilot.kinds.base import Kind
from copilot.retrieval.search import Search, SearchResult
from copilot.sensing.emotion import Senser


@dataclass(frozen=True)
class Tools:
    """What the nodes work with; the same for all runs."""

    embedder: Embedder
    vectors: VectorIndex
    search: Search
    senser: Senser
    drafter: Drafter

    @property
    def aside(self) -> Aside:
        """Where pure work is done."""
        return self.drafter.aside


@dataclass(frozen=True)
class Run:
    """What belongs to one run."""

    tools: Tools
    knowledge: Knowledge
    watcher: Watcher
    only: tuple[str, ...] = ()
    """Kinds asked for by name: they run whether the turn wants them or not, and no others do."""
    also: tuple[str, ...] = ()
    """Kinds asked for on demand, beside those the turn wants."""
    done: frozenset[str] = frozenset()
    """Kinds that are saved already."""


class State(TypedDict, total=False):
    """What nodes hand on. `case` for a new turn, `turn` alone for one whose evidence is frozen."""

    case: Case
    question: evidence.Question
    feeling: evidence.Feeling
    memories: tuple[RankedMemory, ...]
    found: SearchResult
    turn: Turn
    wanted: bool
    kind: str
    timings: Annotated[dict[str, float], operator.or_]
    suggestions: Annotated[list[Suggestion], operator.add]


def build() -> Any:
    """The compiled graph. Invoke with a State and `context=Run(…)`."""
    graph = StateGraph(State, context_schema=Run)
    for name, node in (("question", _question), ("sense", _sense), ("recall", _recall), ("search", _search), ("freeze", _freeze)):
        graph.add_node(name, node)
    graph.add_node("quiet", _quiet)
    graph.add_node("draft", _draft)
    graph.add_conditional_edges(START, lambda state: "quiet" if "turn" in state else "question", ["quiet", "question"])
    for name in ("sense", "recall", "search"):
        graph.add_edge("question", name)
    graph.add_edge(["sense", "recall", "search"], "freeze")
    graph.add_edge("freeze", "quiet")
    graph.add_conditional_edges("quiet", _fan_out, ["draft", END])
    graph.add_edge("draft", END)
    return graph.compile()


async def run(graph: Any, state: State, context: Run) -> tuple[Turn, list[Suggestion]]:
    """One run to its end: the Turn with its timings, and the suggestions in the order of the catalogue."""
    started = time.perf_counter()
    end = await graph.ainvoke(state, context=context)
    timings = {**end.get("timings", {}), "total": _ms(started)}
    order = {kind.name: i for i, kind in enumerate(CATALOGUE)}
    suggestions = sorted(end.get("suggestions", []), key=lambda s: (order[s.kind], s.variant))
    turn: Turn = end["turn"]
    return turn.model_copy(update={"timings_ms": turn.timings_ms | timings}), suggestions


async def _question(state: State, runtime: Runtime[Run]) -> State:
    started = time.perf_counter()
    asked = await evidence.question(state["case"], runtime.context.tools.embedder)
    return {"question": asked, "timings": {"encode": _ms(started)}}


async def _sense(state: State, runtime: Runtime[Run]) -> State:
    started = time.perf_counter()
    tools = runtime.context.tools
    felt = await tools.aside(evidence.sense, state["case"], state["question"], tools.senser)
    return {"feeling": felt, "timings": {"sense": _ms(started)}}


async def _recall(state: State, runtime: Runtime[Run]) -> State:
    started = time.perf_counter()
    memories = await evidence.recall(state["case"], state["question"], runtime.context.tools.vectors)
    return {"memories": memories, "timings": {"recall": _ms(started)}}


async def _search(state: State, runtime: Runtime[Run]) -> State:
    started = time.perf_counter()
    context = runtime.context
    found = await evidence.search(state["case"], state["question"], context.tools.search, context.knowledge)
    return {"found": found, "timings": {"search": _ms(started)}}


async def _freeze(state: State, runtime: Runtime[Run]) -> State:
    started = time.perf_counter()
    context = runtime.context
    turn = await evidence.freeze(state["case"], state["question"], state["feeling"], state["memories"], state["found"], context.knowledge)
    spent = state["timings"]
    together = spent["encode"] + max(spent["sense"], spent["recall"], spent["search"]) + _ms(started)
    timings = spent | {"freeze": _ms(started), "evidence": together}
    turn = turn.model_copy(update={"timings_ms": timings})
    await context.watcher.frozen(turn, state["feeling"].sensed, evidence.vector_bytes(state["question"].new_vectors))
    return {"turn": turn, "timings": timings}


async def _quiet(state: State, runtime: Runtime[Run]) -> State:
    """The pause in which a burst ends; meanwhile the passages' sentences are measured."""
    context, turn = runtime.context, state["turn"]
    started = time.perf_counter()
    if not any(hit.fits for hit in turn.evidence.passages):
        turn = await evidence.fits(turn, context.tools.embedder)
        await context.watcher.measured(turn)
    spent = _ms(started)
    return {"turn": turn, "wanted": await context.watcher.wanted(turn), "timings": {"fits": spent}}


def _fan_out(state: State, runtime: Runtime[Run]) -> list[Send] | str:
    if not state["wanted"]:
        return END
    kinds = kinds_for(state["turn"], runtime.context)
    return [Send("draft", {"turn": state["turn"], "kind": kind.name}) for kind in kinds] or END


def kinds_for(turn: Turn, context: Run) -> Sequence[Kind]:
    """The kinds to draft: those asked for, or those that want the turn; not those that are saved."""
    if context.only:
        chosen = [by_name(name) for name in context.only]
    else:
        allowed = set(turn.settings.kinds)
        chosen = [k for k in CATALOGUE if k.name in context.also or (k.name in allowed and k.wanted(turn) is not None)]
    return [kind for kind in chosen if kind.name not in context.done]


async def _draft(state: State, runtime: Runtime[Run]) -> State:
    context, turn, kind = runtime.context, state["turn"], by_name(state["kind"])
    ident = new_id()

    async def grows(so_far: str) -> None:
        await context.watcher.text(turn, kind.name, ident, so_far)

    async with context.watcher.alone(turn, kind.name) as free:
        if not free:
            return {"suggestions": []}
        assigned = await context.watcher.assigned(turn, kind.name)
        drafted = await context.tools.drafter.draft(turn, kind, ident, grows, assigned)
        await context.watcher.drafted(turn, [(one.suggestion, one.sent) for one in drafted])
    return {"suggestions": [one.suggestion for one in drafted]}


def _ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000
