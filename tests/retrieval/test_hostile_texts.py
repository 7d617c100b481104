"""Texts made to be slow to read: messages and articles are read to their end."""

import pytest

from copilot.domain.errors import Invalid
from copilot.domain.knowledge import Article
from copilot.retrieval import query
from copilot.retrieval.articles import LONGEST_PAGE, LONGEST_TEXT, id_from_name, markdown_blocks, parse_article, parse_file
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


@pytest.mark.parametrize("unit", UNITS)
def test_what_stands_within_a_line_is_left_unread(unit: str) -> None:
    """Reading it takes more than linear time for texts made of brackets, and nobody needs it."""
    assert all(not token.children for token in markdown_blocks(long(unit)))


@pytest.mark.parametrize("name", ["long.md", "long.html"])
def test_a_text_of_five_megabytes_is_refused_and_says_what_to_do(name: str) -> None:
    with pytest.raises(Invalid, match=r"long\.\w+ has 5,\d+,\d+ characters") as refused:
        parse_file("A line of a very long text.\n" * 185_000, name, NOW)
    assert "several articles" in str(refused.value)


def test_the_longest_article_is_cut_and_one_more_character_is_refused() -> None:
    """Wherever it comes from: an editor's page and a program too."""
    text = ("Ten words stand in this sentence that is repeated here. " * (LONGEST_TEXT // 56 + 1))[:LONGEST_TEXT]
    whole = Article(id="a", title="Long", text=text, status="published")
    assert len(split(whole)) > 250
    with pytest.raises(Invalid, match="The article 'a' has"):
        split(whole.model_copy(update={"text": f"{text}x"}))


def test_a_page_of_scripts_is_read_up_to_a_bound() -> None:
    page = "<html><head><title>T</title><script>{}</script></head><body><p>Text.</p></body></html>"
    fits = page.format("x" * (LONGEST_PAGE - len(page)))
    assert parse_file(fits, "page.html", NOW).text == "Text."
    with pytest.raises(Invalid, match="characters"):
        parse_file(page.format("x" * LONGEST_PAGE), "page.html", NOW)
