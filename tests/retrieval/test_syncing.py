"""What is decided about an article that a folder and the record both have, and that nothing is lost by it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.knowledge import Article, Ask, Clause, Condition, Lever, Limit
from copilot.retrieval.articles import parse_article, write_article
from copilot.retrieval.syncing import Recorded, Verdict, decide, digest, earliest, file_name, moved_on, place, read_note, write_note

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("file", "history", "agreed", "verdict"),
    [
        ("a", "", "", "import"),
        ("a", "", "x", "import"),  # the note is of another record
        ("a", "a", "", "same"),
        ("b", "ab", "a", "same"),  # both came to the same
        (None, "a", "", "export"),
        ("a", "ab", "a", "export"),
        ("a", "ab", "", "export"),  # imported once, never synced: the file has nothing that the record lacks
        ("b", "a", "a", "import"),
        ("c", "ab", "a", "conflict"),
        ("c", "ab", "", "conflict"),  # what it came from is not known
        ("c", "ab", "x", "conflict"),
        ("a", "abc", "b", "older"),
        ("a", "ab", "b", "older"),
        ("b", "abc", "a", "export"),  # imported, but the note was not kept
        (None, "ab", "b", "missing"),
        (None, "abc", "b", "missing"),
        ("a", "aba", "b", "same"),
        ("c", "aba", "a", "import"),
        ("c", "ab", "ab", "import"),  # version control knows that it came from b
    ],
)
def test_who_changed_what_decides(file: str | None, history: str, agreed: str, verdict: Verdict) -> None:
    assert decide(file, Recorded(tuple(history)), agreed) == verdict


@pytest.mark.parametrize(
    ("file", "recorded", "agreed", "verdict"),
    [
        (None, Recorded(("a", "b"), archived=True), "", "same"),  # nobody needs a new file of it
        (None, Recorded(("a", "b"), archived=True), "a", "same"),
        ("a", Recorded(("a", "b"), archived=True), "a", "export"),
        (None, Recorded(("a",), gone=True), "a", "same"),
        ("a", Recorded(("a",), gone=True), "a", "gone"),  # never brought back by itself
        ("b", Recorded(("a",), gone=True), "a", "conflict"),
        (None, Recorded(), "a", "same"),
    ],
)
def test_archived_and_removed_articles(file: str | None, recorded: Recorded, agreed: str, verdict: Verdict) -> None:
    assert decide(file, recorded, agreed) == verdict


def test_whether_the_record_moved_on() -> None:
    assert moved_on(Recorded(("a", "b")), ["a"])
    assert not moved_on(Recorded(("a", "b")), ["b"])


# --- nothing is lost ---------------------------------------------------------------------------------------------------------------


@dataclass
class Clone:
    """Somebody's copy of the folder, with one article. `seen`: every text that whoever wrote its present text knew of."""

    text: str | None = None
    agreed: tuple[str, ...] = ()
    seen: set[str] = field(default_factory=set)


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.sampled_from("abcdef")),
        st.tuples(st.sampled_from(["write 0", "write 1"]), st.sampled_from("abcdef")),
        st.tuples(st.sampled_from(["sync 0", "sync 1", "delete 0", "delete 1", "copy 0", "copy 1"]), st.just("")),
    ),
    max_size=25,
)


@settings(max_examples=500)
@given(EDITS)
def test_two_clones_and_pages_lose_nothing(edits: list[tuple[str, str]]) -> None:
    """An import replaces only what its writer knew; an export replaces only what the record has; and a second sync does nothing."""
    history: list[str] = []
    clones = [Clone(), Clone()]
    for what, text in edits:
        if what == "record":
            if text != "".join(history[-1:]):
                history.append(text)
            continue
        verb, _, number = what.partition(" ")
        clone, other = clones[int(number)], clones[1 - int(number)]
        if verb == "write":
            clone.seen |= {clone.text} if clone.text else set()
            clone.text = text
        elif verb == "delete":
            clone.text = None
        elif verb == "copy":  # a fresh clone of the other's folder, the note with it
            clone.text, clone.agreed, clone.seen = other.text, other.agreed, set(other.seen)
        else:
            sync(clone, history)
            before = (clone.text, clone.agreed, len(history))
            sync(clone, history)
            assert (clone.text, clone.agreed, len(history)) == before, "a second sync is none"


