"""Train the sensing head: `make train-sense DATA=folder`, the folder holding `emotion/goemotions`; CACHE=folder keeps the vectors.

Only GoEmotions (Apache-2.0) is read, its names masked as it ships and by the product's own cleaning. What is chosen is chosen on its dev
split; its test split is not read here. Same data, same releases of scikit-learn and torch, same kind of processor: the same bytes.
"""

import argparse
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

import copilot.sensing
from copilot.domain.emotion import LABELS
from copilot.sensing.cleaning import clean
from copilot.sensing.head import Floats, Keys, keys_of, pieces, terms, words_of
from evals.emotion.scores import macro_f1
from evals.emotion.sets import goemotions
from evals.emotion.vectors import vectors_of

OFTEN, PIECES_OFTEN = 2, 5
"""A word or pair is learnt when so many texts hold it; a piece of words, when so many do."""
KEPT = 20_000
"""Terms that are kept: those by which labels differ most, weighted by the root of the texts that hold them."""
RARE = 0.5
"""How far rare labels are weighted up: 0 not at all, 1 fully."""
SPREAD = 2.0
"""The vector counts as much beside the words when it is multiplied by this."""
C = 1.5
"""Inverse strength of the penalty on large weights."""
ROUNDS = 200
OFFSETS = np.linspace(-1.2, 1.2, 25)
"""What may be added to a label's score for the sake of macro-F1."""


class Split(NamedTuple):
    """Texts as vectors (n, 384), as keys of their words and pairs and of their pieces, and their labels (n,)."""

    vectors: Floats
    words: list[Keys]
    pieces: list[Keys]
    labels: npt.NDArray[np.int64]


class Learnt(NamedTuple):
    """Weights (7, 384), bias (7,), and the rows (n, 7) of the terms with these keys (n,), ascending."""

    weights: Floats
    bias: Floats
    keys: Keys
    rows: Floats


def read(folder: Path, split: str, cache: Path | None) -> Split:
    """`train` or `dev` of the GoEmotions in `folder`."""
    texts, labels = goemotions(folder, split)
    cleaned = [clean(text, ()) for text in texts]
    words = [words_of(text) for text in cleaned]
    return Split(vectors_of(cleaned, cache), [keys_of(terms(one)) for one in words], [keys_of(pieces(one)) for one in words], labels)


def fit(split: Split, kept: int = KEPT) -> Learnt:
    """Learnt twice: from all terms, then from those `kept` that told most."""
    keys = np.sort(np.concatenate([_common(split.words, OFTEN), _common(split.pieces, PIECES_OFTEN)]))
    first = _learnt(split, keys)
    texts = np.asarray((_holds(split.words, keys) + _holds(split.pieces, keys)).sum(axis=0)).ravel()
    tells = np.ptp(first.rows, axis=1) * np.sqrt(texts)
    return _learnt(split, keys[np.sort(np.argsort(-tells, kind="stable")[:kept])])


def _common(texts: Sequence[Keys], often: int) -> Keys:
    """The keys that at least so many texts hold."""
    keys, counts = np.unique(np.concatenate(texts), return_counts=True)
    return keys[counts >= often]


def _holds(texts: Sequence[Keys], keys: Keys) -> sparse.csr_array:
    """1 where a text (row) holds a key (column)."""
    said, owner = np.concatenate(texts), np.repeat(np.arange(len(texts)), [len(one) for one in texts])
    places = np.minimum(np.searchsorted(keys, said), len(keys) - 1)
    known = keys[places] == said
    return sparse.csr_array((np.ones(known.sum()), (owner[known], places[known])), shape=(len(texts), len(keys)))


def _said(split: Split, keys: Keys) -> sparse.csr_array:
    """What the product makes of a text's terms: 1 over the root of their number, words and pieces apart; shape (n, keys)."""
    return sparse.csr_array(normalize(_holds(split.words, keys)) + normalize(_holds(split.pieces, keys)))


def _learnt(split: Split, keys: Keys) -> Learnt:
    counts = np.bincount(split.labels, minlength=len(LABELS))
    weight = {label: (counts.sum() / (len(LABELS) * count)) ** RARE for label, count in enumerate(counts)}
    known = sparse.hstack([_said(split, keys), sparse.csr_array(split.vectors * SPREAD)], format="csr")
    with threadpool_limits(1):  # sums in one order
        model = LogisticRegression(C=C, max_iter=ROUNDS, class_weight=weight).fit(known, split.labels)
    found = model.coef_.astype(np.float32)
    return Learnt(found[:, len(keys) :] * np.float32(SPREAD), model.intercept_.astype(np.float32), keys, found[:, : len(keys)].T)


def scores_of(split: Split, learnt: Learnt) -> Floats:
    """Scores (n, 7) as the product computes them."""
    return np.asarray(split.vectors @ learnt.weights.T + learnt.bias + _said(split, learnt.keys) @ learnt.rows, dtype=np.float32)


def offsets(scores: Floats, labels: npt.NDArray[np.int64]) -> Floats:
    """What to add to each label's score for the best macro-F1, one label after the other, three times round."""
    found = np.zeros(len(LABELS), dtype=np.float32)
    best = macro_f1(scores.argmax(axis=1), labels)
    for label in [*range(len(LABELS))] * 3:
        for offset in OFFSETS:
            tried = found.copy()
            tried[label] = offset
            f1 = macro_f1((scores + tried).argmax(axis=1), labels)
            if f1 > best + 1e-5:
                best, found = f1, tried
    return found


def save(path: Path, **arrays: npt.NDArray[np.generic]) -> None:
    """An .npz whose bytes depend on its content only (numpy stamps the time)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def train(folder: Path, cache: Path | None, out: Path) -> float:
    """Write the weights to `out`; returns macro-F1 on dev, as the written weights give it."""
    dev, found = read(folder, "dev", cache), fit(read(folder, "train", cache))
    scale: Floats = np.asarray(np.abs(found.rows).max(axis=0) / 127, dtype=np.float32)
    small = np.round(found.rows / scale).astype(np.int8)
    half = found.weights.astype(np.float16)
    scores = scores_of(dev, found._replace(weights=half.astype(np.float32), rows=small * scale))
    added = offsets(scores, dev.labels)
    save(out, weights=half, bias=found.bias + added, keys=found.keys, rows=small, scale=scale)
    return macro_f1((scores + added).argmax(axis=1), dev.labels)


def main() -> None:
    """Train and write copilot/sensing/head.npz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", help="holds emotion/goemotions with train.tsv, dev.tsv and labels.txt")
    parser.add_argument("--cache", type=Path, default=None, help="keep vectors here between runs; without it 36,000 texts are encoded")
    parser.add_argument("--out", type=Path, default=Path(copilot.sensing.__path__[0]) / "head.npz")
    options = parser.parse_args()
    if options.data is None or not (options.data / "emotion" / "goemotions").is_dir():
        parser.error("training reads GoEmotions: make train-sense DATA=folder, the folder holding emotion/goemotions (train.tsv, dev.tsv)")
    f1 = train(options.data / "emotion", options.cache, options.out)
    print(f"macro-F1 on dev {f1:.3f}; {options.out.stat().st_size} bytes in {options.out}")


if __name__ == "__main__":
    main()
