"""What is measured: the copilot with the sample company, and each case beside it."""

import pytest

from copilot.domain.errors import Invalid
from evals.casebook.format import Case
from evals.subject import Variant, opened, wanted_kinds
from tests.evals.house import BAG, House


def test_kinds_that_a_case_asks_for() -> None:
    """Those it names, those its expectations look at, and the one that must stay silent; in the order of the product."""
    given = BAG | {"kinds": ["options"], "must": [{"abstain": "handover"}, {"say": "x", "in": "questions"}]}
    assert wanted_kinds(Case.model_validate(given)) == ["questions", "options", "handover"]
    assert wanted_kinds(Case.model_validate(BAG)) == []


async def test_all_articles_are_measured_or_none(house: House) -> None:
    (house.knowledge / "torn.md").write_text("---\nid: [\n---\nText", encoding="utf-8")
    with pytest.raises(Invalid, match=r"torn\.md.*measures all of them or none"):
        async with opened(Variant(knowledge=house.knowledge, embedder="hash")):
            pass


async def test_a_case_that_the_product_refuses_is_named(house: House) -> None:
    case = Case.model_validate(BAG | {"customer": {"name": "Ines", "since": "yesterday"}})
    async with opened(Variant(knowledge=house.knowledge, embedder="hash")) as subject:
        with pytest.raises(Invalid, match="case 'a missing suitcase is answered with the sum'"):
            await subject.run(case)


async def test_the_same_case_comes_out_the_same_whenever_it_is_run(house: House) -> None:
    """Dates in drafts and turns of phrase: a run is compared with one of another day."""
    late = {"history": [{"ago": "9d", "said": [{"customer": "Where is it?"}, {"agent": "I will call you by Monday."}]}]}
    case = Case.model_validate(BAG | {"customer": {"name": "Ines Duarte"} | late})
    drafts = []
    for _ in range(2):
        async with opened(Variant(knowledge=house.knowledge, embedder="hash")) as subject:
            outcome = await subject.run(case)
            assert outcome.turn.as_of.isoformat() == "2026-11-25T10:00:00+00:00"
            drafts.append([(one.kind, one.text, one.reason) for one in outcome.suggestions])
    assert drafts[0] == drafts[1]
    assert any(text for _, text, _ in drafts[0])
