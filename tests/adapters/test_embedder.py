"""Text → vectors. The real encoder's thread is tested with a small stand-in model; one test loads the real weights."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from copilot.adapters import embedder as module
from copilot.adapters import weights
from copilot.adapters.embedder import (
    BULK_BATCH,
    KEPT_CALL,
    PADDING,
    SentenceTransformerEmbedder,
    make_embedder,
    of_like_length,
)
from copilot.adapters.hash_embedder import HashEmbedder
from copilot.domain.errors import Unavailable
from copilot.domain.ports.search import Vectors


class Recorder:
    """Stands in for the model: notes every batch, and can be held to let work queue up."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.threads: set[str] = set()
        self.go = threading.Event()
        self.begun = threading.Event()
        self.go.set()

    def encode(self, _model: object, texts: list[str]) -> Vectors:
        self.begun.set()
        assert self.go.wait(10)
        self.batches.append(list(texts))
        self.threads.add(threading.current_thread().name)
        vectors: Vectors = np.array([[len(text), 1.0] for text in texts], dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder()
    monkeypatch.setattr(module, "_encode", made.encode)
    monkeypatch.setattr(SentenceTransformerEmbedder, "_load", lambda _self: object())
    return made


@pytest_asyncio.fixture
async def embedder() -> AsyncIterator[SentenceTransformerEmbedder]:
    made = SentenceTransformerEmbedder()
    yield made
    await made.close()


async def test_calls_that_wait_are_encoded_together(recorder: Recorder, embedder: SentenceTransformerEmbedder) -> None:
    recorder.go.clear()
    first = asyncio.create_task(embedder.encode(["first"]))
    await asyncio.to_thread(recorder.begun.wait, 10)
    others = [asyncio.create_task(embedder.encode([f"other {i}"])) for i in range(5)]
    for _ in range(3):
        await asyncio.sleep(0)
    recorder.go.set()
    await asyncio.gather(first, *others)
    assert recorder.batches == [["first"], [f"other {i}" for i in range(5)]]
    assert recorder.threads == {"embedder"}


async def test_a_query_overtakes_bulk_work(recorder: Recorder, embedder: SentenceTransformerEmbedder) -> None:
    recorder.go.clear()
    bulk = asyncio.create_task(embedder.encode([f"passage {i}" for i in range(KEPT_CALL * 2)]))
    await asyncio.to_thread(recorder.begun.wait, 10)
    query = asyncio.create_task(embedder.encode(["query"]))
    await asyncio.sleep(0)
    recorder.go.set()
    vectors, _ = await asyncio.gather(bulk, query)
    assert vectors.shape == (KEPT_CALL * 2, 2)
    assert [len(batch) for batch in recorder.batches][:2] == [BULK_BATCH, 1]


async def test_the_order_of_texts_is_kept(recorder: Recorder, embedder: SentenceTransformerEmbedder) -> None:
    texts = ["x" * n for n in range(1, KEPT_CALL * 3)]
    vectors = await embedder.encode(texts)
    assert np.allclose(vectors[:, 0] / vectors[:, 1], [len(text) for text in texts])


async def test_a_text_is_encoded_once(recorder: Recorder, embedder: SentenceTransformerEmbedder) -> None:
    once = await embedder.encode(["a", "bb", "a"])
    again = await embedder.encode(["bb"])
    assert recorder.batches == [["a", "bb"]]
    assert np.array_equal(once[1], again[0])
    assert np.array_equal(once[0], once[2])


async def test_what_customers_wrote_is_not_kept(recorder: Recorder, embedder: SentenceTransformerEmbedder) -> None:
    await embedder.encode(["a very private sentence"])
    assert "private" not in repr(vars(embedder))


async def test_a_cancelled_call_does_not_stop_the_others(recorder: Recorder, embedder: SentenceTransformerEmbedder) -> None:
    recorder.go.clear()
    first = asyncio.create_task(embedder.encode(["first"]))
    await asyncio.to_thread(recorder.begun.wait, 10)
    gone, stays = asyncio.create_task(embedder.encode(["gone"])), asyncio.create_task(embedder.encode(["stays"]))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    recorder.go.set()
    assert (await stays).shape == (1, 2)
    await first
    assert ["gone"] not in recorder.batches


async def test_a_model_that_fails_is_unavailable_and_may_come_back(
    recorder: Recorder, embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_model: object, _texts: Sequence[str]) -> Vectors:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patched:
        patched.setattr(module, "_encode", broken)
        with pytest.raises(Unavailable, match="out of memory"):
            await embedder.encode(["x"])
    assert (await embedder.encode(["x"])).shape == (1, 2)


async def test_no_texts_need_no_model(embedder: SentenceTransformerEmbedder) -> None:
    assert (await embedder.encode([])).shape == (0, 384)


async def test_closing_twice_is_no_error(embedder: SentenceTransformerEmbedder) -> None:
    await embedder.close()
    await embedder.close()


def test_version_and_dimension_do_not_load_the_model(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.dimension == 384
    assert embedder.version == SentenceTransformerEmbedder().version
    assert len(embedder.version) == 12


def test_bfloat16_only_where_the_processor_has_it(tmp_path: Path) -> None:
    cpu = tmp_path / "cpuinfo"
    cpu.write_text("flags\t: avx2 avx512f avx512_vnni\n", encoding="ascii")
    assert not module._has_bfloat16(cpu)
    cpu.write_text("flags\t: avx2 avx512_bf16\n", encoding="ascii")
    assert module._has_bfloat16(cpu)
    assert not module._has_bfloat16(tmp_path / "none")


class Coarse:
    """A model whose vectors turn by an angle when it computes in less than float32."""

    def __init__(self, angle: float) -> None:
        self.angle, self.half = angle, False

    def to(self, dtype: object) -> "Coarse":
        self.half = "bfloat16" in str(dtype)
        return self

    default_prompt_name = truncate_dim = None

    def preprocess(self, texts: list[str], **_: object) -> list[str]:
        return texts

    def __call__(self, texts: list[str]) -> dict[str, object]:
        return {"sentence_embedding": self.encode(texts)}

    def encode(self, texts: list[str], **_: object) -> object:
        import torch

        turn = self.angle if self.half else 0.0
        return torch.tensor([[np.cos(len(text) + turn), np.sin(len(text) + turn)] for text in texts])


@pytest.mark.parametrize(("angle", "chosen"), [(0.01, "bfloat16"), (0.2, "float32")])
def test_half_precision_only_where_the_vectors_stay_the_same(monkeypatch: pytest.MonkeyPatch, angle: float, chosen: str) -> None:
    monkeypatch.setattr(module, "_has_bfloat16", lambda: True)
    model = Coarse(angle)
    assert module._choose_precision(model) == chosen
    assert model.half == (chosen == "bfloat16")


async def test_an_index_made_in_either_precision_is_one() -> None:
    """Same name of the collections, same vectors: a machine with another processor goes on with what this one made."""
    here, full = make_embedder(), make_embedder(precision="float32")
    texts = ["How long does a refund take?", "Gold members enter the lounge with one guest. " * 20, "RF-20418", "Où est ma valise ?"]
    try:
        assert here.version == full.version
        ours, theirs = await here.encode(texts), await full.encode(texts)
        assert isinstance(full, SentenceTransformerEmbedder)
        assert full.precision == "float32"
        assert ((ours * theirs).sum(axis=1) > 0.999).all()
    finally:
        await here.close()
        await full.close()


def test_names() -> None:
    assert make_embedder().name == make_embedder("minilm").name == "minilm"
    assert make_embedder("hash").name == "hash"
    assert make_embedder("some/model").name == "some/model"


async def test_a_folder_that_is_no_model_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    embedder = make_embedder(str(tmp_path))
    with pytest.raises(Unavailable, match="COPILOT_EMBEDDER"):
        await embedder.encode(["x"])
    await embedder.close()


async def test_the_real_weights() -> None:
    embedder = make_embedder("minilm")
    try:
        vectors = await embedder.encode(["Where is my refund?", "When do I get my money back?", "The lounge is open."])
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
        assert embedder.dimension == vectors.shape[1]
    finally:
        await embedder.close()


async def test_a_pass_gives_what_the_library_gives() -> None:
    """The shortcut past `encode`, and `encode` itself where a model wants a prompt."""
    embedder = SentenceTransformerEmbedder(precision="float32")
    model = embedder._load()
    texts = ["My refund is late.", "A much longer text, with several words more than the other one has."]
    theirs = model.encode(texts, convert_to_numpy=True, normalize_embeddings=True)
    assert ((module._encode(model, texts) * theirs).sum(axis=1) > 0.9999).all()
    model.prompts["query"] = "query: "
    model.default_prompt_name = "query"
    prompted = model.encode(texts, convert_to_numpy=True, normalize_embeddings=True)
    assert ((module._encode(model, texts) * prompted).sum(axis=1) > 0.9999).all()
    assert ((prompted * theirs).sum(axis=1) < 0.999).all()


async def test_beside_a_letter_a_short_text_means_what_it_means_alone() -> None:
    letter = "I wrote to you in March about the refund for my flight, and again in April. " * 12
    together, alone = make_embedder("minilm"), make_embedder("minilm")
    texts = ["Well?", letter, "Where is my refund?", "ok"]
    try:
        beside = await together.encode(texts)
        each = np.concatenate([await alone.encode([text]) for text in texts])
        assert ((beside * each).sum(axis=1) > 0.999).all()
    finally:
        await together.close()
        await alone.close()


@given(st.lists(st.integers(min_value=0, max_value=3000), max_size=40))
def test_texts_of_like_length_go_together_and_none_is_lost(lengths: list[int]) -> None:
    groups = of_like_length(lengths)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    for group in groups:
        assert sum(lengths[group[0]] - lengths[i] for i in group) <= PADDING
    for group, longer in zip(groups[1:], groups, strict=False):
        wasted = sum(lengths[longer[0]] - lengths[i] for i in longer)
        assert wasted + lengths[longer[0]] - lengths[group[0]] > PADDING, "a pass of its own only where padding would cost more"


@given(st.lists(st.text(), max_size=5))
def test_hashed_vectors_are_unit_and_the_same_each_time(texts: list[str]) -> None:
    first, again = asyncio.run(HashEmbedder().encode(texts)), asyncio.run(HashEmbedder().encode(texts))
    assert first.shape == (len(texts), 256)
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)
    assert np.array_equal(first, again)


async def test_hashed_vectors_find_shared_words_and_parts() -> None:
    a, b, c = await HashEmbedder().encode(["my refund is late", "late refunds", "lounge opening times"])
    assert a @ b > 0.4 > a @ c


@pytest.mark.parametrize(
    ("card", "read"),
    [
        ("---\nlanguage: en\nlicense: apache-2.0\n---\n# A model", {"en"}),
        ("---\nlanguage:\n- en\n- de-AT\n---\n", {"en", "de"}),
        ("---\nlanguage:\n- multilingual\n- en\n---\n", set()),
        ("---\nlicense: mit\n---\n", set()),
        ("---\nlanguage: [en\n---\n", set()),
        ("# A model without front matter", set()),
    ],
)
def test_the_model_card_says_which_languages_are_read(tmp_path: Path, card: str, read: set[str]) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert weights.languages(tmp_path) == read


def test_the_packaged_encoder_reads_english_unless_told_otherwise() -> None:
    assert make_embedder().languages == {"en"}
    assert make_embedder(languages=("en", "de")).languages == {"en", "de"}
