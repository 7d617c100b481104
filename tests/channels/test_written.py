"""A write of which nobody knows whether it was done is found by its words in the thread, and no other one is taken for it."""

from datetime import timedelta

import httpx
import pytest

from copilot.channels import channels
from tests.channels.tools import AT, EXAMPLES, Example, wanted

READ = [name for name, one in EXAMPLES.items() if one.double is not None and {"history", "note"} <= one.tool.can]


@pytest.fixture(params=READ)
def example(request: pytest.FixtureRequest) -> Example:
    return EXAMPLES[request.param]


async def test_a_note_that_the_tool_set_anew_is_still_the_same(example: Example) -> None:
    assert example.double is not None
    double = example.double()
    double.open(17)
    double.clock = lambda: AT
    double.notes_down(17, "Rapport: a draft is  ready.\r\n\r\nIt waits\nin the panel.")
    double.says(17, "It is on its way.")
    note = wanted("note", "Rapport: a draft is ready.\nIt waits in the panel.\n")
    async with double.client() as http:
        tool = channels(http)[example.tool.kind]

        assert await tool.written(example.account, "17", note)
        assert await tool.written(example.account, "17", note.model_copy(update={"text": "Rapport: a draft is read."})) == ""
        late = note.model_copy(update={"made_at": AT + timedelta(hours=1)})
        assert await tool.written(example.account, "17", late) == "", "the same words of before are another write"
        assert await tool.written(example.account, "17", wanted("reply", "It is on its way.", "7")) == "", "that said the customer"
        assert await tool.written(example.account, "17", wanted("reply", note.text, "7")) == "", "a note is no reply"


async def test_where_the_thread_cannot_be_read_nobody_knows(example: Example) -> None:
    nowhere = example.account.model_copy(update={"url": "http://127.0.0.1:9"})
    async with httpx.AsyncClient() as http:
        assert await channels(http)[example.tool.kind].written(nowhere, "17", wanted("note", "A note.")) is None
