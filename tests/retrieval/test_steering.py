"""What editors pinned or blocked, and a search that explains itself."""

from datetime import UTC, datetime, timedelta
from typing import NoReturn

from copilot.adapters.hash_embedder import HashEmbedder
from copilot.domain.errors import Unavailable
from copilot.domain.knowledge import Passage
from copilot.domain.ports.search import PassageFilter, Vectors
from copilot.retrieval.choosing import PER_ARTICLE
from copilot.retrieval.coverage import THRESHOLD
from copilot.retrieval.explaining import Candidate, Explanation
from copilot.retrieval.indexing import collection_name
from copilot.retrieval.passages import passage_text_for_index
from copilot.retrieval.query import plain
from copilot.retrieval.search import Search, SearchResult
from copilot.retrieval.steering import Steering
from copilot.testing.search import MemoryLexical, MemoryPassages, MemoryVectors

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ALLOW = PassageFilter(at=NOW)
EMBEDDER = HashEmbedder(512)
COLLECTION = collection_name("t", "passages", EMBEDDER)
QUESTION = "how long does a refund take?"


def passage(key: str, title: str, text: str, **fields: object) -> Passage:
    return Passage.model_validate({"id": key, "article_id": key.partition("~")[0], "title": title, "text": text, **fields})


HOUSE = [
    passage("refund~1", "How long a refund takes", "How long does it take? A refund takes 10 working days."),
    passage("refund~2", "How long a refund takes", "A refund of a voucher takes one day."),
    passage("twin~1", "How long a refund takes", "How long does it take? A refund takes 10 working days!"),
    passage("lounge~1", "Lounge access", "Gold members enter the lounge with one guest."),
    passage("lounge~2", "Lounge access", "The lounge takes refunds of day passes for as long as a month."),
    passage("later~1", "How long a refund takes", "From May a refund takes 3 days.", valid_from=NOW + timedelta(days=60)),
    *(passage(f"long~{i}", "Refunds", f"Team {name} checks what desk {name} wrote.") for i, name in enumerate("abcdef")),
]


class DownVectors(MemoryVectors):
    async def query(self, collection: str, vector: Vectors, limit: int) -> NoReturn:
        raise Unavailable("The vector index is being rebuilt.")


async def engine(vectors: MemoryVectors | None = None) -> Search:
    meaning, words = vectors or MemoryVectors(), MemoryLexical()
    await words.replace("t", [], HOUSE)
    await meaning.upsert(COLLECTION, [p.id for p in HOUSE], await EMBEDDER.encode([passage_text_for_index(p) for p in HOUSE]))
    return Search(EMBEDDER, meaning, words)


async def asked(steering: Steering, limit: int = 6, vectors: MemoryVectors | None = None) -> SearchResult:
    search = await engine(vectors)
    return await search.search("t", COLLECTION, plain(QUESTION), MemoryPassages(HOUSE), ALLOW, limit, steering=steering)


async def explained(steering: Steering, limit: int = 6) -> Explanation:
    return await (await engine()).explain("t", COLLECTION, plain(QUESTION), MemoryPassages(HOUSE), ALLOW, limit, steering=steering)


def ids(found: SearchResult | Explanation) -> list[str]:
    return [hit.passage_id for hit in found.hits]


async def test_what_is_blocked_is_no_hit_and_others_move_up() -> None:
    assert ids(await asked(Steering()))[0] == "refund~1"
    without = ids(await asked(Steering(blocked_passages=("refund~1",))))
    # Its copy, left out before, is free to be shown: a rule about a passage says nothing about another article.
    assert "refund~1" not in without
    assert without[0] == "twin~1"
    assert not {key for key in ids(await asked(Steering(blocked_articles=("refund", "twin")))) if key.startswith(("refund", "twin"))}


