"""What goes into pages as HTML, and how times and sums read."""

import sys
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from copilot.web.markup import LONGEST, TAGS, safe_markdown
from copilot.web.render import environment
from copilot.web.times import counted, money, words

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_markdown_keeps_its_shape() -> None:
    html = safe_markdown("# Refunds\n\nWithin **seven** days:\n\n- card\n- voucher\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    for part in ("<h3>Refunds</h3>", "<strong>seven</strong>", "<li>card</li>", "<td>1</td>"):
        assert part in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/a.png)",
        "![x][y]\n\n[y]: https://evil.example/a.png",
        "[x](javascript:alert(1))",
        "[x](https://evil.example)",
        "<https://evil.example>",
        "<svg onload=alert(1)>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "`<b>`\n\n<iframe src=https://evil.example></iframe>",
        "&lt;script&gt;",
        "{{ 7 * 7 }} {% raw %}",
    ],
)
def test_nothing_in_markdown_runs_fetches_or_leads_anywhere(text: str) -> None:
    assert_harmless(safe_markdown(text))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_markdown_never_yields_what_is_not_allowed(text: str) -> None:
    assert_harmless(safe_markdown(text))


def assert_harmless(html: str) -> None:
    """Allowed elements only, and none with an attribute."""
    elements = BeautifulSoup(html, "html.parser").find_all()
    assert {element.name for element in elements} <= TAGS, html
    assert not [element for element in elements if element.attrs], html


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "![",
        "[](",
        "[a](<b",
        "[a](b 'c",
        "[a][",
        "*a _b",
        "**a *b",
        "`a``b",
        "> ",
        "- ",
        "|a",
        "|-|\n",
        "<a@",
        "&#",
        "\\[",
        "~",
        "[a]: b '\n",
    ],
)
@pytest.mark.parametrize("around", ["{}", "[a]: b\n\n{}", "{}]", "|a|\n|-|\n|{}|"])
def test_twice_the_marks_are_twice_the_work(unit: str, around: str) -> None:
    """Counted in calls, not in time."""
    once, twice = (calls(around.replace("{}", unit * count)) for count in (400, 800))
    assert twice < 2.4 * once + 2000


def calls(text: str) -> int:
    """Of functions, while a text is made HTML."""
    safe_markdown("")  # what is loaded once does not count
    counted = 0

    def count(_: FrameType, event: str, __: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        safe_markdown(text)
    finally:
        sys.setprofile(before)
    return counted


def test_what_is_too_long_for_markdown_is_plain_and_whole() -> None:
    text = "<script>alert(1)</script> **a**\n\n" + "[" * LONGEST
    html = safe_markdown(text)
    assert_harmless(html)
    assert BeautifulSoup(html, "html.parser").get_text("\n\n") == text
    assert calls(text) < 200


def test_characters_that_turn_text_around_are_cut() -> None:
    assert "\u202e" not in safe_markdown("pay \u202e100")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (44, "just now"),
        (46, "1 min ago"),
        (3600, "1 h ago"),
        (86400, "1 day ago"),
        (3 * 86400, "3 days ago"),
        (243 * 86400, "8 months ago"),
        (3774 * 86400, "10 years ago"),
        (-10, "in a moment"),
        (-900, "in 15 min"),
        (-7200, "in 2 h"),
    ],
)
def test_how_far_a_time_is(seconds: int, said: str) -> None:
    assert words(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(("seconds", "said"), [(-5, "0:00"), (9, "0:09"), (252, "4:12"), (11100, "3 h 05"), (5 * 86400, "5 d")])
def test_a_running_count(seconds: int, said: str) -> None:
    assert counted(seconds) == said


def test_sums_are_in_minor_units() -> None:
    assert money(14200) == "€142.00"
    assert money(500, "JPY") == "¥500"


def test_a_variable_that_nobody_gave_is_an_error_and_text_is_escaped() -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError, match="nobody"):
        environment().from_string("{{ nobody }}").render()
    assert environment().from_string("{{ name }}").render(name="<b>Ann</b>") == "&lt;b&gt;Ann&lt;/b&gt;"
