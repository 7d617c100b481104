"""Texts made to be slow to read: messages and articles are read to their end."""

import pytest

from copilot.retrieval import query
from copilot.retrieval.articles import id_from_name, parse_article
from copilot.retrieval.passages import plain_text, split
from copilot.retrieval.words import stems
from copilot.testing.turns import NOW

LENGTH = 50_000
UNITS = (
    " ",
    "\n",
    "\t",
    " \n",
    "[",
    "![",
    "[a](",
    "<",
    "</",
    "|",
    "| ",
    "*",
    "#",
    "regards\n",
    "regards\t",
    "thanks ",
    "Hi ",
    ". ",
    "a-",
    "'",
)


def long(unit: str) -> str:
    return (unit * (LENGTH // len(unit) + 1))[:LENGTH] + "x"


@pytest.mark.parametrize("unit", UNITS)
def test_a_message_is_read_to_its_end(unit: str) -> None:
    text = long(unit)
    assert query.essence(text) is not None
    assert query.plain(text) is not None
    assert stems(text) is not None


@pytest.mark.parametrize("unit", UNITS)
def test_an_article_is_read_to_its_end(unit: str) -> None:
    text = long(unit)
    assert plain_text(text) is not None
    assert split(parse_article(f"---\nid: a\ntitle: b\n---\nBegin.\n\n{text}", "a.md", NOW)) is not None
    assert id_from_name(text)
