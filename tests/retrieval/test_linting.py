"""What each rule of `knowledge lint` finds, where, and what it leaves alone."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from copilot.domain.linting import Finding
from copilot.retrieval.linting import CATALOGUE, lint
from copilot.retrieval.linting.readability import measured, syllables

SHIPPED = Path(__file__).parents[2] / "knowledge"
ON = datetime(2026, 11, 28, tzinfo=UTC)


def page(ident: str, text: str = "Write to us.", **front: Any) -> str:
    """An article's file without fault; `None` leaves a field out. The text begins two lines after the front matter's end."""
    fields = {"id": ident, "title": f"All about {ident}", "status": "published", "audience": "public", "owner": "care", "locale": "en"}
    head = yaml.safe_dump({k: v for k, v in (fields | front).items() if v is not None}, sort_keys=False)
    return f"---\n{head}---\n\n{text}\n"


def found(rule: str, *others: str, reading_ease: float = 60, **texts: str) -> list[Finding]:
    """What one rule says of these files (`a__b` is a/b.md)."""
    files = {f"{name.replace('__', '/')}.md": text for name, text in texts.items()}
    return [finding for finding in lint(files, ON, others=others, reading_ease=reading_ease) if finding.rule == rule]


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if words in line)


def lever(ident: str, offer: str, limit: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": ident, "offer": offer, "limit": limit or {"amount": 60, "currency": "EUR"}, "authority": "agent"} | more


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in CATALOGUE}) == len(CATALOGUE) == 9


def test_the_shipped_articles_have_no_errors() -> None:
    texts = {str(path.relative_to(SHIPPED)): path.read_text() for path in SHIPPED.rglob("*.md")}
    assert [f for f in lint(texts, ON, reading_ease=60) if f.severity == "error"] == []
    # One lever of the sample has ended, as real ones do.
    assert [(f.file, f.rule) for f in lint(texts, ON, reading_ease=60)] == [("service/storm-weeks-january.md", "expired")]


def test_findings_come_by_file_and_line() -> None:
    texts = {"b.md": page("b", "[x](gone.md)", owner=None), "a.md": page("a", owner=None)}
    assert [(f.file, f.rule) for f in lint(texts, ON)] == [("a.md", "owner"), ("b.md", "owner"), ("b.md", "broken-link")]


# --- front matter ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\nid: a\ntitle: [x\nowner: y\n---\ntext", 5, "YAML"),
        ("---\nid: a\ntitle: b\ntext", 1, "not closed"),
        (page("a", colour="red"), 8, "unknown field 'colour'"),
        (page("a", status="ready"), 4, "status"),
        (page("a", review_by="31.12.2026"), 8, "review_by"),
        (page("a", levers=[lever("x", "y", {"amount": 5})]), 8, "levers.0"),
        (" \n", 1, "is empty"),
    ],
    ids=["yaml", "open", "unknown", "status", "date", "lever", "empty"],
)
def test_what_the_import_refuses_is_an_error_at_its_line(text: str, line: int, words: str) -> None:
    finding = only(found("front-matter", a=text))
    assert (finding.severity, finding.line) == ("error", line)
    assert words in finding.message
    assert "a.md" not in finding.message


def test_a_broken_file_hides_no_other() -> None:
    assert {f.file for f in lint({"a.md": "---\nid: [\n---\nx", "b.md": page("b", owner=None)}, ON)} == {"a.md", "b.md"}


# --- ids and titles ------------------------------------------------------------------------------------------------------------------


def test_an_id_twice() -> None:
    finding = only(found("duplicate-id", a=page("fee"), b=page("fee", title="Other"), c=page("fees", title="Third")))
    assert (finding.file, finding.line, finding.severity) == ("b.md", 2, "error")
    assert "a.md" in finding.message


def test_a_levers_id_twice_in_one_article() -> None:
    twice = page("a", levers=[lever("x", "Refund the fee"), lever("x", "Add a voucher")])
    assert "two levers have the id 'x'" in only(found("duplicate-id", a=twice)).message
    assert found("duplicate-id", a=page("a", levers=[lever("x", "One")]), b=page("b", levers=[lever("x", "Two")])) == []


@pytest.mark.parametrize(
    ("first", "second", "severity"),
    [
        ("Cancelling a hotel", "cancelling a Hotel!", "error"),
        ("How much baggage you can bring", "How much bagage you can bring", "warning"),
        ("Refunds for a hotel", "Hotel: your refund", "warning"),
        ("How to", "How to", "error"),
    ],
)
def test_titles_that_are_alike(first: str, second: str, severity: str) -> None:
    finding = only(found("duplicate-title", a=page("a", title=first), b=page("b", title=second)))
    assert (finding.file, finding.line, finding.severity) == ("b.md", 3, severity)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Light fare: your cabin bag", "Night fare: your cabin bag"),
        ("Annual card fees 2023", "Annual card fees 2024"),
        ("Cancelling a hotel: partner hotels", "Cancelling a hotel: our houses"),
        ("How to cancel", "When to cancel"),
    ],
)
def test_titles_that_differ(first: str, second: str) -> None:
    assert found("duplicate-title", a=page("a", title=first), b=page("b", title=second)) == []


def test_an_archived_or_translated_article_may_share_a_title() -> None:
    archived, german = page("b", title="Pets", status="archived"), page("c", title="Pets", locale="de")
    assert found("duplicate-title", a=page("a", title="Pets"), b=archived, c=german) == []


# --- owner and days ----------------------------------------------------------------------------------------------------------------


def test_an_article_without_an_owner() -> None:
    finding = only(found("owner", a=page("a", owner=None), b=page("b", owner=None, status="archived"), c=page("c")))
    assert (finding.file, finding.severity) == ("a.md", "error")
    assert only(found("owner", a=page("a", owner="  "))).line == 6
    assert only(found("owner", a=page("a", owner=None, status="draft"))).severity == "warning"


def test_html_cannot_name_an_owner() -> None:
    assert lint({"a.html": "<title>Pets</title><p>Dogs fly too.</p>"}, ON) == []


def test_what_is_past() -> None:
    assert "27 November 2026" in only(found("expired", a=page("a", review_by="2026-11-27"))).message
    two = page("a", levers=[lever("l1", "Refund it"), lever("l2", "Rebook it", until="2026-11-27")])
    finding = only(found("expired", a=two))
    assert (finding.severity, finding.line) == ("warning", line_of(two, "- id: l2"))
    assert "'l2' ended on 27 November 2026" in finding.message


def test_what_is_not_past() -> None:
    today = page("a", review_by="2026-11-28", levers=[lever("l", "Refund it", until="2026-11-28")])
    assert found("expired", a=today, b=page("b", review_by="2020-01-01", status="archived")) == []


def test_a_review_before_the_article_is_valid() -> None:
    assert "before it is valid" in only(found("expired", a=page("a", valid_from="2027-03-01", review_by="2027-02-01"))).message


# --- links ---------------------------------------------------------------------------------------------------------------------------

FEES = page("card-fees", "## What it costs\n\nMuch.\n\n## What it costs\n\nMore.\n\n<a id='extra'></a>Extra.")


@pytest.mark.parametrize(
    "target",
    [
        "fees.md", "fees", "./fees.md#what-it-costs", "fees#what-it-costs-1", "fees.md#extra", "/card/fees.md", "../card/fees.md",
        "card-fees", "../terms.pdf", "my%20scan.png", "#here-too", "fees.md?x=1", "https://example.org/gone", "mailto:a@example.org",
        "//example.org/x", "..",
    ],
)  # fmt: skip
def test_links_that_lead_somewhere(target: str) -> None:
    linking = page("a", f"See\n[this]({target}).\n\n## Here, too!\n\nText.")
    assert found("broken-link", "terms.pdf", "card/my scan.png", card__fees=FEES, card__a=linking) == []


@pytest.mark.parametrize(
    "target",
    ["gone.md", "fees.md#what-is-it", "../fees.md", "../../card/fees.md", "#nowhere", "terms.pdf", "no-such-id", "fees.md#what-it-costs-2"],
)
@pytest.mark.parametrize(
    "form", ["[this]({})", "![this]({})", "<a href='{}'>this</a>", "[this][ref]\n\n[ref]: {}", "| a |\n|---|\n| [x]({}) |"]
)
def test_links_that_lead_nowhere(target: str, form: str) -> None:
    linking = page("a", f"First line\nof two.\n\n{form.format(target)}")
    finding = only(found("broken-link", "terms.pdf", card__fees=FEES, card__a=linking))
    assert (finding.file, finding.severity) == ("card/a.md", "error")
    shown = "|" if form.startswith("|") else "this"
    assert finding.line == line_of(linking, shown) + 2 * (shown == "|")
    assert target.rpartition("#")[2] in finding.message


def test_a_link_within_a_paragraph_is_found_at_its_own_line() -> None:
    linking = page("a", "First line\nof two, [this](gone.md)\nand a third  \nwith [that](gone.md).")
    assert [f.line for f in found("broken-link", a=linking)] == [line_of(linking, "this"), line_of(linking, "that")]


def test_what_only_looks_like_a_link() -> None:
    assert found("broken-link", a=page("a", "`[x](gone.md)` and\n\n    [x](gone.md)\n")) == []
    assert only(found("broken-link", a=page("a", "[x](gone.md)", status="draft"))).severity == "warning"


def test_a_link_in_html_is_found_at_its_line() -> None:
    html = "<html><title>Pets</title>\n<body>\n<p>See <a href='gone.html'>this</a>.</p></body></html>"
    finding = only(lint({"pets.html": html}, ON))
    assert (finding.rule, finding.line) == ("broken-link", 3)


# --- levers --------------------------------------------------------------------------------------------------------------------------

EUR_90 = {"amount": 90, "currency": "EUR"}
OVERDUE = {"all": [{"field": "promises_overdue", "op": ">=", "value": 1}]}


def against(second: dict[str, Any], first: dict[str, Any] | None = None, **front: Any) -> list[Finding]:
    """What is said of two articles, the first with "Refund the first night, up to 60 EUR" by an agent."""
    first = first or lever("x", "Refund the first night, up to 60 EUR")
    fields: dict[str, Any] = {"products": ["stays"], "levers": [second]} | front
    return found("contradicting-levers", a=page("a", products=["stays"], levers=[first]), b=page("b", **fields))


def test_the_same_offer_with_another_limit() -> None:
    finding = only(against(lever("y", "Refund the first night up to 90 EUR", EUR_90)))
    assert (finding.file, finding.severity) == ("b.md", "error")
    assert "'x' (a.md)" in finding.message
    assert "90 EUR instead of 60 EUR" in finding.message
    assert finding.line == 11


def test_the_same_offer_in_another_word_for_the_same_bend() -> None:
    assert only(against(lever("y", "Reimburse the first night", EUR_90))).severity == "error"
    assert against(lever("y", "Refund the last breakfast", EUR_90)) == []


def test_the_same_offer_by_another_authority() -> None:
    assert "a supervisor decides 60 EUR" in only(against(lever("y", "Refund the first night", authority="supervisor"))).message
    less = lever("y", "Refund the first night", {"amount": 40, "currency": "EUR"}, authority="supervisor")
    assert only(against(less)).severity == "error"
    ladder = lever("y", "Refund the first night, up to 90 EUR", EUR_90, authority="supervisor")
    assert against(ladder) == []
    assert found("contradicting-levers", a=page("a", levers=[ladder]), b=page("b", levers=[lever("x", "Refund the first night")])) == []


def test_a_limit_against_none() -> None:
    unlimited = lever("y", "Refund the first night") | {"limit": None}
    assert "without a limit" in only(against(unlimited)).message
    assert against(lever("y", "Refund the first night", {"percent": 10})) == []


@pytest.mark.parametrize(
    ("front", "more"),
    [
        ({"products": ["flights"]}, {}),
        ({"status": "archived"}, {}),
        ({}, {"until": "2026-11-01"}),
        ({}, {"limit": {"amount": 60, "currency": "EUR"}}),
    ],
    ids=["product", "archived", "ended", "equal"],
)
def test_levers_that_cannot_meet(front: dict[str, Any], more: dict[str, Any]) -> None:
    assert against(lever("y", "Refund the first night", EUR_90) | more, **front) == []


def test_levers_whose_days_do_not_meet() -> None:
    ends = lever("x", "Refund the first night", until="2026-12-31")
    assert against(lever("y", "Refund the first night", EUR_90), ends, valid_from="2027-01-01") == []
    assert len(against(lever("y", "Refund the first night", EUR_90), ends, valid_from="2026-12-01")) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"field": "tier", "op": "in", "value": ["gold", "Silver"]}, {"field": "tier", "op": "=", "value": "none"}),
        ({"field": "refund_amount", "op": "<=", "value": 500}, {"field": "refund_amount", "op": ">", "value": 500}),
        ({"field": "delay", "op": "<", "value": 3}, {"field": "delay", "op": "=", "value": 3}),
        ({"field": "tier", "op": "exists", "value": False}, {"field": "tier", "op": "=", "value": "gold"}),
        ({"field": "tier", "op": "!=", "value": "gold"}, {"field": "tier", "op": "=", "value": "gold"}),
    ],
    ids=["sets", "sides", "bound", "absent", "not"],
)
def test_conditions_that_exclude_each_other(left: dict[str, Any], right: dict[str, Any]) -> None:
    first = lever("x", "Refund the first night", when={"all": [left]})
    assert against(lever("y", "Refund the first night", EUR_90, when={"all": [right]}), first) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"field": "tier", "op": "in", "value": ["gold", "silver"]}, {"field": "tier", "op": "in", "value": ["silver", "none"]}),
        ({"field": "delay", "op": ">=", "value": 180}, {"field": "delay", "op": "<", "value": 181}),
        ({"field": "delay", "op": ">=", "value": 180}, {"field": "refund_amount", "op": "<", "value": 50}),
        ({"field": "tier", "op": "!=", "value": "gold"}, {"field": "tier", "op": "!=", "value": "none"}),
        ({"field": "delay", "op": ">", "value": 180}, {"field": "delay", "op": "<", "value": 240}),
        ({"field": "tier", "op": "exists", "value": False}, {"field": "tier", "op": "exists", "value": False}),
    ],
    ids=["sets", "sides", "fields", "not", "between", "absent"],
)
def test_conditions_that_may_meet_are_a_warning(left: dict[str, Any], right: dict[str, Any]) -> None:
    first = lever("x", "Refund the first night", when={"all": [left, {"field": "fare", "op": "=", "value": "Light"}]})
    second = lever("y", "Refund the first night", EUR_90, when={"all": [right, {"field": "hotel_checkin", "op": "exists"}]})
    finding = only(against(second, first))
    assert finding.severity == "warning"
    assert "possibly the same cases" in finding.message


def test_a_rule_and_its_exception_do_not_contradict() -> None:
    rule = lever("x", "Refund the first night", when=OVERDUE)
    narrow = {"all": [*OVERDUE["all"], {"field": "tier", "op": "=", "value": "gold"}]}
    assert against(lever("y", "Refund the first night", EUR_90, when=narrow), rule) == []
    # The other way round, the rule allows what the exception forbids.
    assert len(against(lever("y", "Refund the first night", {"amount": 20, "currency": "EUR"}, when=narrow), rule)) == 1


def test_a_translation_with_another_limit() -> None:
    def both(days: int, when: Any) -> list[Finding]:
        english = page("a", group="g", levers=[lever("x", "Rebook to any flight", {"days": 7}, when=when)])
        german = page("b", group="g", locale="de", levers=[lever("y", "Auf jeden Flug umbuchen", {"days": days}, when=when)])
        return found("contradicting-levers", a=english, b=german)

    assert "14 days instead of 7 days" in only(both(14, OVERDUE)).message
    assert both(7, OVERDUE) == []
    assert both(14, "judge it") == []


# --- reading level and internal text -------------------------------------------------------------------------------------------------

HARD = "The determination of eligibility for reimbursement necessitates comprehensive documentation of the circumstances. " * 10
EASY = "You can bring one bag on board. It must fit under the seat in front of you. We weigh it at the gate. " * 6


def test_a_text_that_is_hard_to_read() -> None:
    finding = only(found("reading-level", a=page("a", HARD)))
    assert finding.severity == "warning"
    assert "below 60" in finding.message
    assert finding.line == 10
    assert only(found("reading-level", a=page("a", HARD, locale=None))).file == "a.md"


@pytest.mark.parametrize(
    ("text", "front"),
    [
        (EASY, {}),
        (HARD[:200], {}),
        (HARD, {"audience": "internal"}),
        (HARD, {"locale": "de"}),
        (HARD, {"status": "archived"}),
        (f"{EASY}\n\n## For the agent\n\n{HARD}", {}),
        (f"{EASY}\n\n```\n{HARD}\n```\n\n| a | b |\n|---|---|\n| {HARD} | b |", {}),
        ("Die Feststellung der Erstattungsfähigkeit erfordert umfassende Unterlagen über die Umstände des Falles. " * 12, {"locale": None}),
    ],
    ids=["easy", "short", "internal", "german", "archived", "agent", "table", "unnamed-german"],
)
def test_texts_whose_reading_level_is_no_matter(text: str, front: dict[str, Any]) -> None:
    assert found("reading-level", a=page("a", text, **front)) == []


def test_no_wanted_level_finds_nothing() -> None:
    assert found("reading-level", reading_ease=0, a=page("a", EASY)) == []


def test_flesch_as_published() -> None:
    """Six words of one syllable in each sentence: 206.835 - 1.015 * 6 - 84.6."""
    assert measured("The cat sat on the mat. The dog lay by the door.").ease == pytest.approx(116.145)
    assert measured("").words == 0


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "the hours times used fee don't we'll are cream deal"),
        (2, "cancel cancelled refund baggage table people quiet being language needed check-in patient movement"),
        (3, "annual video idea created employee period completely customer's"),
        (4, "compensation available reimbursement do-it-yourself"),
    ],
)
def test_syllables(count: int, words: str) -> None:
    assert {word: syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


LEAKS = [
    "Never tell the customer that the form is optional.", "Do not promise callers a refund.", "If the customer complains, give 60 EUR.",
    "See the internal page on refunds.", "This is not for publication.", "Das ist nur intern.", "Nie dem Kunden sagen, was es kostet.",
    "No decir al cliente cuánto cuesta.", "For internal use only.",
]  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_words_for_colleagues_in_a_public_text(leak: str) -> None:
    public = page("a", f"Write to us.\n\n## For the agent\n\n{leak}\n\n## Then\n\nFirst.\n\n- one\n- {leak}")
    finding = only(found("internal-text", a=public))
    assert (finding.severity, finding.line) == ("error", line_of(public, "- one") + 1)
    assert only(found("internal-text", a=page("a", f"## {leak}\n\nText."))).line == 10
    assert only(found("internal-text", a=page("a", leak, status="draft"))).severity == "warning"


@pytest.mark.parametrize("leak", LEAKS)
def test_words_for_colleagues_where_only_they_read(leak: str) -> None:
    assert found("internal-text", a=page("a", leak, audience="internal"), b=page("b", f"Hello.\n\n**For the agent**\n\n{leak}")) == []


@pytest.mark.parametrize(
    "text",
    [
        "If someone calls, do not tell them your PIN.", "We never promise what we cannot keep.", "Do not offer your seat to other people.",
        "Internal flights leave from gate B.", "We treat your data confidentially.", "Our customers tell us so.",
    ],
)  # fmt: skip
def test_words_that_customers_may_read(text: str) -> None:
    assert found("internal-text", a=page("a", text)) == []
