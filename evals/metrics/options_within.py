"""options within levers: nothing is offered that policy does not allow."""

from typing import Any, ClassVar

from copilot.domain.turn import Turn, TurnLever
from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.figures import figures, named
from evals.reading.record import sources


class OptionsWithin(CaseMetric):
    """Each option beside its lever: does it apply, who may say yes, and is there a figure in it that neither lever nor article holds."""

    name = "options within levers"
    ability: ClassVar[About] = "options"
    source = "RELIABILITY: no offer beyond the levers; CRAFT, Options."
    says = (
        "The share of options whose lever applies, whose approver is the lever's, and whose figures the lever or its article holds. One "
        "beyond them is a promise that somebody has to take back."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no options are shown."""
        options = [one for shown in outcome.shown("options") for one in shown.payload.get("options") or ()]
        if not options:
            return None
        beyond = [f"{one['title']} – {why}" for one in options if (why := _beyond(one, outcome.turn))]
        return Reading(1 - len(beyond) / len(options), "\n".join(beyond))


def _beyond(option: dict[str, Any], turn: Turn) -> str:
    texts = dict(sources(turn))
    said = f"{option['title']}\n{option['value']}"
    if option["lever_id"] is None:
        articles = [hit for hit in turn.evidence.passages if hit.article_id in option["basis"] or hit.title in option["basis"]]
        if not articles:
            return f"no article of the evidence allows it ({option['basis']})"
        return _figures(said, "\n".join(texts[f"passage:{hit.passage_id}"] for hit in articles))
    lever = next((one for one in turn.evidence.levers if one.id == option["lever_id"]), None)
    if lever is None:
        return f"there is no lever {option['lever_id']}"
    return _barred(option, lever, turn) or _figures(said, texts[f"lever:{lever.id}"])


def _barred(option: dict[str, Any], lever: TurnLever, turn: Turn) -> str:
    if lever.applies == "no" or (lever.until and lever.until < turn.as_of):
        return f"its lever does not apply ({lever.reason})"
    if lever.authority == "supervisor" and option["authority"] == "agent" and turn.agent.role != "supervisor" and not lever.grant_id:
        return "a supervisor has to say yes"
    if lever.applies == "unknown" and not option["confirm_first"]:
        return f"what has to be confirmed is not said ({lever.reason})"
    return ""


def _figures(said: str, allowed: str) -> str:
    holds = named(allowed)
    beyond = [figure.text for figure in figures(said) if not figure.supported_by & holds]
    return f"{', '.join(beyond)} stands neither in the lever nor in the article" if beyond else ""
