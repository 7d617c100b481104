"""`copilot eval calibrate`."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from evals.judge.calibration import Agreement


def calibrate(
    votes: Annotated[Path, typer.Argument(help="A file of votes (copilot eval duel makes one), or of people's points.")],
    judge: Annotated[str, typer.Option(help="A LiteLLM model name.")],
    judge_base: Annotated[str, typer.Option(help="Where the judge answers, if not at its vendor's.")] = "",
    budget: Annotated[float | None, typer.Option(min=0, help="Dollars that this command may spend.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask the judge again what it answered before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> int:
    """Ask a judge what people were asked, and say how far they agree: Cohen's kappa. Exit 1 where it is below .6."""
    from copilot.domain.errors import Invalid
    from evals.answers.asking import microusd, spending
    from evals.answers.purse import Purse
    from evals.answers.store import ANSWERS, Store
    from evals.judge.calibration import calibrate as compare
    from evals.judge.calibration import keep
    from evals.judge.model import Judge
    from evals.judge.votes import read_votes

    chosen, labels = read_votes(votes)
    if not chosen and not labels:
        raise Invalid(f"{votes} holds no votes.", todo="Make some: copilot eval duel A B.")
    purse = Purse(microusd(budget))

    async def run() -> "list[Agreement]":
        asked = Judge(judge, judge_base, None if no_cache else Store(ANSWERS), purse)
        try:
            return await compare(asked, chosen, labels)
        finally:
            await asked.close()

    found = asyncio.run(run())
    keep(found)
    if spent := spending(purse):
        sys.stderr.write(f"{spent}\n")
    if as_json:
        sys.stdout.write(json.dumps({"agreements": [one.model_dump(mode="json") for one in found]}, indent=1) + "\n")
    else:
        _print(found)
    return int(not found or any(not one.enough for one in found))


def _print(found: "Sequence[Agreement]") -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for column in ("", "asked by", "kappa", "95 %", "n", "the same", "judge"):
        table.add_column(column)
    for one in found:
        kappa = "cannot be told" if one.kappa is None else f"{one.kappa:.2f}"
        interval = "" if one.low is None or one.high is None else f"{one.low:.2f} to {one.high:.2f}"
        style = "green" if one.enough else "red"
        table.add_row(one.rubric, one.way, Text(kappa, style=style), interval, str(one.n), f"{one.same:.0%}", one.identity)
    Console().print(table)
