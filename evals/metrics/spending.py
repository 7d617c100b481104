"""tokens in, tokens out, cached, dollars: what a case's drafts cost."""

from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, Better, CaseMetric, Reading, Unit
from evals.outcome import Outcome


class _Spending(CaseMetric):
    """None of them counts where no model took part."""

    ability: ClassVar[About] = "cost"
    better: ClassVar[Better] = "lower"
    source = "The provider's own count, as the installation stores it."

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None without an answer of a model."""
        return Reading(self.count(outcome)) if any(one.usage.calls for one in outcome.suggestions) else None

    def count(self, outcome: Outcome) -> float:
        """Over all suggestions of a case."""
        raise NotImplementedError


class TokensIn(_Spending):
    """Prompts, evidence included."""

    name = "tokens in"
    unit: ClassVar[Unit] = "tokens"
    says = "Tokens that a provider read for one case, all kinds together."

    def count(self, outcome: Outcome) -> float:
        return float(sum(one.usage.input_tokens for one in outcome.suggestions))


class TokensOut(_Spending):
    """Answers."""

    name = "tokens out"
    unit: ClassVar[Unit] = "tokens"
    says = "Tokens that a provider wrote for one case, all kinds together."

    def count(self, outcome: Outcome) -> float:
        return float(sum(one.usage.output_tokens for one in outcome.suggestions))


class Cached(_Spending):
    """Of what was read, what the provider had read before."""

    name = "cached"
    better: ClassVar[Better] = "higher"
    says = "The share of tokens in that the provider read from its cache: they cost a tenth, and come sooner."

    def count(self, outcome: Outcome) -> float:
        read = sum(one.usage.input_tokens for one in outcome.suggestions)
        return sum(one.usage.cached_tokens for one in outcome.suggestions) / read if read else 0.0


class Dollars(_Spending):
    """By the price list of LiteLLM."""

    name = "dollars"
    unit: ClassVar[Unit] = "dollars"
    says = "What one case costs, all kinds together."

    def count(self, outcome: Outcome) -> float:
        return sum(one.cost_microusd for one in outcome.suggestions) / 1e6
