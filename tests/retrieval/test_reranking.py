"""A reranker reads the first hits again; without it, or when it fails, the order stays."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from copilot.adapters.cross_encoder import CrossEncoderReranker
from copilot.domain.errors import Unavailable
from copilot.retrieval.query import plain
from copilot.retrieval.search import READ_AGAIN, Search
from copilot.testing.search import MemoryPassages
from tests.retrieval.test_steering import ALLOW, COLLECTION, EMBEDDER, HOUSE, QUESTION, engine


class Backwards:
    """Thinks best of what search put last."""

    def __init__(self) -> None:
        self.read: list[str] = []

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        assert question == QUESTION
        self.read += texts
        return [float(place) for place in range(len(texts))]


class Gone:
    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        raise Unavailable("The reranker is gone.")


async def found(reranker: Any) -> list[str]:
    plainly = await engine()
    search = Search(EMBEDDER, plainly._vectors, plainly._lexical, reranker)
    result = await search.search("t", COLLECTION, plain(QUESTION), MemoryPassages(HOUSE), ALLOW, 20)
    assert [hit.score for hit in result.hits] == sorted((hit.score for hit in result.hits), reverse=True)
    return [hit.passage_id for hit in result.hits]


async def test_what_the_reranker_likes_best_comes_first() -> None:
    plainly, again = await found(None), await found(backwards := Backwards())
    assert plainly[0] == "refund~1"
    assert not again[0].startswith(("refund~", "twin~"))
    assert again[-1] in ("refund~1", "twin~1")
    assert 0 < len(backwards.read) <= READ_AGAIN
    assert any("Lounge access" in text for text in backwards.read)


async def test_a_reranker_that_fails_changes_nothing() -> None:
    assert await found(Gone()) == await found(None)


async def test_a_folder_without_weights_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="COPILOT_RERANKER"):
        await CrossEncoderReranker(str(tmp_path)).scores("why?", ["because"])


async def test_a_real_cross_encoder_reads_pairs(tmp_path: Path) -> None:
    """A tiny one with random weights: it loads, and gives a number for each text."""
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "refund", "lounge", "days", "ten"]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    shape = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    config = transformers.BertConfig(vocab_size=len(words), num_labels=1, max_position_embeddings=32, **shape)
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    transformers.BertTokenizerFast(vocab=str(tmp_path / "vocab.txt"), model_max_length=32).save_pretrained(tmp_path)
    reranker = CrossEncoderReranker(str(tmp_path))
    scores = await reranker.scores("refund days", ["ten days", "lounge"])
    assert len(scores) == 2
    assert await reranker.scores("refund days", []) == []
