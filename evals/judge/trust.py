"""Whether a run's judge may be believed, and what to say where it may not."""

from typing import Any, NamedTuple

from evals.judge.calibration import ENOUGH, Agreement, kept
from evals.metrics import CATALOGUE
from evals.metrics.judged import JudgedMetric
from evals.runs import Run


class Standing(NamedTuple):
    """One judged metric of a run: its judge, and how far people agree with it."""

    metric: str
    identity: str
    agreement: Agreement | None
    own: bool
    """It judges what the same model wrote (models favour their own: Panickssery et al. 2024)."""

    @property
    def doubt(self) -> str:
        """What is to be said; empty: nothing."""
        said = []
        if self.agreement is None:
            said.append(f"the judge {self.identity} is not calibrated: let people vote (copilot eval duel), then copilot eval calibrate")
        elif not self.agreement.enough:
            told = "cannot be told" if self.agreement.kappa is None else f"is {self.agreement.kappa:.2f}, {ENOUGH:g} is wanted"
            said.append(f"the judge {self.identity} does not agree with people enough: kappa {told} (n = {self.agreement.n})")
        if self.own:
            said.append("it judges drafts that the same model wrote")
        return f"{self.metric}: {'; '.join(said)}." if said else ""

    def data(self) -> dict[str, Any]:
        """For programs."""
        found = self.agreement.model_dump(mode="json") if self.agreement else None
        return {"metric": self.metric, "judge": self.identity, "agreement": found, "doubt": self.doubt}


def standings(run: Run) -> list[Standing]:
    """Of every judged metric in the run."""
    found = {}
    for row in run.rows:
        if isinstance(CATALOGUE.get(row.metric), JudgedMetric):
            found[row.metric] = str(row.version).partition(" ")[2]
    return [Standing(name, who, kept(who), who.partition(" ")[0] == run.tried.get("model")) for name, who in found.items()]


def doubts(run: Run) -> list[str]:
    """What has to be said in red, wherever the run's figures are shown."""
    return [standing.doubt for standing in standings(run) if standing.doubt]
