"""From a query to ranked, checked passages."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest

from copilot.adapters.hash_embedder import HashEmbedder
from copilot.domain.conversation import Message
from copilot.domain.errors import Unavailable
from copilot.domain.knowledge import Passage
from copilot.domain.ports.search import PassageFilter, Vectors
from copilot.retrieval.choosing import PER_ARTICLE
from copilot.retrieval.coverage import THRESHOLD
from copilot.retrieval.indexing import collection_name, verify
from copilot.retrieval.passages import passage_text_for_index
from copilot.retrieval.query import compose, plain
from copilot.retrieval.search import FILLING, Search, SearchResult
from copilot.retrieval.statements import CHOSEN
from copilot.testing.search import MemoryLexical, MemoryPassages, MemoryVectors

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ALLOW = PassageFilter(at=NOW)
EMBEDDER = HashEmbedder(512)
COLLECTION = collection_name("t", "passages", EMBEDDER)


def passage(key: str, title: str, text: str, **fields: object) -> Passage:
    return Passage.model_validate({"id": f"{key}~1", "article_id": key.partition("/")[0], "title": title, "text": text, **fields})


HOUSE = [
    passage("refund", "How long a refund takes", "Within 10 working days the money is back on your card."),
    passage("bag", "Delayed bags", "Report a delayed bag at the airport and keep the receipts."),
    passage("lounge", "Lounge access", "Gold members enter the lounge with one guest."),
    passage("acorn", "Acorn Guest House", "Breakfast is served from 7 to 10 and included in the price."),
    passage("worth", "Worth House", "Breakfast is served from 8 to 9 and costs 12 EUR."),
    passage("inner", "Refund ledger", "Look at the payout ledger before you promise a refund.", audience="internal"),
]


class Desk:
    """An index with its record."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.vectors: MemoryVectors = MemoryVectors()
        self.lexical: MemoryLexical = MemoryLexical()
        self.source = MemoryPassages(passages)
        self.passages = passages

    async def filled(self) -> "Desk":
        vectors = await EMBEDDER.encode([passage_text_for_index(p) for p in self.passages])
        await self.vectors.upsert(COLLECTION, [p.id for p in self.passages], vectors)
        await self.lexical.replace("t", [], self.passages)
        return self

    async def ask(self, text: str, allow: PassageFilter = ALLOW, limit: int = 6) -> SearchResult:
        return await Search(EMBEDDER, self.vectors, self.lexical).search("t", COLLECTION, plain(text), self.source, allow, limit)

    async def found(self, text: str, allow: PassageFilter = ALLOW, limit: int = 6) -> list[str]:
        return [hit.article_id for hit in (await self.ask(text, allow, limit)).hits]


async def test_the_right_article_comes_first_and_scores_fall() -> None:
    desk = await Desk(HOUSE).filled()
    result = await desk.ask("how long does a refund take?")
    assert result.hits[0].article_id == "refund"
    assert result.degraded == ""
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


async def test_what_the_record_refuses_is_never_a_hit() -> None:
    desk = await Desk(HOUSE).filled()
    desk.source.remove("refund~1")
    assert "refund" not in await desk.found("how long does a refund take?")
    assert "inner" not in await desk.found("refund ledger payout", ALLOW.model_copy(update={"audiences": ("public",)}))


async def test_more_is_read_when_the_record_refuses_much() -> None:
    old = [passage(f"old{i}", "Refund rules", f"A refund takes {i} days.", valid_from=NOW + timedelta(days=1)) for i in range(60)]
    desk = await Desk([*old, passage("now", "Money back", "Refund by card.")]).filled()
    assert await desk.found("refund rules take days") == ["now"]


async def test_copies_and_slices_do_not_crowd_the_list() -> None:
    slices = [
        passage(f"long/{i}", "Refunds", f"Refund step {name}: the refund is checked by team {name}.") for i, name in enumerate("abcdef")
    ]
    copies = [passage(f"copy{i}", "Refund policy", "Your refund is paid to the card you used.") for i in range(4)]
    desk = await Desk([*slices, *copies]).filled()
    found = await desk.found("refund", limit=10)
    assert found.count("long") == PER_ARTICLE
    assert sum(key.startswith("copy") for key in found) == 1


async def test_different_figures_are_no_copies_and_the_newer_comes_first() -> None:
    pair = [
        passage("old", "Refund time", "Your refund takes 28 days to reach the card.", valid_from=NOW - timedelta(days=700)),
        passage("new", "Refund time", "Your refund takes 10 days to reach the card.", valid_from=NOW - timedelta(days=7)),
    ]
    desk = await Desk(pair).filled()
    assert await desk.found("my refund takes 28 days to reach the card?") == ["new", "old"]


