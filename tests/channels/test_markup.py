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
        ("", ""),
    ],
)
def test_what_a_person_reads(markup: str, read: str) -> None:
    assert words(markup) == read


@pytest.mark.parametrize("text", ["Dear Marta,\n\nit is <b>done</b> & dusted.\nTom", "a < b && c > d", "One\nTwo"])
def test_what_we_write_comes_back(text: str) -> None:
    assert words(marked_up(text)) == text
