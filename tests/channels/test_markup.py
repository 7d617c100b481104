"""Words are taken out of HTML as a person reads them, and what we write comes back as it was."""

import pytest

from copilot.channels.markup import marked_up, words


@pytest.mark.parametrize(
    ("markup", "read"),
    [
        ("Plain words.\nTwo lines.", "Plain words.\nTwo lines."),
        ("<div>One</div><div>Two <b>and</b> a half</div>", "One\nTwo and a half"),
        ("One<br>Two<br/><br>Three", "One\nTwo\n\nThree"),
        ("Fish &amp; chips &lt;today&gt;", "Fish & chips <today>"),
        ("<style>p{}</style><script>alert(1)</script><!-- no --><p>Seen</p>", "Seen"),
        ("<p>a\n   wrapped line</p>", "a wrapped line"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<ul><li>One<li>Two</ul><table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "One\nTwo\n1 2\n3"),
        ("<DIV CLASS=x>a<O:P>b</O:P></DIV>", "ab"),
        ("<img alt='a > b' src=x>T<a\nhref=\"x>y\">z</a>", "Tz"),
        ("<!--[if mso]>no<![endif]-->yes<![if !mso]>, too<![endif]><?xml v ?>", "yes, too"),
        ("<script>if (a<b && c>d) x('</p>')</script>seen", "seen"),
        ("a < b, 1<2 and <lea@example.com> says", "a < b, 1<2 and <lea@example.com> says"),
        ("&lt;b&gt;&amp;lt;&#8364;&#x20AC;&euro;&nosuch &#0;&", "<b>&lt;€€€&nosuch \ufffd&"),
        ("a&nbsp;&nbsp;b \t c", "a b c"),
        ("", ""),
    ],
)
def test_what_a_person_reads(markup: str, read: str) -> None:
    assert words(markup) == read


MANY = 40_000


@pytest.mark.parametrize(
    ("markup", "read"),
    [
        ("<div>" * MANY + "deep" + "</div>" * MANY, "deep"),
        ("<b><i>" * (MANY // 4) + "deep", "deep"),
        ("<b></i>" * MANY + "wide", "wide"),
        ("<a href='" * MANY + "'>end</a>", None),
        ("<a " * MANY + "x>end</a>", None),
        ("<a " + "class=b c " * MANY + ">end</a>", "end"),
        ("<!--" * MANY + "-->end", "end"),
        ("<script>" * MANY + "</script>end", "end"),
        ("&lt;" * MANY, "<" * MANY),
        ("&" * MANY + "&#1" + "1" * MANY, None),
    ],
    ids=lambda value: value[:12] if value else "",
)
def test_forty_thousand_of_anything_are_read(markup: str, read: str | None) -> None:
    """A parser that looks ahead from each of them takes minutes; one that goes down into each ends with RecursionError."""
    found = words(markup)
    assert found == read if read is not None else found


def test_of_a_page_without_end_the_beginning_is_read_and_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.channels.markup.LONGEST", 1000)
    found = words("<p>begin</p>" + "<p>x" * 1000)
    assert found.startswith("begin\n\nx")
    assert found.endswith("\n[…]")
    assert len(found) < 1000


@pytest.mark.parametrize("text", ["Dear Marta,\n\nit is <b>done</b> & dusted.\nTom", "a < b && c > d", "One\nTwo"])
def test_what_we_write_comes_back(text: str) -> None:
    assert words(marked_up(text)) == text
