"""`copilot eval harvest`: only what a person approved leaves the service."""

import asyncio
from pathlib import Path

import yaml

from copilot.adapters.database import open_database
from copilot.domain.quality import CaseState
from evals.casebook.reading import read_cases
from tests.adapters.database import samples
from tests.commands.cli import CommandLine

BODY = {
    "case": "nobody promises a date",
    "ability": "honesty",
    "conversation": [{"customer": "When does it come?"}],
    "must_not": [{"say": "tomorrow", "in": "reply"}],
}


def keep(data: Path, *states: CaseState) -> None:
    """One case in each state, each with the state in its name."""

    async def go() -> None:
        database = open_database(f"sqlite+aiosqlite:///{data / 'rapport.db'}")
        async with database.write("default") as records:
            for state in states:
                name = f"{state}: nobody promises a date"
                case = samples.quality_case(None, None, id=state, origin=state, state=state, name=name, body=BODY | {"case": name})
                assert await records.quality.add(case)
        await database.close()

    asyncio.run(go())


def test_only_approved_cases_are_written_and_evals_reads_them(cli: CommandLine, tmp_path: Path) -> None:
    cli.ok("migrate")
    keep(cli.data, "candidate", "approved", "rejected")
    folder = tmp_path / "cases"
    told = cli.ok("eval", "harvest", "--out", folder, "--json").json
    assert (told["made"], len(told["written"]), told["kept"]) == (0, 1, [])
    assert [case.case for case in read_cases([folder])] == ["approved: nobody promises a date"]
    text = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    assert text.startswith("- case: ")
    assert not [word for word in ("candidate", "rejected") if word in text]
    again = cli.ok("eval", "harvest", "--out", folder).out
    assert "0 approved cases written" in again
    assert "1 were there already" in again


def test_without_a_folder_nothing_is_written(cli: CommandLine, tmp_path: Path) -> None:
    cli.ok("migrate")
    keep(cli.data, "approved")
    assert "0 new candidates." in cli.ok("eval", "harvest").out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_a_schema_for_an_editor_is_printed(cli: CommandLine) -> None:
    schema = yaml.safe_load(_printed(cli))
    assert schema["$defs"]["Expected"]["properties"]["say"]["anyOf"]


def _printed(cli: CommandLine) -> str:
    from copilot.cli import run

    cli.capsys.readouterr()
    assert run(["eval", "schema"]) == 0
    return cli.capsys.readouterr().out
