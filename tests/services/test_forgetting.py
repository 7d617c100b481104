"""What is forgotten or erased has no vector left, whatever was being indexed at that moment."""

import asyncio
from collections.abc import Sequence

import pytest

from copilot.adapters.hash_embedder import HashEmbedder
from copilot.bootstrap import Application
from copilot.domain.memory import Memory
from copilot.domain.ports.search import Vectors
from copilot.testing.application import settle
from copilot.testing.search import MemoryVectors
from tests.adapters.database import samples
from tests.api.house import INES
from tests.services.conftest import Open


class Gated(HashEmbedder):
    """An encoder that stops when told, after it was asked and before it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()

    async def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked.set()
        await self.open.wait()
        return await super().encode(texts)


class Interrupted(MemoryVectors):
    """Vectors that are written while somebody else, on another replica, changes the record."""

    application: Application | None = None
    person = ""

    async def upsert(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        await super().upsert(collection, ids, vectors)
        if self.application is not None and self.person:
            person, self.person = self.person, ""
            async with self.application.database.write("default") as records:
                await records.customers.erase(person)


async def collection(application: Application) -> str:
    return await application.indexes.serving("default", "memories")


async def known(application: Application, **values: str) -> Memory:
    """A new customer with one memory on record, not indexed yet."""
    async with application.database.write("default") as records:
        person = await records.customers.upsert(samples.person("zeb"))
        memory = samples.memory(person.id, **values)
        await records.memories.put([memory])
    return memory


async def test_a_memory_that_is_encoded_while_its_person_is_erased_gets_no_vector(opened: Open) -> None:
    encoder, vectors = Gated(), MemoryVectors()
    application = (await opened(embedder=encoder, vectors=vectors, furnish=False)).application
    encoder.asked.clear()
    encoder.open.clear()
    importing = asyncio.create_task(application.customers.import_lines("default", [INES]))
    await encoder.asked.wait()
    receipt = await application.erasure.request("default", "cust-1042", "key:test")
    await settle(application)
    assert (await application.erasure.receipt("default", receipt.id)).state == "done"
    encoder.open.set()
    await importing
    assert await vectors.ids(await collection(application)) == set()


async def test_a_memory_added_after_the_erasure_was_asked_for_goes_with_its_vector(opened: Open) -> None:
    vectors = MemoryVectors()
    application = (await opened(vectors=vectors, furnish=False)).application
    memory = await known(application)
    receipt = await application.erasure.request("default", "zeb", "key:test")
    async with application.database.write("default") as records:
        late = samples.memory(memory.customer_id, "Likes herons.")
        await records.memories.put([late])
    await application.indexes.memories("default", [memory, late])
    assert len(await vectors.ids(await collection(application))) == 2
    await settle(application)
    done = await application.erasure.receipt("default", receipt.id)
    assert (done.state, done.removed["memories"], done.removed["vectors"]) == ("done", 2, 2)
    assert await vectors.ids(await collection(application)) == set()


async def test_another_replicas_erasure_is_noticed_while_vectors_are_written(opened: Open) -> None:
    vectors = Interrupted()
    application = (await opened(vectors=vectors, furnish=False)).application
    memory = await known(application)
    vectors.application, vectors.person = application, memory.customer_id
    await application.indexes.memories("default", [memory])
    assert vectors.person == "", "the other replica was there"
    assert await vectors.ids(await collection(application)) == set()


async def test_an_erasure_that_was_interrupted_finishes_and_counts_everything(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await opened()
    application = house.application
    await house.begin("chat-1")
    receipt = await application.erasure.request("default", "cust-1042", "key:test")
    vectors = application.indexes.vectors
    before = await vectors.ids(await collection(application))
    monkeypatch.setattr(application.indexes, "sweep", _killed)
    with pytest.raises(RuntimeError):
        await application.erasure.run("default", receipt.id)
    assert await vectors.ids(await collection(application)) == before
    monkeypatch.undo()
    await settle(application)
    done = await application.erasure.receipt("default", receipt.id)
    assert done.state == "done"
    assert done.removed["workflows"] == done.removed["turns"] > 0
    assert done.removed["vectors"] == done.removed["memories"] > 0
    assert await vectors.ids(await collection(application)) == set()


async def _killed(_: str) -> None:
    raise RuntimeError("killed here")


async def test_at_start_the_index_and_the_record_agree_by_id_not_by_number(opened: Open) -> None:
    vectors = MemoryVectors()
    application = (await opened(vectors=vectors, furnish=False)).application
    memory = await known(application)
    stray = await application.embedder.encode(["Zebulon keeps herons."])
    await vectors.upsert(await collection(application), ["gone"], stray)
    await application.reindexing.refresh("default", working=True)
    assert await vectors.ids(await collection(application)) == {memory.id}


async def test_what_a_person_forgets_loses_its_vector_and_the_others_keep_theirs(opened: Open) -> None:
    house = await opened()
    application, supervisor = house.application, await house.enter("supervisor")
    vectors = application.indexes.vectors
    before = await vectors.ids(await collection(application))
    kept = await vectors.get(await collection(application), sorted(before))
    one = min(before)
    (await supervisor.patch(f"/v1/memories/{one}", json={"state": "forgotten"})).raise_for_status()
    after = await vectors.get(await collection(application), sorted(before))
    assert set(after) == before - {one}
    assert all((after[key] == kept[key]).all() for key in after)
