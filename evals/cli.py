"""`copilot eval`: cases, suites, comparisons and gates."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from copilot.commands.output import say
from evals.duel.cli import duel
from evals.judge.cli import calibrate

app = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Is it good, and did it get better? Run suites of cases, compare runs, stop a release.\n\n"
    "Start with: copilot eval run offline --name first",
    rich_markup_mode=None,
)
app.command("calibrate")(calibrate)
app.command("duel")(duel)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the service's data. Default: COPILOT_DATA_DIR or .data")]
Tenant = Annotated[str, typer.Option("--tenant", envvar="COPILOT_TENANT", help="Which company's records.")]


@app.command("run")
def run(
    suite: Annotated[str, typer.Argument(help="A suite (copilot eval suites lists them), or one task.")] = "offline",
    name: Annotated[str, typer.Option(help="What to call the run. The same name again goes on where it stopped.")] = "",
    against: Annotated[str, typer.Option(help="An earlier run to compare with.")] = "",
    model: Annotated[str, typer.Option(help="A LiteLLM model name. Default: no language model.")] = "",
    api_base: Annotated[str, typer.Option(help="Where the model answers, if not at its vendor's.")] = "",
    prompts: Annotated[Path | None, typer.Option(help="A folder of prompts to try instead of those that ship.")] = None,
    knowledge: Annotated[Path | None, typer.Option(help="A folder of articles to try instead of the sample company's.")] = None,
    embedder: Annotated[str, typer.Option(help="An encoder to try, as COPILOT_EMBEDDER names it; hash: a quick look.")] = "",
    cases: Annotated[list[Path] | None, typer.Option(help="Files or folders of cases. Default: those that ship.")] = None,
    tags: Annotated[str, typer.Option(help="Only cases with one of these tags, comma-separated.")] = "",
    ability: Annotated[str, typer.Option(help="Only cases of this ability.")] = "",
    data: Annotated[
        Path | None, typer.Option(help="Folder of the public data sets, for the tasks that read them; -T data=FOLDER is the same.")
    ] = None,
    task_args: Annotated[
        list[str] | None,
        typer.Option("-T", metavar="KEY=VALUE", help="An argument of the task itself, as -T data=FOLDER; repeat it for more."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many samples of each task.")] = None,
    judge: Annotated[str, typer.Option(help="A LiteLLM model name: it judges the drafts. Best not the model that wrote them.")] = "",
    judge_base: Annotated[str, typer.Option(help="Where the judge answers, if not at its vendor's.")] = "",
    budget: Annotated[
        float | None, typer.Option(min=0, help="Dollars that this command may spend. Later, the same command goes on.")
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask models again what they answered before.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it may cost that much.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the report here, one HTML file for people.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the gates as JUnit XML here, for a CI server.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say below each metric what it counts.")] = False,
    as_json: AsJson = False,
) -> int:
    """Run a suite. Without a language model unless one is named; nothing of what you have stored is read or changed."""
    import asyncio

    from evals.answers.asking import confirm, microusd, spending
    from evals.answers.purse import Purse
    from evals.answers.store import ANSWERS, Store
    from evals.arguments import arguments, together
    from evals.printing import print_comparison, print_next, print_run
    from evals.running import Plan, check_name
    from evals.running import run as run_plan
    from evals.session import Session
    from evals.suites import suite as find

    chosen = find(suite)
    called = check_name(name or f"{suite}-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    _known(against)
    given: dict[str, Any] = {
        "model": model,
        "api_base": api_base,
        "prompts": str(prompts.resolve()) if prompts else "",
        "knowledge": str(knowledge.resolve()) if knowledge else "",
        "embedder": embedder,
        "where": ",".join(str(place.resolve()) for place in cases or ()),
        "tags": tags,
        "ability": ability,
        "data": str(data.resolve()) if data else "",
        "judge": judge,
        "judge_base": judge_base,
    }
    given = together(given, arguments(task_args or (), [step.task for step in chosen.steps]))
    session = Session(Purse(microusd(budget)), None if no_cache else Store(ANSWERS))
    plan = Plan(chosen, called, given, limit)
    done = asyncio.run(run_plan(plan, session, lambda found: confirm(found, budget, yes=yes, quiet=as_json)))
    if spent := spending(session.purse):
        sys.stderr.write(f"{spent}\n")
    _written(done, against, junit, html)
    if as_json:
        print_json(done, against)
        return int(bool(done.failed))
    print_run(done, explain=explain)
    if against:
        print_comparison(_compared(against, called))
    print_next(done, against, html)
    return int(bool(done.failed))


@app.command("compare")
def compare(
    before: Annotated[str, typer.Argument(help="A run: its name, or its folder.")],
    after: Annotated[str, typer.Argument(help="A later run of the same suite.")],
    html: Annotated[Path | None, typer.Option(help="Write the report here, one HTML file for people.")] = None,
    as_json: AsJson = False,
) -> int:
    """Say what got better and what got worse from one run to another. Exit 1 when a figure got worse by more than chance.

    What it costs is told and does not count there: dearer may be what was wanted. A gate holds costs, too.
    """
    from evals.metrics import CATALOGUE
    from evals.printing import print_comparison

    found = _compared(before, after)
    if html:
        from evals.reporting import write_report

        write_report(html, found.after, found.before)
    if as_json:
        print_json(found.after, before)
    else:
        print_comparison(found)
        if html:
            say(f"\nThe report: {html}")
    return int(any(one.word == "worse" and CATALOGUE[one.metric].ability != "cost" for one in found.metrics))


@app.command("gate")
def gate(
    run: Annotated[str, typer.Argument(help="A run: its name, or its folder.")],
    against: Annotated[str, typer.Option(help="The run of what is released now: it must not have been better.")] = "",
    thresholds: Annotated[Path | None, typer.Option(help="A YAML file of gates. Default: evals/thresholds.yaml.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report here, one HTML file for people.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the gates as JUnit XML here, for a CI server.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="What was not measured does not hold: for a whole suite, in CI.")] = False,
    as_json: AsJson = False,
) -> int:
    """Hold a run to the thresholds. Exit 1, with the reasons, when one does not hold."""
    from evals.gating import THRESHOLDS, hold, read_gates
    from evals.junit import write_junit
    from evals.printing import print_gates
    from evals.runs import read_run

    found, baseline = read_run(run), read_run(against) if against else None
    held = hold(read_gates(thresholds or THRESHOLDS), found, baseline, complete=complete)
    if junit:
        write_junit(junit, found, held)
    if html:
        from evals.reporting import write_report

        write_report(html, found, baseline, held)
    if as_json:
        sys.stdout.write(json.dumps({"run": found.name, "gates": [one.model_dump(mode="json") for one in held]}, indent=1) + "\n")
    else:
        print_gates(found, held)
    return int(bool(found.failed) or any(not one.holds for one in held))


@app.command("check")
def check(places: Annotated[list[Path] | None, typer.Argument(help="Files or folders of cases. Default: those that ship.")] = None) -> int:
    """Read cases and say what is wrong with them, by file and case. Runs nothing."""
    from evals.casebook.reading import read_cases

    found = read_cases(places or [])
    say(f"{len(found)} cases, all of them can be read.")
    return 0


@app.command("suites")
def suites() -> int:
    """List suites and tasks."""
    from evals.printing import print_suites

    print_suites()
    return 0


@app.command("metrics")
def metrics() -> int:
    """List metrics: what each counts, its version, where it comes from."""
    from evals.printing import print_metrics

    print_metrics()
    return 0


@app.command("runs")
def runs() -> int:
    """List the runs in this folder (.evals), the newest first."""
    from evals.runs import runs as found

    for name in found() or ["There is none yet. Make one with: copilot eval run offline --name NAME"]:
        say(name)
    return 0


@app.command("harvest")
def harvest(
    out: Annotated[Path | None, typer.Option(help="Write the approved cases into this folder, one file each.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Make so many candidates at most.")] = 20,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Make candidate cases of what agents decided, the dangerous ones first. Only those that somebody approved are written out."""
    from copilot.commands.beginning import with_api
    from evals.desk import harvest as bring_in

    return with_api(data, tenant, lambda api: bring_in(api, out, limit, as_json=as_json))


