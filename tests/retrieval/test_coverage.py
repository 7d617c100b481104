"""Does knowledge cover the question, and does it contradict itself?"""

from datetime import UTC, datetime

import pytest

from copilot.domain.conversation import Message
from copilot.domain.knowledge import Hit
from copilot.retrieval.calibration import NEIGHBOURS, Standing, likelihood, margin, overlap
from copilot.retrieval.contradictions import conflicts, figures_of, newest_first
from copilot.retrieval.coverage import THRESHOLD, judge
from copilot.retrieval.fusion import Found
from copilot.retrieval.query import plain

HELLO = [Message(id="1", author="customer", text="Hello!", sent_at=datetime(2026, 3, 1, tzinfo=UTC))]


def hit(key: str, title: str, text: str, year: int | None = None, score: float = 0.9, locale: str = "en") -> Hit:
    begins = datetime(year, 1, 1, tzinfo=UTC) if year else None
    return Hit(
        article_id=key, title=title, passage_id=f"{key}~1", text=text, score=score, audience="public", locale=locale, valid_from=begins
    )


OLD = hit("old", "Refunds: when will I get my money?", "Please allow up to 28 days for the money to reach your account.", 2024)
NEW = hit("new", "How long a refund takes", "Within 10 working days from the day we confirm a refund, the money is back.", 2026)


def test_contradicting_passages_are_named_newer_first() -> None:
    query = plain("How long does my refund take?")
    ordered = newest_first([OLD, NEW], query)
    assert [h.article_id for h in ordered] == ["new", "old"]
    coverage = judge(query, ordered, [])
    assert coverage.covered
    assert coverage.conflict == ("new~1", "old~1")
    assert "different figures" in coverage.reason


@pytest.mark.parametrize(
    ("question", "left", "right"),
    [
        ("How long does a refund take?", NEW, hit("b", "Refund time", "A refund takes two weeks at most, that is 14 days.")),
        ("How do I ask for a refund?", OLD, NEW),
        ("How long does a refund take?", NEW, hit("b", "Lounge passes", "A lounge pass is valid for 28 days.")),
        ("How long does a refund take?", NEW, hit("b", "Refund fees", "A refund by cheque costs 28 EUR.")),
        ("How long does a refund take?", NEW, OLD.model_copy(update={"locale": "de"})),
        ("How long does a refund take?", NEW, OLD.model_copy(update={"article_id": "new"})),
        ("How long does a refund take?", NEW, OLD.model_copy(update={"score": 0.55})),
    ],
    ids=["same length", "no figure asked", "another subject", "another unit", "another language", "one article", "answers much less"],
)
def test_what_is_no_contradiction(question: str, left: Hit, right: Hit) -> None:
    assert conflicts([left, right], plain(question)) == []


def test_money_and_dates_contradict_too() -> None:
    fee = [hit("a", "Annual fee", "The annual fee is 59 EUR."), hit("b", "Annual fee", "The annual fee is €69.")]
    assert len(conflicts(fee, plain("What is the annual fee?"))) == 1
    dates = [
        hit("a", "Voucher sale", "The voucher sale ends on 31 March 2026."),
        hit("b", "Voucher sale", "The voucher sale ends on 2026-04-30."),
    ]
    assert len(conflicts(dates, plain("Until when does the voucher sale last?"))) == 1


@pytest.mark.parametrize(
    ("sentence", "figures"),
    [
        ("5 to 10 working days", {"time": {7.0, 14.0}}),
        ("two bags of 23 kg, €1,200.50", {"kg": {23.0}, "eur": {1200.5}}),
        ("1.200 Euro in 4 Wochen", {"eur": {1200.0}, "time": {28.0}}),
        ("10 % off until 2026-02-30", {"percent": {10.0}}),
        ("gate 12, flight TW482, 2026", {}),
    ],
)
def test_figures(sentence: str, figures: dict[str, set[float]]) -> None:
    assert {kind: set(values) for kind, values in figures_of(sentence).items()} == figures


def test_silence_has_its_reason() -> None:
    weak = [hit("a", "Lounge access", "Gold members only.", score=THRESHOLD - 0.01)]
    assert "nearest is “Lounge access”" in judge(plain("Do you sell boats?"), weak, []).reason
    assert not judge(plain("Do you sell boats?"), weak, []).covered
    assert "Nothing was found" in judge(plain("boats"), [], []).reason
    assert "asked nothing" in judge(plain("Hello!"), weak, HELLO).reason
    assert "written nothing" in judge(plain(""), weak, []).reason


def test_covered_names_the_article() -> None:
    coverage = judge(plain("refund money"), [NEW], [])
    assert coverage.covered
    assert (coverage.score, coverage.threshold, coverage.query) == (0.9, THRESHOLD, "refund money")
    assert "How long a refund takes" in coverage.reason


def test_likelihood_rises_with_each_measure() -> None:
    weak, usual = Found("a", 0.3, 0, 0, 0), Standing()
    assert likelihood(weak, 0.2, usual) < likelihood(weak._replace(meaning=0.6), 0.2, usual) < 1
    assert likelihood(weak, 0.2, usual) < likelihood(weak._replace(named=1.0), 0.2, usual)
    assert likelihood(weak, 0.2, usual) < likelihood(weak, 0.2, usual._replace(nearer=0.3))
    assert likelihood(weak, 0.2, usual._replace(margin=0.0)) < likelihood(weak, 0.2, usual)
    assert likelihood(weak, 0.2, usual) < likelihood(weak, 0.2, usual._replace(margin=0.4))
    assert likelihood(weak, 0.2, usual) < likelihood(weak, 0.2, usual._replace(words=40))


def test_words_alone_count_by_their_share_and_by_how_they_stand_out_and_are_never_sure() -> None:
    only_words = Found("a", None, 9.0, 0, 0)
    assert likelihood(only_words, 0.1, Standing(margin=0.1)) < 0.1
    assert likelihood(only_words, 0.5, Standing(margin=0.2)) < THRESHOLD < likelihood(only_words, 0.5, Standing(margin=0.9))
    assert THRESHOLD < likelihood(only_words, 1.0, Standing()) < 0.95


def test_an_answer_stands_out_and_one_of_many_alike_does_not() -> None:
    best = Found("a", 0.6, 9.0, 0, 0)
    far = [Found(f"far{i}", 0.2, 3.0, 0, 0) for i in range(3 * NEIGHBOURS)]
    near = [Found(f"near{i}", 0.6, 9.0, 0, 0) for i in range(NEIGHBOURS)]
    assert margin(best, far) == pytest.approx(0.4)
    assert margin(best, [*far, *near]) == pytest.approx(0.0)
    # The answer written down a second time costs a tenth of the margin, not all of it.
    assert margin(best, [*far, near[0]]) == pytest.approx(0.36)
    assert margin(best._replace(meaning=None), [f._replace(meaning=None) for f in far]) == pytest.approx(2 / 3)
    assert margin(best, []) is None
    assert margin(best._replace(meaning=None, words=0.0), [far[0]._replace(meaning=None)]) == 0.0


def test_overlap_is_a_weighted_share() -> None:
    assert overlap({"refund": 1.0, "lisbon": 0.5}, {"refund"}) == pytest.approx(2 / 3)
    assert overlap({}, {"refund"}) == 0