async def test_the_house_named_before_decides() -> None:
    desk = await Desk(HOUSE).filled()
    lines = [("customer", "I booked the {house}."), ("agent", "Nice."), ("customer", "When is breakfast served?")]
    for house, key in (("Acorn Guest House", "acorn"), ("Worth House", "worth")):
        messages = [
            Message.model_validate({"id": str(i), "author": a, "text": t.format(house=house), "sent_at": NOW})
            for i, (a, t) in enumerate(lines)
        ]
        search = Search(EMBEDDER, desk.vectors, desk.lexical)
        result = await search.search("t", COLLECTION, compose(messages, ["2"]), desk.source, ALLOW)
        assert result.hits[0].article_id == key


@pytest.mark.parametrize(("asked", "encoded"), [("may my guest enter with me", 1 + CHOSEN), ("lounge access", 0)])
async def test_statements_are_encoded_where_they_may_matter_and_a_known_vector_not_again(asked: str, encoded: int) -> None:
    class Listening(HashEmbedder):
        asked: tuple[str, ...] = ()

        async def encode(self, texts: Sequence[str]) -> Vectors:
            self.asked += tuple(texts)
            return await super().encode(texts)

    desk = await Desk(HOUSE).filled()
    query = plain(asked)
    vector = (await EMBEDDER.encode([query.text]))[0]
    embedder = Listening(512)
    result = await Search(embedder, desk.vectors, desk.lexical).search("t", COLLECTION, query, desk.source, ALLOW, query_vector=vector)
    assert result.hits[0].article_id == "lounge"
    assert query.text not in embedder.asked
    assert len(embedder.asked) == encoded


FAQ = [
    passage(f"faq{i}", title, text)
    for i, (title, text) in enumerate(
        [
            ("Refund by card", "A refund by card is paid within five days. We write to you when it is sent."),
            ("Refund by PayPal", "A refund by PayPal is paid within two days. We write to you when it is sent."),
            ("Refund of a voucher", "A refund of a voucher is a new voucher. We write to you when it is sent."),
            ("Refund of a seat", "A refund of a seat is paid with the ticket. We write to you when it is sent."),
            ("Meals on board", "Meals are served on flights of three hours. Vegetarian meals are ordered two days before."),
        ]
    )
]


async def test_a_near_miss_scores_below_the_answer_whose_neighbours_stay() -> None:
    asked = "are vegetarian meals served on flights?"
    answer = await (await Desk(FAQ).filled()).ask(asked)
    near_miss = await (await Desk(FAQ[:4]).filled()).ask(asked)
    assert answer.hits[0].article_id == "faq4"
    assert near_miss.hits[0].score < THRESHOLD < answer.hits[0].score


async def test_a_statement_that_answers_counts_more_than_the_passage_around_it() -> None:
    rest = "Bread comes from the village. Keys hang at the door. The lake is near. Bicycles are lent at the gate."
    said = passage("said", "House rules", f"Quiet is kept after ten. Dogs may sleep in the garden room. {rest}")
    unsaid = passage("said", "House rules", f"Quiet: may sleep after ten. Dogs are kept in. The garden room. {rest}")
    question = "may dogs sleep in the garden room"
    found = [(await (await Desk([one, *HOUSE]).filled()).ask(question)).hits[0] for one in (said, unsaid)]
    assert [hit.article_id for hit in found] == ["said", "said"]
    assert found[0].score > found[1].score


async def test_scores_do_without_statements_when_the_encoder_stops() -> None:
    class Stops(HashEmbedder):
        async def encode(self, texts: Sequence[str]) -> NoReturn:
            raise Unavailable("The encoder was closed.")

    desk = await Desk(FAQ).filled()
    query = plain("are vegetarian meals served on flights?")
    vector = (await EMBEDDER.encode([query.text]))[0]
    result = await Search(Stops(512), desk.vectors, desk.lexical).search("t", COLLECTION, query, desk.source, ALLOW, query_vector=vector)
    assert result.hits[0].article_id == "faq4"
    assert result.hits[0].score > result.hits[1].score > 0


class DownVectors(MemoryVectors):
    async def query(self, collection: str, vector: Vectors, limit: int) -> NoReturn:
        raise Unavailable("The vector index is being rebuilt.")


class DownLexical(MemoryLexical):
    async def query(self, tenant: str, terms: object, limit: int) -> NoReturn:
        raise Unavailable("The lexical index is damaged.")


async def test_words_lead_when_there_are_no_vectors() -> None:
    desk = await Desk(HOUSE).filled()
    desk.vectors = DownVectors()
    result = await desk.ask("lounge access for gold members")
    assert result.hits[0].article_id == "lounge"
    assert result.hits[0].score > 0.5
    assert "words only" in result.degraded
    assert "being rebuilt" in result.degraded


