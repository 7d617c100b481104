"""Are questions in a language that the encoder does not read told from those that articles answer? `python -m evals.bench languages`.

Beside it the same search believing the encoder in every language, as one with a multilingual model would be believed.
"""

import asyncio
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from copilot.adapters.embedder import make_embedder
from copilot.domain.knowledge import Hit
from copilot.domain.ports.search import Embedder
from copilot.retrieval.coverage import THRESHOLD
from evals.bench.coverage import asked, company, opened
from evals.bench.search import encoded

Rows = list[dict[str, Any]]


class Answered(NamedTuple):
    """A question, whether an article in its own language answers, the articles that do, and what was found."""

    own: bool
    answers: frozenset[str]
    hits: tuple[Hit, ...]

    @property
    def covered(self) -> bool:
        return bool(self.hits) and self.hits[0].score >= THRESHOLD

    @property
    def right(self) -> bool:
        return bool(self.hits) and self.hits[0].article_id in self.answers


def measure() -> Rows:
    """Two rows: what counts as covered, and how often the right article is among the first."""
    return asyncio.run(_measure())


async def _measure() -> Rows:
    cases = yaml.safe_load((files("evals.bench") / "language_cases.yaml").read_text(encoding="utf-8"))
    shipped, believing = make_embedder(), make_embedder(languages=("en", *cases))
    try:
        ours, before = await _ask(cases, shipped), await _ask(cases, believing)
    finally:
        await shipped.close()
        await believing.close()
    return [
        _row("questions in a language that the encoder does not read, covered by the wrong article", *map(_bluffs, (ours, before))),
        _row("  counted as covered where an article in their own language answers", *map(_kept, (ours, before))),
        _row("  with the right article among six passages, whatever its language", *map(_within, (ours, before))),
    ]


async def _ask(cases: dict[str, list[dict[str, Any]]], embedder: Embedder) -> list[Answered]:
    corpus = await company(embedder, [])
    locales = {article.id: article.locale for article in corpus.articles}
    found = []
    with opened(corpus, embedder) as house:
        await house.fill()
        for language, questions in cases.items():
            for question in questions:
                query = asked(question["ask"]).model_copy(update={"language": language})
                hits = await house.find(query, (await encoded([query.text], embedder))[0])
                own = any(locales[article] == language for article in question["answers"])
                found.append(Answered(own, frozenset(question["answers"]), hits))
    return found


def _row(figure: str, value: str, believing: str) -> dict[str, Any]:
    return {"figure": figure, "value": f"{value} (believing the encoder: {believing})", "target": "printed"}


def _bluffs(found: list[Answered]) -> str:
    return f"{sum(one.covered and not one.right for one in found)} of {len(found)}"


def _kept(found: list[Answered]) -> str:
    own = [one for one in found if one.own]
    return f"{sum(one.covered and one.right for one in own)} of {len(own)}"


def _within(found: list[Answered]) -> str:
    answerable = [one for one in found if one.answers]
    return f"{sum(any(hit.article_id in one.answers for hit in one.hits) for one in answerable)} of {len(answerable)}"
