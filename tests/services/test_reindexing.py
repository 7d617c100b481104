"""Indexes are made again while they serve: searches answer, what is published meanwhile is kept, and only what was proved whole serves."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from copilot.adapters.hash_embedder import HashEmbedder
from copilot.adapters.lexical import TantivyLexical
from copilot.adapters.vectors import ChromaVectors
from copilot.bootstrap import Application
from copilot.domain.errors import Conflict, Unavailable
from copilot.domain.knowledge import Article
from copilot.domain.ports.search import Vectors
from copilot.retrieval.indexing import Purpose, collection_prefix
from copilot.services.searching import generations
from copilot.services.searching.indexing import Indexes
from copilot.services.searching.rebuilding import Rebuilding, Rebuilt
from copilot.testing.search import MemoryLexical, MemoryVectors
from tests.adapters.database import samples
from tests.services.conftest import Open

T = "default"
WALRUS = 17
MANY = 700
"""Three batches of encoding: what changes during the last one comes after everything was read."""


class Pausing(HashEmbedder):
    """An encoder that runs `between` once, before the batch that was told."""

    def __init__(self) -> None:
        super().__init__()
        self.between: Callable[[], Awaitable[object]] | None = None
        self.batches = 0
        self.at = 3

    async def encode(self, texts: Sequence[str]) -> Vectors:
        self.batches += len(texts) > 100
        if self.between is not None and self.batches == self.at:
            between, self.between = self.between, None
            await between()
        return await super().encode(texts)

    def interrupt(self, between: Callable[[], Awaitable[object]]) -> None:
        self.batches, self.between = 0, between


class Forgetful(MemoryVectors):
    """Stores everything and finds little of what is in `bad` collections: right counts, lost recall, as RELIABILITY measured of Chroma."""

    bad = ""

    async def query(self, collection: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        found = await super().query(collection, vector, limit)
        return found[5:] if self.bad and collection.endswith(self.bad) else found


def article(number: int, text: str = "", status: str = "published") -> Article:
    words = text or f"The code of case {number} is Q{number}. Tell it at counter {number * 7}."
    words = "Walruses sleep on the pier." if number == WALRUS else words
    return Article.model_validate({"id": f"a{number}", "title": f"Case {number}", "text": words, "status": status})


@pytest.fixture(params=["memory", "real"])
async def application(opened: Open, tmp_path: Path, request: pytest.FixtureRequest) -> Application:
    """With many articles, on the doubles and on Chroma and Tantivy."""
    real = request.param == "real"
    vectors = ChromaVectors(tmp_path / "vectors") if real else MemoryVectors()
    lexical = TantivyLexical(tmp_path / "words") if real else MemoryLexical()
    house = await opened(embedder=Pausing(), vectors=vectors, lexical=lexical, furnish=False)
    await house.application.knowledge.save(T, [article(n) for n in range(MANY)])
    return house.application


async def reindex(application: Application) -> Rebuilt:
    return await application.reindexing.rebuilding.run(T)


async def found(application: Application, query: str) -> list[str]:
    return [hit.article_id for hit in (await application.knowledge.search(T, query)).hits]


async def meant(application: Application, text: str) -> list[str]:
    """Articles found by meaning alone, nearest first."""
    (vector,) = await application.embedder.encode([text])
    hits = await application.vectors.query(await application.indexes.serving(T, "passages"), vector, 3)
    return [key.partition("~")[0] for key, _ in hits]


def interrupt(application: Application, between: Callable[[], Awaitable[object]]) -> None:
    assert isinstance(application.embedder, Pausing)
    application.embedder.interrupt(between)


async def collections(application: Application) -> list[str]:
    return [name for name in await application.vectors.collections() if name.startswith(collection_prefix(T, "passages"))]


async def test_searches_answer_and_publishes_arrive_while_everything_is_made_again(application: Application) -> None:
    before = await application.indexes.serving(T, "passages")

    async def meanwhile() -> None:
        assert await application.indexes.serving(T, "passages") == before
        assert (await found(application, "walruses sleep on the pier"))[0] == f"a{WALRUS}"
        await application.knowledge.save(
            T, [article(9000, "Herons nest on the roof of terminal nine."), article(3, "Otters swim in lane three.")]
        )
        await application.knowledge.save(T, [article(5, status="archived")])
        assert (await meant(application, "Case 9000 Herons nest on the roof of terminal nine."))[0] == "a9000", "at once, in what serves"
        assert (await found(application, "herons nest"))[0] == "a9000"

    interrupt(application, meanwhile)
    rebuilt = await reindex(application)
    assert (rebuilt.passages, rebuilt.found, rebuilt.reason) == (MANY, 1.0, "")
    after = await application.indexes.serving(T, "passages")
    assert after != before
    assert await application.vectors.count(after) == await application.lexical.count(T) == MANY
    assert (await meant(application, "Case 9000 Herons nest on the roof of terminal nine."))[0] == "a9000"
    assert (await meant(application, "Case 3 Otters swim in lane three."))[0] == "a3"
    assert "a5" not in await meant(application, "Case 5 The code of case 5 is Q5. Tell it at counter 35.")
    await application.knowledge.save(T, [article(9001, "Beavers build the dam.")])
    assert (await meant(application, "Case 9001 Beavers build the dam."))[0] == "a9001", "and the next publish goes to the new one"


async def test_words_answer_while_they_are_made_again(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    lexical = application.lexical
    build = await lexical.beside(T)
    assert [key.partition("~")[0] for key, _ in await lexical.query(T, {"walruses": 1.0}, 3)] == [f"a{WALRUS}"]
    await build.discard()
    assert await lexical.count(T) == MANY
    seen: list[int] = []
    pages = type(application.reindexing.rebuilding)._pages

    async def slowly(self: object, tenant: str, size: int) -> AsyncIterator[list[object]]:
        async for page in pages(application.reindexing.rebuilding, tenant, 100):
            seen.append(len(await lexical.query(T, {"walruses": 1.0}, 3)))
            await application.knowledge.save(T, [article(9000 + len(seen), f"Heron number {len(seen)}.")])
            yield list(page)

    monkeypatch.setattr(type(application.reindexing.rebuilding), "_pages", slowly)
    await application.reindexing.rebuilding.words(T)
    assert set(seen) == {1}
    assert len(await lexical.query(T, {"heron": 1.0}, 50)) == len(seen)
    async with application.database.read(T) as records:
        assert await lexical.count(T) == (await records.articles.count())[1]


async def test_what_was_replaced_is_kept_for_searches_under_way_and_then_goes(opened: Open) -> None:
    house = await opened(furnish=False)
    application = house.application
    await application.knowledge.save(T, [article(1)])
    before = await application.indexes.serving(T, "passages")
    await reindex(application)
    assert await application.vectors.count(before) == 1
    assert await application.reindexing.unfinished(house.clock()) == []
    house.clock.forward(minutes=2)
    ((job, tenant, subject),) = await application.reindexing.unfinished(house.clock())
    await application.engine.start(job, tenant, subject)
    await house.settle()
    assert await collections(application) == [await application.indexes.serving(T, "passages")] != [before]
    assert await application.reindexing.unfinished(house.clock()) == []


async def test_vectors_that_do_not_find_themselves_never_serve(opened: Open) -> None:
    vectors = Forgetful()
    house = await opened(vectors=vectors, furnish=False)
    application = house.application
    await application.knowledge.save(T, [article(n) for n in range(50)])
    before = await application.indexes.serving(T, "passages")
    vectors.bad = ".g1"
    editor = await house.enter("editor")
    asked = (await editor.post("/v1/knowledge/reindex")).json()
    await house.settle()
    report = (await editor.get("/v1/knowledge/reindex")).json()
    assert (report["id"], report["state"]) == (asked["id"], "failed")
    assert report["found"] < 0.99
    assert "found themselves" in report["reason"]
    assert await application.indexes.serving(T, "passages") == before
    assert await collections(application) == [before]
    assert (await found(application, "walruses sleep on the pier"))[0] == f"a{WALRUS}"
    # And the next attempt has a name of its own.
    await editor.post("/v1/knowledge/reindex")
    await house.settle()
    assert (await editor.get("/v1/knowledge/reindex")).json()["state"] == "done"


async def test_vectors_that_went_missing_never_serve(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    class Losing(MemoryVectors):
        async def upsert(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
            await super().upsert(collection, ids[1:], vectors[1:]) if collection.endswith(".g1") else await super().upsert(
                collection, ids, vectors
            )

    application = (await opened(vectors=Losing(), furnish=False)).application
    await application.knowledge.save(T, [article(n) for n in range(500)])
    before = await application.indexes.serving(T, "passages")
    assert "holds 498 instead of 500" in (await reindex(application)).reason
    assert await application.indexes.serving(T, "passages") == before


async def test_one_at_a_time_and_an_interrupted_one_goes_on(opened: Open) -> None:
    house = await opened(furnish=False)
    application, editor = house.application, await house.enter("editor")
    await application.knowledge.save(T, [article(1)])
    first = (await editor.post("/v1/knowledge/reindex")).json()
    assert (await editor.post("/v1/knowledge/reindex")).json() == first
    house.clock.forward(minutes=2)
    assert [subject for _, _, subject in await application.reindexing.unfinished(house.clock())] == [first["id"]]
    await house.settle()
    assert (await editor.get("/v1/knowledge/reindex")).json()["state"] == "done"
    assert (await editor.post("/v1/knowledge/reindex")).json()["id"] != first["id"]


async def test_what_goes_wrong_for_good_is_said(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await opened(furnish=False)
    application, editor = house.application, await house.enter("editor")
    await application.knowledge.save(T, [article(1)])
    before = await application.indexes.serving(T, "passages")

    async def broken(*_: object) -> Vectors:
        raise ValueError("a defect")

    monkeypatch.setattr(application.indexes, "embed", broken)
    await editor.post("/v1/knowledge/reindex")
    await house.settle()
    report = (await editor.get("/v1/knowledge/reindex")).json()
    assert (report["state"], "ask for it again" in report["reason"]) == ("failed", True)
    assert await collections(application) == [before]
    assert (await found(application, "the code of case 1"))[0] == "a1"


async def test_an_index_out_of_reach_is_tried_again(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await opened(furnish=False)
    application, editor = house.application, await house.enter("editor")
    await application.knowledge.save(T, [article(1)])

    async def away(*_: object) -> Vectors:
        raise Unavailable("The vector index does not answer.")

    monkeypatch.setattr(application.indexes, "embed", away)
    report = (await editor.post("/v1/knowledge/reindex")).json()
    await house.settle()
    assert (await editor.get("/v1/knowledge/reindex")).json()["state"] == "running"
    monkeypatch.undo()
    assert await application.engine.renew("reindex", T, report["id"])
    await house.settle()
    assert (await editor.get("/v1/knowledge/reindex")).json()["state"] == "done"


async def test_a_memory_made_or_erased_meanwhile_is_right_in_the_new_index(opened: Open) -> None:
    encoder = Pausing()
    application = (await opened(embedder=encoder, furnish=False)).application
    async with application.database.write(T) as records:
        person, other = [await records.customers.upsert(samples.person(name)) for name in ("zeb", "yan")]
        kept = [samples.memory(person.id, f"Likes heron number {n}.") for n in range(300)]
        gone = [samples.memory(other.id, f"Keeps otter number {n}.") for n in range(300)]
        await records.memories.put([*kept, *gone])
    await application.indexes.memories(T, [*kept, *gone])
    late = samples.memory(person.id, "Likes beavers.")

    async def meanwhile() -> None:
        async with application.database.write(T) as records:
            await records.customers.erase(other.id)
            await records.memories.put([late])
        await application.indexes.sweep(T)
        await application.indexes.memories(T, [late])

    encoder.at = 2
    encoder.interrupt(meanwhile)
    rebuilt = await reindex(application)
    expected = {memory.id for memory in (*kept, late)}
    name = await application.indexes.serving(T, "memories")
    assert name.endswith(".g1")
    assert rebuilt.memories == len(expected)
    assert await application.vectors.ids(name) == expected


async def test_after_an_erasure_no_earlier_index_holds_the_person(opened: Open) -> None:
    application = (await opened(furnish=False)).application
    async with application.database.write(T) as records:
        person = await records.customers.upsert(samples.person("zeb"))
        memory = samples.memory(person.id, "Likes herons.")
        await records.memories.put([memory])
    await application.indexes.memories(T, [memory])
    of_another_encoder = f"{collection_prefix(T, 'memories')}old-encoder-c1"
    await application.vectors.upsert(of_another_encoder, [memory.id], await application.embedder.encode(["Likes herons."]))
    await reindex(application)
    async with application.database.write(T) as records:
        await records.customers.erase(person.id)
    await application.indexes.sweep(T)
    for name in await application.vectors.collections():
        assert memory.id not in await application.vectors.ids(name), name


async def test_a_new_encoder_serves_when_its_index_is_whole_and_the_start_does_not_wait(opened: Open) -> None:
    house = await opened(furnish=False)
    vectors, lexical = house.application.vectors, house.application.lexical
    await house.application.knowledge.save(T, [article(n) for n in range(20)])
    wider = HashEmbedder(512)
    house = await opened(vectors=vectors, lexical=lexical, embedder=wider, furnish=False)
    application = house.application
    # `opened` is as a command without a service; now as the service.
    assert await application.vectors.count(await application.indexes.serving(T, "passages")) == 20
    await application.vectors.drop(await application.indexes.serving(T, "passages"))
    await application.reindexing.refresh(T, working=True)
    assert await application.vectors.count(await application.indexes.serving(T, "passages")) == 0, "left to the job"
    assert (await found(application, "walruses sleep on the pier"))[0] == f"a{WALRUS}", "by its words"
    await application.knowledge.save(T, [article(900, "Herons nest here.")])
    assert await application.vectors.count(await application.indexes.serving(T, "passages")) == 1
    await house.settle()
    assert await application.vectors.count(await application.indexes.serving(T, "passages")) == 21


async def swapped_elsewhere(application: Application, purpose: Purpose) -> None:
    """Another replica's swap, seen from here: another generation serves, which knows nothing of what is being indexed now."""
    async with application.database.write(T) as records:
        await generations.put(records, purpose, application.embedder, generations.Standing(generation=7))


