"""copilot experiments: try another prompt or model on a share of the conversations."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from copilot.commands.options import HELP, AsJson, Data, Tenant, with_api
from copilot.commands.output import print_json, say, table
from copilot.domain.errors import Invalid, NotFound

app = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Prompts and models, tried on a share of the conversations.")

if TYPE_CHECKING:
    from copilot.commands.connection import Api

PATH: Final = "/v1/quality/experiments"
OVER: Final = {
    "planned": "ended: as many conversations as planned",
    "budget": "ended: its budget is spent",
    "date": "ended: its time is over",
    "harm": "stopped: the variant did worse",
    "hand": "stopped by hand",
}
FIGURES: Final = {
    "used": ("drafts used", "share"),
    "changed": ("changed before sending", "share"),
    "flagged": ("a check found something", "share"),
    "withheld": ("withheld by a check", "share"),
    "abstained": ("silent", "share"),
    "input_tokens": ("tokens read", "number"),
    "output_tokens": ("tokens written", "number"),
    "cost_microusd": ("cost of a draft", "money"),
    "latency_ms": ("time of a draft", "ms"),
}
"""As the results name them, and how they are written."""


def read_prompts(folder: Path, kinds: list[str]) -> dict[str, str]:
    """The folder's prompt files for these kinds, by name. Raises NotFound without the folder, Invalid when it has none of them."""
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", todo="Name a folder with changed copies of prompt files, such as reply.md.")
    found = {kind: folder / f"{kind}.md" for kind in kinds}
    texts = {kind: path.read_text(encoding="utf-8") for kind, path in found.items() if path.is_file()}
    if not texts:
        raise Invalid(f"{folder} holds none of {', '.join(path.name for path in found.values())}.", todo="Copy one there, change it.")
    return texts


async def start(api: "Api", given: dict[str, Any], *, as_json: bool) -> int:
    """Start one."""
    made = await api.post(PATH, given)
    if as_json:
        print_json(made)
        return 0
    say(f"{made['name']} runs on {made['share']:.0%} of the conversations, for {', '.join(made['kinds'])}. Its id: {made['id']}")
    say("It stops by itself once it does harm or has what was planned. See: copilot experiments show " + made["id"])
    return 0


async def list_all(api: "Api", *, as_json: bool) -> int:
    """Newest first."""
    found = await api.get(PATH)
    if as_json:
        print_json(found)
    elif not found["experiments"]:
        say("No experiment yet. See: copilot experiments start --help")
    else:
        rows = [[one["id"], one["name"], ", ".join(one["kinds"]), f"{one['share']:.0%}", _state(one)] for one in found["experiments"]]
        table("", ["id", "name", "kinds", "share", "state"], rows)
    return 0


async def show(api: "Api", experiment: str, *, as_json: bool) -> int:
    """Its figures as of now."""
    found = await api.get(f"{PATH}/{experiment}")
    if as_json:
        print_json(found)
        return 0
    say(f"{found['name']}: {_state(found)}")
    say(f"Why: {found['reason']}")
    if found["results"]:
        _print(found["results"], found["conversations"])
    return 0


async def stop(api: "Api", experiment: str, note: str, *, as_json: bool) -> int:
    """At once."""
    made = await api.post(f"{PATH}/{experiment}/stop", {"note": note})
    print_json(made) if as_json else say("Stopped. Every conversation gets what ran before from now on.")
    return 0


async def widen(api: "Api", experiment: str, share: float, *, as_json: bool) -> int:
    """Let more conversations get the variant."""
    made = await api.patch(f"{PATH}/{experiment}", {"share": share})
    print_json(made) if as_json else say(f"{made['name']} runs on {made['share']:.0%} of the conversations.")
    return 0


def _print(results: dict[str, Any], planned: int) -> None:
    say(f"{results['conversations']} of {planned} conversations are settled.")
    differences = {one["figure"]: one for one in results["differences"]}
    rows = []
    for name, (label, unit) in FIGURES.items():
        arms = [_estimate(results[arm][name], unit) for arm in ("control", "variant")]
        rows.append([label, *arms, _difference(differences.get(name), unit)])
    table("", ["per draft", "control", "variant", "difference (95 %)"], rows)


def _estimate(figure: dict[str, Any] | None, unit: str) -> str:
    return f"{written(figure['value'], unit)} of {figure['n']}" if figure else "–"


def _difference(found: dict[str, Any] | None, unit: str) -> str:
    if found is None:
        return "–"
    return f"{written(found['value'], unit, signed=True)} ({written(found['low'], unit)} to {written(found['high'], unit)})"


def written(value: float, unit: str, *, signed: bool = False) -> str:
    """With its unit."""
    sign = "+" if signed else ""
    if unit == "share":
        return f"{100 * value:{sign}.1f} %"
    if unit == "money":
        return f"{value / 1_000_000:{sign}.5f} $"
    return f"{value:{sign}.0f} ms" if unit == "ms" else f"{value:{sign}.0f}"


def _state(one: dict[str, Any]) -> str:
    return OVER[one["over"]] if one["over"] else str(one["state"])


@app.command("start")
def experiments_start(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    reason: Annotated[str, typer.Option(help="What you expect, and why.")],
    kind: Annotated[list[str], typer.Option(help="reply, questions, options or handover; may be given several times.")],
    prompts: Annotated[Path | None, typer.Option(help="Folder with changed prompt files of these kinds, such as reply.md.")] = None,
    model: Annotated[str, typer.Option(help="Another model: one that is set, or of COPILOT_EXPERIMENT_MODELS.")] = "",
    percent: Annotated[float, typer.Option(min=0.1, max=90, help="Of the conversations that get the variant.")] = 10,
    conversations: Annotated[int, typer.Option(min=50, help="End once so many, of both arms, are settled.")] = 400,
    budget: Annotated[float, typer.Option(min=0, help="End once the variant's drafts cost so many dollars; 0: no limit of their own.")] = 0,
    begins: Annotated[str, typer.Option(help="Such as 2027-01-31T09:00:00+01:00. Default: now.")] = "",
    ends: Annotated[str, typer.Option(help="Such as 2027-02-28T18:00:00+01:00. Default: when it has what is planned.")] = "",
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Try other prompts, another model, or both. It stops by itself when it does harm."""
    given: dict[str, Any] = {"name": name, "reason": reason, "kinds": kind, "model": model, "share": percent / 100}
    given |= {"prompts": read_prompts(prompts, kind) if prompts else {}, "conversations": conversations}
    given |= {"budget_microusd": round(budget * 1_000_000), "begins_at": begins or None, "ends_at": ends or None}
    return with_api(data, tenant, lambda api: start(api, given, as_json=as_json))


@app.command("list")
def experiments_list(data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """List experiments, the newest first."""
    return with_api(data, tenant, lambda api: list_all(api, as_json=as_json))


@app.command("show")
def experiments_show(experiment: str, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Show what an experiment came to so far: both arms, and how they differ."""
    return with_api(data, tenant, lambda api: show(api, experiment, as_json=as_json))


@app.command("widen")
def experiments_widen(
    experiment: str,
    percent: Annotated[float, typer.Argument(min=0.1, max=90, help="More than now.")],
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Let more conversations get the variant; those that have it keep it."""
    return with_api(data, tenant, lambda api: widen(api, experiment, percent / 100, as_json=as_json))


@app.command("stop")
def experiments_stop(
    experiment: str,
    note: Annotated[str, typer.Option(help="Why, for those who read of it later.")] = "",
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Stop an experiment at once: every conversation gets what ran before."""
    return with_api(data, tenant, lambda api: stop(api, experiment, note, as_json=as_json))
