"""Settings models as forms: every kind of field there and back."""

from typing import Literal

import pytest
from pydantic import Field

from copilot.channels import CATALOGUE
from copilot.channels.base import NoteSettings, Tool
from copilot.domain.errors import Invalid
from copilot.web.settings_fields import LONG, PREFIX, Widget, fields, given


class Made(NoteSettings):
    """One of each."""

    account: int = Field(ge=1, description="The `account_id`.")
    ratio: float | None = None
    region: Literal["eu", "us"] = "eu"
    key: str = Field(default="", json_schema_extra={"format": LONG})
    inboxes: list[str] = []
    names: dict[str, str] = {}
    title: str = ""


VALUES = {
    "notes": False,
    "account": 3,
    "ratio": 0.5,
    "region": "us",
    "key": "a\nb",
    "inboxes": ["one", "two"],
    "names": {"a": "b"},
    "title": "Shop <b>",
}


def test_each_field_has_its_widget() -> None:
    found = {one.name: one for one in fields(Made, {})}
    widgets: dict[str, Widget] = {
        "account": "number",
        "ratio": "number",
        "region": "choice",
        "key": "long",
        "inboxes": "lines",
        "names": "json",
        "title": "text",
        "notes": "check",
    }
    assert {name: one.widget for name, one in found.items()} == widgets
    assert (found["account"].required, found["account"].least, found["account"].hint) == (True, 1, "The account_id.")
    assert (found["region"].choices, found["region"].value, found["notes"].value) == (("eu", "us"), "eu", "on")
    assert next(iter(found)) == "account", "what is required comes first"


def test_what_the_form_shows_is_what_it_gives_back() -> None:
    form = {PREFIX + one.name: one.value for one in fields(Made, VALUES) if one.value}
    assert Made.model_validate(given(Made, form)).model_dump() == VALUES


def test_empty_fields_are_left_to_their_defaults() -> None:
    assert given(Made, {PREFIX + "account": " 7 ", PREFIX + "inboxes": "\n \n"}) == {"notes": False, "account": 7}


@pytest.mark.parametrize(("name", "text", "words"), [("account", "three", "not a number"), ("names", "{", "not JSON")])
def test_what_cannot_be_read_is_named(name: str, text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        given(Made, {PREFIX + name: text})


@pytest.mark.parametrize("tool", CATALOGUE, ids=lambda tool: tool.kind)
def test_every_tool_has_a_form_and_steps(tool: type[Tool]) -> None:
    made = fields(tool.settings, {})
    assert {one.name for one in made} == set(tool.settings.model_fields)
    assert all(one.label for one in made)
    assert tool.steps
    assert any(step.paste == "webhook" for step in tool.steps) is tool.delivers  # a mailbox is asked, and sends nothing
