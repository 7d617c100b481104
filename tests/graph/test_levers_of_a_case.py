"""Which levers belong to a case: those on the question, those its record meets, and what makes up for a broken promise."""

from datetime import UTC, datetime

import pytest

from copilot.domain.knowledge import Article, Clause, Condition, Lever
from copilot.graph.evidence import choose_levers

AT = datetime(2026, 11, 20, tzinfo=UTC)
OVERDUE = Clause(field="promises_overdue", op=">=", value=1)
LATE = Clause(field="delay_minutes", op=">=", value=180)
FACTS: dict[str, object] = {"promises_overdue": 1, "delay_minutes": 425}


def article(ident: str, *clauses: Clause, products: tuple[str, ...] = ("flights",)) -> Article:
    lever = Lever(id=f"{ident}-lever", offer="Something", when=Condition(text="as written", all=clauses))
    return Article(id=ident, title=ident, text="Text.", status="published", products=products, levers=(lever,))


def chosen(carrying: list[Article], near: list[Article], facts: dict[str, object] = FACTS) -> list[str]:
    return [lever.id for lever in choose_levers({a.id: a for a in near}, [a.id for a in near], carrying, facts, AT)]


@pytest.mark.parametrize("near", [[], [article("card", Clause(field="card", op="exists"), products=("card",))]], ids=["nothing", "another"])
def test_what_makes_up_for_a_broken_promise_counts_whatever_the_question_is_about(near: list[Article]) -> None:
    assert "overdue-lever" in chosen([article("overdue", OVERDUE)], near)
    assert "overdue-lever" not in chosen([article("overdue", OVERDUE)], near, {"promises_overdue": 0})


def test_other_levers_stay_with_their_product() -> None:
    assert chosen([article("late", LATE)], []) == []
    no_promise = Clause(field="promises_overdue", op="<", value=2)
    assert chosen([article("either-way", no_promise)], []) == []


def test_a_lever_on_the_question_counts_though_its_condition_is_open() -> None:
    near = article("near", Clause(field="card", op="=", value="Plus"))
    assert chosen([], [near]) == ["near-lever"]
