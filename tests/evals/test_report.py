"""The report: one file that says first what matters, and in which no text of a case can do anything."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from evals.comparing import compare
from evals.gating import Gate, Held
from evals.reporting import write_report
from evals.reporting.words import headline, release
from evals.runs import Row, read_run
from tests.evals.house import BAG, SEAT, WRONG, House, made, row, several

EVIL = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\"'><a href=javascript:alert(1)>{{ 7*7 }}"
OURS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "article", "nav", "footer", "p", "h1", "h2", "h3", "h4",
    "h5", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "b", "em", "small", "a", "table", "thead", "tbody", "tr", "th", "td", "figure",
    "figcaption", "details", "summary", "del", "ins", "code", "svg", "g", "path", "text", "line", "rect", "defs", "clippath", "tspan",
}  # fmt: skip


class _Read(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}


@pytest.mark.parametrize(
    ("before", "after", "mood", "says"),
    [
        ([1, 1, 1], [1, 0, 0], "bad", "It got worse: 2 cases that went right go wrong now."),
        ([0, 1, 1], [1, 1, 1], "good", "It got better: 1 case that went wrong goes right now, and none got worse."),
        ([1, 0, 0], [0, 1, 1], "plain", "It got better, but not everywhere: 2 cases"),
        ([1, 1, 0], [0, 0, 1], "bad", "It got worse on the whole: 2 cases"),
        ([1, 0], [0, 1], "plain", "It is neither better nor worse on the whole"),
        ([1, 0], [1, 0], "plain", "Nothing changed in what goes right and what goes wrong, in 2 cases."),
    ],
)
def test_the_first_sentence(before: list[float], after: list[float], mood: str, says: str) -> None:
    run = made("b", several(after))
    found = headline(run, compare(made("a", several(before)), run))
    assert found.mood == mood
    assert found.says.startswith(says)


def test_the_first_sentence_of_one_run() -> None:
    assert headline(made("a", several([1, 1])), None).says == "All 2 cases go as they should."
    found = headline(made("a", [row("x", 0, severity="high"), row("y", 0), row("z", 1)]), None)
    assert found.says == "1 of 3 cases go as they should, 2 do not."
    assert found.then == ("1 of those that go wrong is of high severity: it must not reach a customer.",)


def test_a_run_that_did_not_end_releases_nothing() -> None:
    held = Held(gate=Gate(metric="as expected", least=1, because="It has to be so."), holds=True, found="1")
    assert release([held], made("a", several([1])))[0] == "good"
    assert release([held], made("a", several([1]), failed=("cases: it stopped",)))[0] == "bad"


def test_hostile_texts_stay_texts(house: House) -> None:
    """In the name, the reason, a tag, a message, the customer, an article, a run's name in the page's own words."""
    front = f"id: evil\ntitle: 'Suitcase {EVIL.replace(chr(39), '')}'\naudience: public\nstatus: published"
    house.knowledge.joinpath("evil.md").write_text(f"---\n{front}\n---\nMissing suitcase: clothes {EVIL}\n", encoding="utf-8")
    evil = {"case": f"evil {EVIL}"[:120], "why": EVIL, "tags": [EVIL], "customer": {"name": EVIL, "bag_tag": EVIL}}
    house.cases(BAG | evil | {"conversation": [{"customer": f"My suitcase did not arrive. {EVIL}"}], "must": [{"say": EVIL}]}, SEAT)
    house.run("x", "--html", "report.html")
    text = (house.folder / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text
    assert "{{ 7*7 }}" in text
    page = _Read(text)
    assert page.tags <= OURS
    assert all(link.startswith("#") for link in page.links)
    assert not [name for name in page.names if name.startswith("on") or name == "style"]
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


def test_what_it_tells_of_a_regression(house: House) -> None:
    """The case and why it exists, what broke, what was said and found, both drafts, gates, how sure it is, what was not measured."""
    house.cases(BAG, SEAT)
    house.run("before")
    (house.knowledge / "bags.md").write_text((house.knowledge / "seats.md").read_text().replace("id: seats", "id: chairs"))
    house.cases(BAG, WRONG)
    house.run("after", "--against", "before", "--html", "report.html")
    text = (house.folder / "report.html").read_text(encoding="utf-8")
    parts = [
        "It got worse: 1 case that went right goes wrong now.",
        "must not be released",
        "<h2>What got worse",
        "a missing suitcase is answered with the sum",
        "Who stands in Lisbon without clothes needs a figure.",
        "must find bags",
        "My suitcase did not arrive. What clothes may I buy while it is missing?",
        "Your suitcase did not arrive",
        "not found any more",
        "Before",
        "Now",
        "By ability",
        "<h2>Gates",
        "<h2>How sure is this?",
        "<h2>What was tried",
        "<h2>What was not measured",
        "1 samples are only in before",
    ]
    places = [text.find(part, text.index("<body>")) for part in parts]
    assert -1 not in places, dict(zip(parts, places, strict=True))
    assert places == sorted(places)
    assert text.count("<svg") >= 6
    # A judge that is not calibrated is said in red, and only then.
    run = read_run("after")
    judged = Row(task="cases", sample="x", metric="empathy (judge)", version="1 some/judge empathy@2:abc", value=1.0)
    write_report(Path("red.html"), run.model_copy(update={"rows": (*run.rows, judged)}))
    assert "not calibrated" not in text
    red = Path("red.html").read_text(encoding="utf-8")
    assert '<p class="alarm" role="alert"><b>Do not decide by this judge.</b> empathy (judge): the judge some/judge empathy@2:abc' in red
