"""Answers that are kept, what they cost, and what a run is told before it asks."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from copilot.adapters.models import vendor
from copilot.domain.errors import Refused, Unavailable
from copilot.domain.ports.models import ChatMessage, ModelRequest
from copilot.graph.draft import random_fence
from copilot.kinds import by_name
from copilot.testing import turns
from copilot.testing.provider import ScriptedProvider
from copilot.testing.provider.plays import answers, refuses
from evals.answers import asking, prices
from evals.answers.estimate import Estimate
from evals.answers.models import KeptModels, opened
from evals.answers.purse import BudgetSpent, Purse
from evals.answers.store import Store, key_of
from evals.subject import fixed_fence

MODEL = "openai/gpt-4o-mini"


class Word(BaseModel):
    word: str


def question(text: str = "Say a word.") -> ModelRequest:
    messages = (ChatMessage(role="system", content="You say words."), ChatMessage(role="user", content=text))
    return ModelRequest(tenant_id="default", purpose="reply", messages=messages, answer=Word, stream=("word",))


@pytest.fixture(scope="module", autouse=True)
def litellm() -> Any:
    return vendor.load()


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as scripted:
        yield scripted


@pytest.fixture
async def models(provider: ScriptedProvider, tmp_path: Path) -> AsyncIterator[KeptModels]:
    made = opened(MODEL, provider.base_url, Store(tmp_path / "answers"), Purse())
    yield made
    await made.close()


def test_what_is_put_is_got(tmp_path: Path) -> None:
    store, key = Store(tmp_path), key_of({"a": 1})
    assert store.get(key) is None
    store.put(key, {"text": "„ja“ 🙂 € \ud83d"})
    assert Store(tmp_path).get(key) == {"text": "„ja“ 🙂 € \ud83d"}
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1}) != key


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"value": {"text": "other"}}', '{"sha256": "0", "value": {"text": "yes"}}'])
def test_a_damaged_entry_is_none(tmp_path: Path, damage: str) -> None:
    store, key = Store(tmp_path), key_of({})
    store.put(key, {"text": "yes"})
    (place,) = tmp_path.rglob("*.json")
    place.write_text(damage)
    assert store.get(key) is None
    store.put(key, {"text": "yes"})
    assert store.get(key) == {"text": "yes"}


def test_a_changed_word_is_noticed(tmp_path: Path) -> None:
    store, key = Store(tmp_path), key_of({})
    store.put(key, {"text": "yes"})
    (place,) = tmp_path.rglob("*.json")
    place.write_text(place.read_text().replace("yes", "no!"))
    assert store.get(key) is None


def test_an_entry_is_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        Store(tmp_path).put(key_of({}), {"text": object()})
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


async def test_the_same_question_is_asked_once(provider: ScriptedProvider, models: KeptModels) -> None:
    provider.script(answers({"word": "swan"}, tokens=(1000, 10)), answers({"word": "owl"}))
    first = await models.ask(question())
    shown: list[str] = []

    async def grows(text: str) -> None:
        shown.append(text)

    again = await models.ask(question(), grows)
    assert (first.value, again.value) == (Word(word="swan"), Word(word="swan"))
    assert again == first.model_copy(update={"value": again.value})
    assert shown == ["swan"]
    assert len(provider.requests) == 1
    assert (await models.ask(question("Another."))).value == Word(word="owl")


async def test_what_it_cost_is_counted_once(provider: ScriptedProvider, tmp_path: Path) -> None:
    purse = Purse()
    models = opened(MODEL, provider.base_url, Store(tmp_path), purse)
    provider.script(answers({"word": "swan"}, tokens=(1_000_000, 0)))
    await models.ask(question())
    await models.ask(question())
    await models.close()
    assert (purse.asked, purse.kept) == (1, 1)
    assert purse.dollars() == pytest.approx(prices.price(MODEL, 1_000_000, 0))
    assert purse.dollars() > 0


@pytest.mark.parametrize("other", ["model", "where", "schema", "store"])
async def test_another_question_is_asked(provider: ScriptedProvider, models: KeptModels, tmp_path: Path, other: str) -> None:
    class Other(Word):
        more: str = ""

    provider.script(answers({"word": "swan"}), answers({"word": "owl"}))
    await models.ask(question())
    asked = question().model_copy(update={"answer": Other}) if other == "schema" else question()
    store = None if other == "store" else Store(tmp_path / "answers")
    where = provider.base_url.replace("127.0.0.1", "localhost") if other == "where" else provider.base_url
    second = opened("openai/gpt-4o" if other == "model" else MODEL, where, store, Purse())
    assert (await second.ask(asked)).value.model_dump()["word"] == "owl"
    await second.close()


async def test_a_failure_is_not_kept(provider: ScriptedProvider, tmp_path: Path) -> None:
    purse = Purse()
    models = opened(MODEL, provider.base_url, Store(tmp_path), purse)
    provider.script(refuses(401), answers({"word": "owl"}))
    with pytest.raises(Unavailable):
        await models.ask(question())
    assert sum(purse.failed.values()) == 1
    assert (await models.ask(question())).value == Word(word="owl")
    await models.close()


async def test_a_trial_pass_asks_nothing(provider: ScriptedProvider, tmp_path: Path) -> None:
    purse = Purse(trial=[])
    models = opened(MODEL, provider.base_url, Store(tmp_path), purse)
    with pytest.raises(Unavailable):
        await models.ask(question("word " * 500))
    assert not provider.requests
    assert purse.trial is not None
    assert [(one.model, 500 <= one.tokens < 540) for one in purse.trial] == [(MODEL, True)]
    await models.close()


def test_a_budget_ends() -> None:
    purse = Purse(limit=10)
    purse.check()
    purse.pay(9)
    purse.check()
    purse.waste(1)
    with pytest.raises(BudgetSpent, match="budget of"):
        purse.check()
    Purse().check()


def test_prices_are_known_or_said_not_to_be() -> None:
    assert (prices.price(MODEL, 1000, 1000) or 0) > 0
    assert prices.price("openai/scripted", 1000, 1000) is None


def test_the_service_has_a_new_code_each_time_and_an_evaluation_the_same() -> None:
    turn, reply, options = turns.furious(), by_name("reply"), by_name("options")
    assert random_fence(turn, reply) != random_fence(turn, reply)
    assert fixed_fence(turn, reply) == fixed_fence(turn.model_copy(update={"id": "another"}), reply)
    assert fixed_fence(turn, reply) != fixed_fence(turn, options)
    assert fixed_fence(turn, reply) != fixed_fence(turn.model_copy(update={"conversation_ref": "another"}), reply)


def found(**other: Any) -> Estimate:
    told = {"samples": 150, "looked_at": 5, "questions": 300.0, "tokens": 900_000.0, "dollars": 4.5, "unpriced": ()}
    return Estimate(**{**told, **other})


def test_the_cost_is_said_beforehand() -> None:
    assert "150 samples" in asking.told(found())
    assert "about $4.50" in asking.told(found())
    unknown = asking.told(found(unpriced=("openai/own",), dollars=0.0))
    assert "price not known for openai/own" in unknown
    assert "$" not in unknown


@pytest.mark.parametrize(("dollars", "yes", "terminal", "asked"), [(4.5, False, True, True), (4.5, True, True, False), (4.5, False, False, False), (0.9, False, True, False)])  # fmt: skip # noqa: E501
def test_a_person_is_asked_above_a_sum(monkeypatch: pytest.MonkeyPatch, dollars: float, yes: bool, terminal: bool, asked: bool) -> None:
    questions: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)

    def no(text: str, **_: Any) -> bool:
        questions.append(text)
        return False

    monkeypatch.setattr("typer.confirm", no)
    if asked:
        with pytest.raises(Refused, match="Nothing was run"):
            asking.confirm(found(dollars=dollars), None, yes=yes)
    else:
        asking.confirm(found(dollars=dollars), None, yes=yes)
    assert bool(questions) == asked


def test_a_budget_wants_a_price() -> None:
    with pytest.raises(Refused, match="price of openai/own is not known"):
        asking.confirm(found(unpriced=("openai/own",)), 2.0, yes=True)
    asking.confirm(found(unpriced=("openai/own",), questions=0.0, dollars=0.0), 2.0, yes=True)  # all of it is kept