async def test_a_publish_that_another_replicas_swap_overtakes_is_in_what_serves(opened: Open) -> None:
    encoder = Pausing()
    application = (await opened(embedder=encoder, furnish=False)).application
    encoder.at = 1
    encoder.interrupt(lambda: swapped_elsewhere(application, "passages"))
    await application.knowledge.save(T, [article(n) for n in range(150)])
    name = await application.indexes.serving(T, "passages")
    assert name.endswith(".g7")
    assert await application.vectors.count(name) == 150


async def test_a_memory_that_another_replicas_swap_overtakes_is_in_what_serves(opened: Open) -> None:
    class Overtaken(MemoryVectors):
        overtake: Callable[[], Awaitable[None]] | None = None

        async def upsert(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
            await super().upsert(collection, ids, vectors)
            if self.overtake is not None:
                overtake, self.overtake = self.overtake, None
                await overtake()

    vectors = Overtaken()
    application = (await opened(vectors=vectors, furnish=False)).application
    async with application.database.write(T) as records:
        person = await records.customers.upsert(samples.person("zeb"))
        memory = samples.memory(person.id, "Likes herons.")
        await records.memories.put([memory])
    vectors.overtake = lambda: swapped_elsewhere(application, "memories")
    await application.indexes.memories(T, [memory])
    assert await vectors.ids(await application.indexes.serving(T, "memories")) == {memory.id}


async def test_who_began_earlier_gives_way(opened: Open) -> None:
    """Two at once can only be when a replica that was taken for dead wakes up."""
    encoder = Pausing()
    application = (await opened(embedder=encoder, furnish=False)).application
    await application.knowledge.save(T, [article(n) for n in range(150)])
    own = application.indexes
    other = Rebuilding(Indexes(own.database, own.embedder, own.vectors, own.lexical, "other"), application.clock)
    encoder.at = 1

    async def overtake() -> None:
        await other.run(T)

    encoder.interrupt(overtake)
    with pytest.raises(Conflict):
        await reindex(application)
    name = await application.indexes.serving(T, "passages")
    assert name.endswith(".g2")
    assert await application.vectors.count(name) == 150


async def test_one_changed_section_of_a_long_article_is_all_that_is_encoded_again(opened: Open) -> None:
    class Counting(HashEmbedder):
        def __init__(self) -> None:
            super().__init__()
            self.texts: list[str] = []

        async def encode(self, texts: Sequence[str]) -> Vectors:
            self.texts += texts
            return await super().encode(texts)

    encoder = Counting()
    application = (await opened(embedder=encoder, furnish=False)).application
    sections = [f"## Section {n}\n\n" + f"Rule {n} is about platform {n}. " * 30 for n in range(40)]
    await application.knowledge.save(T, [article(1, "\n\n".join(sections))])
    assert len(encoder.texts) >= 40
    encoder.texts.clear()
    sections[20] = "## Section 20\n\nPlatform 20 is closed."
    await application.knowledge.save(T, [article(1, "\n\n".join(sections))])
    assert encoder.texts == ["Case 1: Section 20\nPlatform 20 is closed."]
    assert (await found(application, "is platform 20 closed"))[0] == "a1"
