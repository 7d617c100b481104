"""The fallback handover's story on real support dialogues, beside two plain ways to tell one."""

import json
from collections.abc import Mapping
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.formats import ConversationIn
from evals.baselines import lead, sentences_of, textrank
from evals.subject import Variant, subject
from evals.tasks.outside import CASE, keep, place, scorers

BETWEEN_M = 2
"""Minutes between two messages: the set has no times."""
DIALOGUE, REFERENCES = "dialogue", "references"


@task
def handover(data: str = "", part: str = "valid") -> Task:
    """TweetSumm (`part`: valid, or train to try things on), each dialogue as a conversation with nobody we know."""
    path = place(data, "handover", f"tweetsumm_{part}.jsonl")
    samples = [sample(json.loads(line)) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return Task(dataset=MemoryDataset(samples, name="handover"), solver=hands_over(), scorer=scorers("handover"), version=1)


def sample(row: Mapping[str, Any]) -> Sample:
    """One dialogue with its summaries."""
    said = [[turn["role_heuristic"], turn["text"]] for turn in row["turns"] if turn["text"].strip()]
    facts = {"ability": "handover", CASE: {DIALOGUE: said, REFERENCES: row["references"]}}
    return Sample(id=row["conversation_id"], input="\n".join(f"{who}: {text}" for who, text in said), metadata=facts)


def conversation(name: str, said: list[tuple[str, str]]) -> ConversationIn:
    """As a vendor's delivery would bring it; the last message a minute ago."""
    messages = [
        {"id": str(place), "author": who, "text": text, "sent_at": f"-PT{1 + BETWEEN_M * (len(said) - 1 - place)}M"}
        for place, (who, text) in enumerate(said)
    ]
    return ConversationIn.model_validate({"conversation_id": name, "channel": "social", "language": "en", "messages": messages})


@solver
def hands_over() -> Solver:
    """The whole graph once, asked for a handover."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        said = [(who, text) for who, text in state.metadata[CASE][DIALOGUE]]
        given = conversation(str(state.sample_id), said)
        _, suggestions = await (await subject(Variant())).application.suggest.once(DEFAULT_TENANT, given, ("handover",))
        payload = next(one.payload for one in suggestions if one.kind == "handover")
        split = sentences_of([text for _, text in said])
        told = {"story": " ".join(payload["story"]), "lead-3": " ".join(lead(split)), "TextRank": " ".join(textrank(split))}
        return keep(state, {**told, REFERENCES: state.metadata[CASE][REFERENCES]}, "\n".join(payload["story"]))

    return solve