async def test_the_best_piece_of_a_pinned_article_comes_first_and_is_sure() -> None:
    found = await asked(Steering(pinned_articles=("lounge",)))
    assert ids(found)[:2] == ["lounge~2", "refund~1"]
    plainly = await asked(Steering())
    assert found.hits[0].score >= max(THRESHOLD, plainly.hits[0].score)
    assert found.hits[1].score == plainly.hits[0].score


async def test_a_pin_leaves_the_likelihood_of_the_others_as_it_was() -> None:
    plainly = {hit.passage_id: hit.score for hit in (await asked(Steering(), 20)).hits}
    for key in ("lounge~1", "long~3"):
        first, *others = (await asked(Steering(pinned_passages=(key,)), 20)).hits
        assert first.passage_id == key
        shown = {hit.passage_id: hit.score for hit in others}
        # A pinned piece takes the place of another of its article.
        assert len(shown) == len(plainly) - 1
        assert shown == {other: plainly[other] for other in shown}


async def test_a_pinned_passage_comes_first_though_no_index_proposed_it() -> None:
    class Blind(MemoryVectors):
        async def query(self, collection: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
            return [pair for pair in await super().query(collection, vector, limit) if pair[0] != "lounge~1"]

    pinned = Steering(pinned_passages=("lounge~1",))
    assert "lounge~1" not in ids(await asked(Steering(), 20, Blind()))
    assert ids(await asked(pinned, 20, Blind()))[0] == "lounge~1"
    assert ids(await asked(pinned, 1, DownVectors())) == ["lounge~1"]


async def test_a_rule_cannot_show_what_the_record_refuses_or_another_rule_blocks() -> None:
    assert "later~1" not in ids(await asked(Steering(pinned_passages=("later~1",), pinned_articles=("later", "none"))))
    assert "lounge~1" not in ids(await asked(Steering(pinned_passages=("lounge~1",), blocked_articles=("lounge",))))


async def test_an_explanation_has_the_hits_of_the_search_and_says_why_the_rest_is_left_out() -> None:
    steering = Steering(pinned_passages=("lounge~1",), blocked_passages=("refund~2",))
    told = await explained(steering, limit=5)
    assert told.hits == (await asked(steering, limit=5)).hits
    verdicts = {c.passage_id: c.verdict for c in told.candidates}
    assert set(verdicts) == {p.id for p in HOUSE}
    assert verdicts["refund~2"] == "blocked"
    assert verdicts["later~1"] == "not_in_record"
    assert verdicts["twin~1"] == "copy"
    assert _of(told, "twin~1").like == "refund~1"
    assert [c.shown for c in sorted(told.candidates, key=lambda c: c.shown) if c.shown] == [1, 2, 3, 4, 5]
    assert {c.passage_id: c.shown for c in told.candidates if c.verdict == "hit"} == {
        hit.passage_id: place for place, hit in enumerate(told.hits, 1)
    }
    assert [c.pinned for c in told.candidates if c.passage_id == "lounge~1"] == [True]
    assert "below_list" in verdicts.values()


async def test_too_much_of_one_article_is_said() -> None:
    told = await explained(Steering(), limit=20)
    assert sum(c.verdict == "enough_of_article" for c in told.candidates) == 6 - PER_ARTICLE


async def test_candidates_come_with_what_they_were_rated_by() -> None:
    told = await explained(Steering())
    assert [c.place for c in told.candidates] == list(range(1, len(HOUSE) + 1))
    assert [c.rank for c in told.candidates] == sorted((c.rank for c in told.candidates), reverse=True)
    first = _of(told, "refund~1")
    assert first.words > _of(told, "lounge~1").words == 0
    assert first.meaning is not None
    assert first.score == told.hits[0].score
    assert _of(told, "later~1").score is None
    assert "not valid now" in _of(told, "later~1").reason
    assert (await (await engine()).explain("t", COLLECTION, plain(" "), MemoryPassages(HOUSE), ALLOW)).candidates == ()


def _of(told: Explanation, key: str) -> Candidate:
    return next(c for c in told.candidates if c.passage_id == key)