def sync(clone: Clone, history: list[str]) -> None:
    verdict = decide(clone.text, Recorded(tuple(history)), earliest(clone.agreed, Recorded(tuple(history))))
    if verdict == "import":
        assert clone.text is not None
        assert not history or history[-1] in clone.seen, "whoever wrote the file knew what it replaces"
        history.append(clone.text)
    elif verdict == "export":
        assert clone.text is None or clone.text in history, "what the file held is on record"
        clone.seen.add(history[-1])
        clone.text = history[-1]
    if verdict in ("import", "export", "same") and history and clone.text is not None:
        clone.agreed = (history[-1],)


# --- digests -----------------------------------------------------------------------------------------------------------------------

HARD = (
    "a\x85b",
    "a\u2028b",
    "a\n---\nb",
    "\ufeffa",
    "a\rb",
    "a \nb",
    "\x00",
    "a\x1cb",
    "no",
    "12",
    "2026-01-01",
    "~",
    "- a",
    "{",
    "a: b # c",
    "---",
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60) | st.sampled_from(HARD)
NAMES = WORDS.filter(lambda text: bool(text.strip()))
IDS = st.from_regex(r"[a-z0-9][\w./-]{0,20}", fullmatch=True)
VALUES = st.one_of(st.integers(-1000, 1000), st.booleans(), WORDS, st.lists(WORDS, max_size=2))
LEVERS = st.builds(
    Lever,
    id=IDS,
    offer=WORDS,
    limit=st.none()
    | st.builds(Limit, days=st.integers(1, 90))
    | st.builds(Limit, amount_minor=st.integers(1, 10**6), currency=st.just("EUR")),
    authority=st.sampled_from(["agent", "supervisor"]),
    when=st.builds(
        Condition, text=WORDS | st.just(""), all=st.lists(st.builds(Clause, field=IDS, op=st.just("="), value=VALUES), max_size=2)
    ),
    until=st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
)
ARTICLES = st.builds(
    Article,
    id=IDS,
    title=NAMES,
    text=WORDS | st.just("---\n\ntitle: x\n---\r\ntext\rmore"),
    status=st.sampled_from(["draft", "in_review", "published", "archived"]),
    audience=st.sampled_from(["public", "internal"]),
    owner=WORDS | st.just(""),
    tags=st.lists(WORDS, max_size=2).map(tuple),
    products=st.lists(WORDS, max_size=2).map(tuple),
    locale=st.sampled_from(["", "no", "en", "12"]),
    group=st.none() | NAMES,
    valid_from=st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    levers=st.lists(LEVERS, max_size=2, unique_by=lambda lever: lever.id).map(tuple),
    asks=st.lists(st.builds(Ask, field=WORDS, question=WORDS, why=WORDS), max_size=1).map(tuple),
    policy=st.booleans(),
    revision=st.integers(1, 99),
)


@settings(max_examples=300)
@given(ARTICLES)
def test_an_exported_article_is_read_back_the_same(article: Article) -> None:
    read = parse_article(write_article(article), "any.md", NOW)
    assert digest(read) == digest(article)
    assert digest(Article.model_validate_json(read.model_dump_json())) == digest(article), "as the record keeps it, too"


@given(ARTICLES, ARTICLES)
def test_articles_that_differ_have_other_digests(one: Article, other: Article) -> None:
    said = [a.model_copy(update={"revision": 1, "text": a.text.replace("\r\n", "\n").replace("\r", "\n").strip()}) for a in (one, other)]
    assert (digest(one) == digest(other)) == (said[0].model_dump_json() == said[1].model_dump_json())