@app.command("publish")
def publish(
    run: Annotated[str, typer.Argument(help="A run.")],
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Show a run's figures on the quality pages of the service."""
    from copilot.commands.beginning import with_api
    from evals.desk import publish as show
    from evals.runs import read_run

    found = read_run(run)
    return with_api(data, tenant, lambda api: show(api, found, as_json=as_json))


@app.command("schema")
def schema() -> int:
    """Print the JSON Schema of a file of cases, for your editor."""
    from copilot.domain.schemas import written
    from evals.casebook.schema import schema as made

    sys.stdout.write(written(made()))
    return 0


@app.command("view")
def view(run: Annotated[str, typer.Argument(help="A run. Default: all of them.")] = "") -> int:
    """Open Inspect's viewer on the logs: every sample with its evidence and drafts. Ctrl-C ends it."""
    import subprocess

    from evals.runs import HOME, folder_of

    folder = folder_of(run) if run else HOME
    command = [sys.executable, "-m", "inspect_ai", "view", "start", "--log-dir", str(folder)]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - Inspect's own command, on a folder that is there


def _compared(before: str, after: str) -> Any:
    from evals.comparing import compare as put_beside
    from evals.runs import read_run

    return put_beside(read_run(before), read_run(after))


def _known(run: str) -> None:
    """Before minutes are spent: the run to compare with is there. Raises NotFound."""
    from evals.runs import folder_of

    if run:
        folder_of(run)


def _written(done: Any, against: str, junit: Path | None, html: Path | None) -> None:
    if not junit and not html:
        return
    from evals.gating import hold, read_gates
    from evals.junit import write_junit
    from evals.runs import read_run

    baseline = read_run(against) if against else None
    held = hold(read_gates(), done, baseline, complete=False)
    if junit:
        write_junit(junit, done, held)
    if html:
        from evals.reporting import write_report

        write_report(html, done, baseline, held)


def print_json(done: Any, against: str) -> None:
    """Figures, and what moved, on standard output."""
    from evals.printing import as_data

    sys.stdout.write(json.dumps(as_data(done, _compared(against, str(done.folder)) if against else None), indent=1) + "\n")
