"""The blind duel: orders, votes that are kept, pages that give nothing away, and what a result is worth."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import httpx
import pytest

from evals.duel.ballot import Ballot
from evals.duel.pages import LARGEST, Duel
from evals.duel.result import result
from evals.judge.votes import Vote, read_votes
from tests.evals.duels import ONE, TWO, ballot, drawn, pair

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{ 7 * 7 }}"


def test_each_voter_has_an_order_of_their_own(tmp_path: Path) -> None:
    kim, lu = ballot(tmp_path, "kim", 30), ballot(tmp_path, "lu", 30)
    assert [one.sample for one in kim.pairs] != [one.sample for one in lu.pairs]
    assert sorted(one.sample for one in kim.pairs) == sorted(one.sample for one in lu.pairs)
    assert [one.sample for one in kim.pairs] == [one.sample for one in ballot(tmp_path, "kim", 30).pairs]
    many = ballot(tmp_path, "kim", 400)
    assert 150 < sum(many.left(one) == "a" for one in many.pairs) < 250


@pytest.mark.parametrize("pick", ["left", "right", "neither"])
def test_a_vote_is_for_the_version_and_not_for_the_place(tmp_path: Path, pick: Literal["left", "right", "neither"]) -> None:
    mine = ballot(tmp_path, count=20)
    for one in mine.pairs:
        mine.cast(one, pick, ["honest", "not a reason"])
    votes = {vote.sample: vote for vote in read_votes(tmp_path / "votes.jsonl")[0]}
    for one in mine.pairs:
        left = mine.left(one)
        expected = {"left": left, "right": {"a": "b", "b": "a"}[left], "neither": "neither"}[pick]
        assert votes[one.sample].choice == expected
        assert mine.picked(one) == pick
    assert {vote.why for vote in votes.values()} == {("honest",)}


def test_a_duel_goes_on_where_it_was_left(tmp_path: Path) -> None:
    first = ballot(tmp_path)
    for _ in range(2):
        number = first.next()
        assert number is not None
        first.cast(first.pairs[number], "left", [])
    ballot(tmp_path, "lu").cast(first.pairs[3], "left", [])
    again = ballot(tmp_path)
    assert (again.done(), again.next()) == (2, 2)


def test_a_half_written_line_takes_no_vote_with_it(tmp_path: Path) -> None:
    file = tmp_path / "votes.jsonl"
    mine = ballot(tmp_path)
    mine.cast(mine.pairs[0], "left", [])
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])
    mine.cast(mine.pairs[1], "left", [])
    lines = file.read_bytes().splitlines()
    assert len(lines) == 3
    assert Vote.model_validate_json(lines[2]).sample == mine.pairs[1].sample


@pytest.fixture
async def kim(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    duel = Duel(drawn(), ballot(tmp_path), tmp_path / "votes.jsonl")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(duel.app()), base_url="http://127.0.0.1:1", follow_redirects=True) as client:
        yield client


def token(page: httpx.Response) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found
    return found[1]


async def test_pages_do_not_say_whose_a_draft_is(kim: httpx.AsyncClient) -> None:
    page = await kim.get("/")
    assert page.url.path == "/pairs/1"
    assert ONE in page.text
    assert TWO in page.text
    assert not re.search(r"\bplain\b|\bwarm\b", page.text.replace('class="plain', ""))


async def test_from_the_first_vote_to_the_result(kim: httpx.AsyncClient, tmp_path: Path) -> None:
    page = await kim.get("/")
    for number in range(1, 5):
        assert page.url.path == f"/pairs/{number}"
        side = "left" if page.text.index(TWO) < page.text.index(ONE) else "right"
        page = await kim.post(page.url.path, data={"pick": side, "why": ["names the matter", "honest"], "token": token(page)})
    assert "warm is preferred" in page.text or "No difference seen" in page.text
    assert "won 4" in " ".join(page.text.split())
    assert "warm: names the matter" in page.text
    assert len(read_votes(tmp_path / "votes.jsonl")[0]) == 4


async def test_one_can_go_back(kim: httpx.AsyncClient, tmp_path: Path) -> None:
    page = await kim.get("/")
    await kim.post("/pairs/1", data={"pick": "left", "token": token(page)})
    page = await kim.get("/pairs/1")
    assert page.text.count("picked") == 1
    await kim.post("/pairs/1", data={"pick": "neither", "token": token(page)})
    (vote,) = read_votes(tmp_path / "votes.jsonl")[0]
    assert vote.choice == "neither"


async def test_another_site_cannot_vote(kim: httpx.AsyncClient, tmp_path: Path) -> None:
    known = token(await kim.get("/"))
    for data in ({"pick": "left"}, {"pick": "left", "token": "é"}, {"pick": "left", "token": known + "x"}):
        assert (await kim.post("/pairs/1", data=data)).status_code == 403
    assert (await kim.post("/pairs/1", data={"pick": "best", "token": known})).status_code == 422
    assert (await kim.post("/pairs/9", data={"pick": "left", "token": known})).status_code == 404
    assert (await kim.post("/pairs/1", content=b"x" * (LARGEST + 1))).status_code == 413
    assert (await kim.get("/", headers={"host": "evil.example"})).status_code == 400
    assert not (tmp_path / "votes.jsonl").exists()


@pytest.mark.parametrize("path", ["/pairs/1", "/pairs/99", "/static/duel.js", "/static/../pages.py", "/static/pages.py", "/nothing"])
async def test_every_answer_keeps_to_the_policy(kim: httpx.AsyncClient, path: str) -> None:
    answer = await kim.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert (answer.status_code == 200) == (path in ("/pairs/1", "/static/duel.js"))


async def test_texts_are_only_texts(tmp_path: Path) -> None:
    evil = pair(EVIL, EVIL, EVIL, f"{EVIL}!", EVIL)
    mine = Ballot([evil], EVIL, tmp_path / "votes.jsonl")
    duel = Duel(drawn(), mine, tmp_path / "votes.jsonl")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(duel.app()), base_url="http://localhost", follow_redirects=True) as client:
        page = await client.get("/")
        end = await client.post("/pairs/1", data={"pick": "left", "token": token(page)})
    for answer in (page, end):
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        assert "49" not in answer.text.replace("149", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


def votes(choices: str, ability: str = "empathy") -> list[Vote]:
    """`b` and `a` won, `-` neither."""
    mine = Ballot([], "kim", Path("nowhere"))
    made = []
    for number, choice in enumerate(choices):
        one = pair(f"{ability}-{number}", ability)
        made.append(
            Vote.model_validate(
                {
                    "sample": one.sample,
                    "rubric": "empathy",
                    "ability": ability,
                    "voter": mine.voter,
                    "at": "2026-01-01T00:00:00Z",
                    "choice": {"-": "neither"}.get(choice, choice),
                    "a": one.a,
                    "b": one.b,
                    "shown_first": "a",
                    "setting": one.setting,
                }
            )
        )
    return made


def test_what_a_result_is_worth() -> None:
    found = result(votes("b" * 15 + "a" * 5 + "-" * 4) + votes("ab--", "honesty"))
    assert (found.all.a, found.all.b, found.all.neither) == (6, 16, 6)
    assert found.all.rate == pytest.approx(16 / 22)
    assert found.all.chance == pytest.approx(0.0525, abs=1e-4)  # binomial, two sides, 16 of 22
    assert found.all.word == "no difference seen"
    assert result(votes("b" * 15 + "a" * 5)).all.word == "B is preferred"
    assert result(votes("a" * 15 + "b" * 5)).all.word == "A is preferred"
    assert [one.about for one in found.abilities] == ["empathy", "honesty"]


def test_several_voters_make_one_pair() -> None:
    others = [vote.model_copy(update={"voter": "lu"}) for vote in votes("bba")]
    found = result([*votes("bbb"), *others])
    assert (found.voters, found.all.a, found.all.b, found.all.neither) == (2, 0, 2, 1)


def test_nothing_decided_is_no_result() -> None:
    found = result(votes("----"))
    assert (found.all.low, found.all.high, found.all.chance, found.all.word) == (0.0, 1.0, 1.0, "no difference seen")