def test_layout_is_no_difference_and_policy_is() -> None:
    loose = parse_article('---\ntitle:   "Fees"\nid: fees\ntags: [a,   b]\n---\n\n\nText.\n\n', "fees.md", NOW)
    tight = parse_article("---\nid: fees\ntitle: Fees\ntags:\n- a\n- b\n---\nText.", "x.md", NOW)
    assert digest(loose) == digest(tight)
    binding = loose.model_copy(update={"policy": True})
    assert digest(binding) != digest(loose)
    assert parse_article(write_article(binding), "fees.md", NOW) == binding
    # Noted in folders: these must stay what they are in every later version.
    assert digest(loose) == "ec438ae9cf947686210cbe93af0649bebfb9d57dddcce19cce79d7cf47dee443"


# --- the note ----------------------------------------------------------------------------------------------------------------------


def test_the_note_is_read_back_even_from_an_unfinished_merge() -> None:
    one, two = "1" * 64, "2" * 64
    assert read_note(write_note({"b": (one,), "a/ä": (two,)})) == {"a/ä": (two,), "b": (one,)}
    merged = f"# head\n<<<<<<< HEAD\n{one} b\n=======\n{two} b\n>>>>>>> theirs\n{one} c\nnonsense\n{one} two words\n"
    assert read_note(merged) == {"b": (one, two), "c": (one,)}
    assert read_note(write_note(read_note(merged))) == read_note(merged)
    # Of two, the one that the record had first: a file from there may lack what the other brought.
    assert earliest((two, one), Recorded((one, two, "3"))) == (one,)
    assert earliest((two, one), Recorded(("3",))) == ()
    assert earliest((two,), Recorded((one, two))) == (two,)


def test_a_line_changes_alone() -> None:
    one, two = "1" * 64, "2" * 64
    before = write_note({"a": (one,), "b": (one,), "c": (one,)}).splitlines()
    after = write_note({"c": (one,), "b": (two,), "a": (one,)}).splitlines()
    assert [n for n, (x, y) in enumerate(zip(before, after, strict=True)) if x != y] == [3]


# --- places ------------------------------------------------------------------------------------------------------------------------


def made(ident: str = "x", **fields: object) -> Article:
    return Article.model_validate({"id": ident, "title": "T", "text": "t", **fields})


def test_a_new_file_goes_where_its_like_are() -> None:
    others = [
        ("card", made(owner="card-team", products=("card",))),
        ("card", made(owner="card-team", products=("card",))),
        ("flights", made(owner="card-team", products=("flights",))),
        ("stays", made(owner="care", tags=("hotel",))),
        ("internal", made(owner="card-team", products=("card",), audience="internal")),
    ]
    assert place(made(owner="card-team", products=("card", "flights")), others) == "card"
    assert place(made(owner="card-team", products=("flights",)), others) == "flights"
    assert place(made(owner="card-team", products=("trains",)), others) == "card"
    assert place(made(owner="nobody", tags=("hotel", "card")), others) == "stays"
    assert place(made(owner="card-team", audience="internal"), others) == "internal"
    assert place(made(owner="nobody"), others) == ""
    assert place(made(audience="internal"), []) == "internal"
    assert place(made(), [("card", made())]) == "", "what neither has is nothing in common"


@given(st.from_regex(r"\S{1,200}", fullmatch=True))
def test_no_id_leads_out_of_the_folder(ident: str) -> None:
    name = file_name(ident, [])
    assert name.endswith(".md")
    assert not name.startswith(".")
    assert "/" not in name
    assert "\\" not in name
    assert len(name.encode()) <= 210
    assert file_name(ident, {name.casefold()}) != name


@pytest.mark.parametrize(
    ("ident", "name"), [("goodwill", "goodwill.md"), ("../../etc/passwd", "etc-passwd.md"), ("…", "article.md"), ("a.b", "a.b.md")]
)
def test_names(ident: str, name: str) -> None:
    assert file_name(ident, []) == name
