"""`copilot eval duel`."""

import getpass
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from copilot.commands.output import say

if TYPE_CHECKING:
    from evals.duel.result import Result


def duel(
    a: Annotated[str, typer.Argument(help="A run, or `human`: what people really sent, where samples have it.")],
    b: Annotated[str, typer.Argument(help="Another run, or `human`.")],
    pairs: Annotated[int, typer.Option(min=1, help="How many pairs.")] = 50,
    voter: Annotated[str, typer.Option(help="Who votes. The same name again goes on. Default: your user name.")] = "",
    votes: Annotated[Path | None, typer.Option(help="The file of votes. Default: .evals/duels/A-vs-B.jsonl.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page. Default: one that is free.")] = 0,
    show: Annotated[bool, typer.Option("--result", help="Only say how it stands.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --result: JSON, for programs.")] = False,
) -> int:
    """Choose blind between two versions on a page of this machine: ← and → choose, ↓ says neither. Fifty pairs take ten minutes."""
    from copilot.domain.errors import NotFound
    from evals.duel.ballot import Ballot
    from evals.duel.pages import Duel
    from evals.duel.pairs import draw
    from evals.duel.result import result
    from evals.judge.votes import read_votes
    from evals.runs import HOME

    file = votes or HOME / "duels" / f"{_plain(a)}-vs-{_plain(b)}.jsonl"
    if not show:
        drawn = draw(a, b, pairs)
        ballot = Ballot(drawn.pairs, voter or getpass.getuser(), file)
        _serve(Duel(drawn, ballot, file).app(), port)
    found = read_votes(file)[0] if file.is_file() else []
    if not found:
        raise NotFound(f"{file} holds no votes yet.", todo=f"Vote: copilot eval duel {a} {b}")
    tally = result(found)
    if as_json:
        sys.stdout.write(json.dumps(as_data(tally), indent=1) + "\n")
    else:
        _print(tally)
        say(f"Votes: {file}. How far a judge agrees with them: copilot eval calibrate {file} --judge MODEL")
    return 0


def _serve(app: Any, port: int, listening: Callable[[str], None] = say) -> None:
    """Until Ctrl-C."""
    import socket

    import uvicorn

    with socket.create_server(("127.0.0.1", port)) as here:
        listening(f"Open http://127.0.0.1:{here.getsockname()[1]}/ in a browser. Ctrl-C ends it; every vote is kept.")
        uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off")).run(sockets=[here])


def as_data(found: "Result") -> dict[str, Any]:
    """What `--json` prints."""
    tallies = {one.about: {**one._asdict(), "word": one.word} for one in (found.all, *found.abilities)}
    return {"schema_version": 1, "a": found.names[0], "b": found.names[1], "voters": found.voters, "tallies": tallies, "why": found.why}


def _print(found: "Result") -> None:
    a, b = found.names
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for column in ("", f"A: {a}", f"B: {b}", "neither", "B wins", "95 %", "by chance", ""):
        table.add_column(column)
    for one in (found.all, *found.abilities):
        style = "dim" if one.word.startswith("no") else "bold"
        interval = f"{one.low:.0%} to {one.high:.0%}"
        table.add_row(
            one.about, str(one.a), str(one.b), str(one.neither), f"{one.rate:.0%}", interval, f"{one.chance:.3f}", Text(one.word, style)
        )
    Console().print(table)


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", Path(name).name)