async def test_what_has_a_vector_already_does_not_lead_while_the_others_are_filled_in() -> None:
    desk = await Desk(HOUSE).filled()
    kept = "acorn~1"
    await desk.vectors.delete(COLLECTION, [p.id for p in HOUSE if p.id != kept])
    result = await desk.ask("lounge access and breakfast")
    words_alone = await Search(EMBEDDER, DownVectors(), desk.lexical).search(
        "t", COLLECTION, plain("lounge access and breakfast"), desk.source, ALLOW
    )
    assert result.hits[0].article_id == "lounge"
    assert [hit.score for hit in result.hits] == [hit.score for hit in words_alone.hits]
    assert result.degraded == FILLING


async def test_with_no_vector_yet_words_lead() -> None:
    desk = await Desk(HOUSE).filled()
    await desk.vectors.drop(COLLECTION)
    result = await desk.ask("lounge access for gold members")
    assert result.hits[0].article_id == "lounge"
    assert result.hits[0].score > 0.5
    assert result.degraded == FILLING


async def test_one_that_was_published_a_moment_ago_is_found_beside_the_others() -> None:
    others = [passage(f"fare{i}", f"Fare {i}", f"Fare {i} may be changed at the airport counter for {i} EUR.") for i in range(20)]
    desk = await Desk([*HOUSE, *others]).filled()
    whole = await desk.found("lounge access for gold members")
    await desk.vectors.delete(COLLECTION, ["lounge~1"])
    result = await desk.ask("lounge access for gold members")
    assert (result.hits[0].article_id, whole[0]) == ("lounge", "lounge")
    assert result.degraded == "", "cosines of all the others are compared"


async def test_meaning_leads_when_there_are_no_words() -> None:
    desk = await Desk(HOUSE).filled()
    desk.lexical = DownLexical()
    result = await desk.ask("lounge access for gold members")
    assert result.hits[0].article_id == "lounge"
    assert "meaning only" in result.degraded


async def test_both_down_is_unavailable() -> None:
    desk = await Desk(HOUSE).filled()
    desk.vectors, desk.lexical = DownVectors(), DownLexical()
    with pytest.raises(Unavailable):
        await desk.ask("lounge")


async def test_nothing_asked_and_nothing_known() -> None:
    assert (await (await Desk(HOUSE).filled()).ask("  ")).hits == ()
    assert (await Desk([]).ask("refund")).hits == ()


async def test_tenants_do_not_meet() -> None:
    desk = await Desk(HOUSE).filled()
    other = collection_name("u", "passages", EMBEDDER)
    assert other != COLLECTION
    result = await Search(EMBEDDER, desk.vectors, desk.lexical).search("u", other, plain("refund"), desk.source, ALLOW)
    assert result.hits == ()


async def test_verify_counts_what_finds_itself() -> None:
    desk = await Desk(HOUSE).filled()
    vectors = await EMBEDDER.encode([passage_text_for_index(p) for p in HOUSE])
    probes = [(p.id, v) for p, v in zip(HOUSE, vectors, strict=True)]
    assert await verify(COLLECTION, probes, desk.vectors) == 1.0
    await desk.vectors.delete(COLLECTION, ["bag~1", "acorn~1", "worth~1"])
    assert await verify(COLLECTION, probes, desk.vectors) == 0.5
    assert await verify(COLLECTION, [], desk.vectors) == 1.0


@pytest.mark.parametrize("tenant", ["default", "Ärzte & Söhne GmbH", "x" * 600, "", "../../etc", "t_1"])
def test_collection_names_obey_chroma(tenant: str) -> None:
    name = collection_name(tenant, "memories", EMBEDDER)
    assert 3 <= len(name) <= 512
    assert all(c.isascii() and (c.isalnum() or c in "._-") for c in name)
    assert name[0].isalnum()
    assert name[-1].isalnum()
    assert name != collection_name(f"{tenant}2", "memories", EMBEDDER)


async def test_words_are_rated_on_what_only_meaning_found() -> None:
    class Short(MemoryLexical):
        """As where a hundred others match better."""

        async def query(self, tenant: str, terms: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
            return (await super().query(tenant, terms, limit))[:1]

    desk = await Desk(HOUSE).filled()
    whole = await Search(EMBEDDER, desk.vectors, desk.lexical).explain("t", COLLECTION, plain("breakfast price"), desk.source, ALLOW)
    await (short := Short()).replace("t", [], HOUSE)
    told = await Search(EMBEDDER, desk.vectors, short).explain("t", COLLECTION, plain("breakfast price"), desk.source, ALLOW)
    assert {c.passage_id: (c.words, c.covered) for c in told.candidates} == {c.passage_id: (c.words, c.covered) for c in whole.candidates}
    assert [c.article_id for c in whole.hits[:2]] == ["acorn", "worth"]
    assert all(c.words > 0 for c in told.candidates if c.passage_id in {"acorn~1", "worth~1"})
