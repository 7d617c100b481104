"""Articles in and out."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.errors import Invalid
from copilot.domain.knowledge import Article, Ask, Clause, Condition, Lever, Limit
from copilot.retrieval.articles import article_from_beir, parse_article, parse_html, read_beir, write_article

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

FULL = """---
id: refunds
title: "Refunds: how long they take"
status: published
audience: public
owner: payments
tags: [refund, 2026]
locale: no
valid_from: 2026-01-15
review_by: P30D
needs: [booking_reference]
levers:
  - id: credit
    offer: "Goodwill credit"
    limit: {amount: 25.50, currency: EUR}
    authority: supervisor
    when: {text: "overdue", all: [{field: promises_overdue, op: ">=", value: 1}]}
    until: 2026-12-31
  - id: late
    offer: "Accept a late request"
    limit: {days: 90}
    when: "illness"
asks: [{field: purpose, question: "What is the trip for?", why: "it decides the fare", decides: "fare"}]
---

Within **10 working days**.
"""


def test_front_matter_becomes_fields() -> None:
    article = parse_article(FULL, "refunds.md", NOW)
    assert (article.id, article.locale, article.tags) == ("refunds", "no", ("refund", "2026"))
    assert article.valid_from == datetime(2026, 1, 15, tzinfo=UTC)
    assert article.review_by == datetime(2026, 3, 31, 12, tzinfo=UTC)
    assert article.text == "Within **10 working days**."
    credit, late = article.levers
    assert credit.limit == Limit(amount_minor=2550, currency="EUR")
    assert credit.when.all == (Clause(field="promises_overdue", op=">=", value=1),)
    assert late.when == Condition(text="illness")
    assert article.asks == (Ask(field="purpose", question="What is the trip for?", why="it decides the fare", decides="fare"),)


def test_until_a_day_includes_the_day() -> None:
    until = parse_article(FULL, "refunds.md", NOW).levers[0].until
    assert until == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_written_and_read_again_is_the_same() -> None:
    article = parse_article(FULL, "refunds.md", NOW)
    written = write_article(article)
    assert "until: 2026-12-31\n" in written
    assert parse_article(written, "other.md", NOW) == article


WORDS = st.text(st.characters(whitelist_categories=("L", "N", "P", "Zs"), max_codepoint=0x2FFF), max_size=40).map(str.strip)


@given(title=WORDS.filter(bool), text=WORDS, tags=st.lists(WORDS.filter(bool), max_size=3), owner=WORDS)
def test_round_trip_of_any_text(title: str, text: str, tags: list[str], owner: str) -> None:
    text = text.replace("---", "")
    article = Article(id="a", title=title, text=text.strip(), status="published", tags=tuple(tags), owner=owner)
    assert parse_article(write_article(article), "a.md", NOW) == article


def test_durations_count_from_the_given_moment() -> None:
    article = parse_article("---\nid: a\ntitle: A\nvalid_from: -P2D\n---\nText", "a.md", NOW)
    assert article.valid_from == datetime(2026, 2, 27, 12, tzinfo=UTC)


def test_without_front_matter() -> None:
    article = parse_article("# How to *pack*\n\nFold it.", "notes/My File_1.md", NOW)
    assert (article.id, article.title, article.status, article.audience) == ("my-file_1", "How to pack", "published", "public")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("---\nid: a\ntitle: [unclosed\n---\nx", ["a.md", "YAML", "line"]),
        ("---\nid: a\ntitle: A\nx", ["a.md", "not closed"]),
        ("---\nid: a\ntitle: A\ncolour: red\n---\nx", ["a.md", "colour", "Remove"]),
        ("---\nid: a\ntitle: A\nstatus: ready\n---\nx", ["a.md", "status"]),
        ("---\nid: a\ntitle: A\nvalid_from: soon\n---\nx", ["a.md", "valid_from", "Write a date"]),
        ("---\nid: a\ntitle: A\nlevers: [{id: l, offer: o, until: 31st}]\n---\nx", ["a.md", "levers.0.until"]),
        ("---\nid: a\ntitle: A\nlevers: [{id: l, offer: o, limit: {amount: 5}}]\n---\nx", ["a.md", "levers.0.limit", "currency"]),
        ("---\nid: a b\ntitle: A\n---\nx", ["a.md", "id"]),
        ("---\nid: a\n---\nno heading", ["a.md", "title"]),
        ("---\n- a\n- b\n---\nx", ["a.md", "fields"]),
    ],
)
def test_broken_files_name_the_file_the_field_and_what_to_do(text: str, says: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_article(text, "a.md", NOW)
    for words in says:
        assert words in str(refused.value)


def test_yaml_cannot_make_objects() -> None:
    with pytest.raises(Invalid):
        parse_article("---\nid: !!python/object/apply:os.getcwd []\ntitle: A\n---\nx", "a.md", NOW)


def test_html_page() -> None:
    article = parse_html(
        "<html lang=de><head><title>Gepäck</title><style>p{}</style></head><body><nav>Menu</nav><main><h1>Gepäck</h1>"
        "<script>alert(1)</script><p>Bis <b>23 kg</b>.</p><ul><li>Koffer</li></ul></main></body></html>",
        "Bag Rules.html",
    )
    assert (article.id, article.title, article.locale, article.status) == ("bag-rules", "Gepäck", "de", "published")
    assert article.text == "Bis **23 kg**.\n\n- Koffer"


def test_html_without_text_is_refused() -> None:
    with pytest.raises(Invalid, match="no text"):
        parse_html("<html><body><script>x</script></body></html>", "empty.html")


@pytest.mark.parametrize("field", ["review_by: 2026-13-45", f"title: {'1' * 5000}"])
def test_values_that_only_look_like_dates_or_numbers_are_named(field: str) -> None:
    with pytest.raises(Invalid, match=r"a\.md: the front matter holds a value"):
        parse_article(f"---\nid: a\n{field}\n---\nText", "a.md", NOW)


def test_html_that_the_parser_rejects_is_refused() -> None:
    with pytest.raises(Invalid, match=r"a\.html"):
        parse_html("<![foo[ ", "a.html")


def test_beir(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    records = [{"_id": "1", "title": "T", "text": "x"}, {"_id": 2, "title": "", "text": " A short first line \n     Then the text."}]
    corpus.write_text("\n".join(map(json.dumps, records)) + "\n\n", encoding="utf-8")
    first, second = read_beir(corpus)
    assert (first.id, first.title, first.text, first.status) == ("1", "T", "x", "published")
    assert (second.id, second.title, second.text) == ("2", "A short first line", "Then the text.")


@pytest.mark.parametrize("record", ["{", "[]", '{"_id": "1"}', "7"])
def test_broken_beir_line_is_named(tmp_path: Path, record: str) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text(f'{{"_id": "1", "text": "x"}}\n{record}\n', encoding="utf-8")
    with pytest.raises(Invalid, match="line 2"):
        list(read_beir(corpus))


def test_beir_without_text_is_refused() -> None:
    with pytest.raises(Invalid):
        article_from_beir(None)


def test_lever_without_condition_round_trips() -> None:
    article = Article(id="a", title="A", text="x", levers=(Lever(id="l", offer="o", until=NOW),))
    assert parse_article(write_article(article), "a.md", NOW) == article
