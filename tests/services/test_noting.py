"""The note of a turn: not where the connection wants none, and with a link where the service knows its own address."""

from pathlib import Path
from urllib.parse import quote

from copilot.settings import Settings
from tests.services.conftest import Open
from tests.services.tool_house import with_tool

ASKED = "My flight to Lisbon was cancelled nine days ago. Where is my refund?"
ADDRESS = "https://copilot.example.com"


async def test_where_no_notes_are_wanted_nothing_is_written(opened: Open) -> None:
    tool = await with_tool("chatwoot", opened, given={"notes": False})
    tool.double.open(17)
    tool.double.says(17, ASKED)
    await tool.deliver(tool.double.told(17))
    assert (await tool.turn(17))["suggestions"]
    assert tool.double.writes == 0
    admin = await tool.house.enter("admin")
    (await admin.patch(f"/v1/connections/{tool.name}", json={"settings": {"notes": True}})).raise_for_status()
    tool.double.says(17, "Are you there?")
    await tool.deliver(tool.double.told(17))
    assert tool.double.writes == 1


async def test_the_note_leads_to_the_drafts(opened: Open, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, embedder="hash", model="", fallback_models=(), address=f"{ADDRESS}/")
    tool = await with_tool("chatwoot", opened, settings=settings)
    tool.double.open(17)
    tool.double.says(17, ASKED)
    await tool.deliver(tool.double.told(17))
    (note,) = tool.double.notes(17)
    link = note.splitlines()[-1]
    assert link == f"{ADDRESS}/c/{(await tool.conversation(17)).id}"
    entered = await tool.house.nobody().get(link.removeprefix(ADDRESS))
    assert entered.headers["location"] == f"/sign-in?next={quote(link.removeprefix(ADDRESS))}"
