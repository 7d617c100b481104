"""Train the sensing head: `make train-sense DATA=folder`, the folder holding `emotion/goemotions`; CACHE=folder keeps the vectors.

Only GoEmotions (Apache-2.0) is read, its names masked as it ships and by the product's own cleaning. What is chosen is chosen on its dev
split; its test split is not read here. Same data, same releases of torch and numpy, same kind of processor: the same bytes.
"""

import argparse
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import copilot.sensing
from copilot.domain.emotion import LABELS
from copilot.sensing.cleaning import clean
from copilot.sensing.head import BUCKETS, DIMENSION, terms
from evals.emotion.scores import macro_f1
from evals.emotion.sets import goemotions
from evals.emotion.vectors import vectors_of

Floats = npt.NDArray[np.float32]
SEEDS = (0, 1, 2)
"""Runs whose weights are averaged: the order of the data, and what is left out, then matters less."""
EPOCHS = 8
BATCH = 256
RATE = 3e-3
"""Of the vector's weights; words learn three times as fast."""
WORDS_RATE = 9e-3
DECAY = 1e-2
LEFT_OUT = 0.3
"""Share of a text's words that are left out at each step, so that no word decides alone."""
RARE = 0.5
"""How far rare labels are weighted up: 0 not at all, 1 fully."""
SPREAD = 8.0
"""A unit vector's numbers are small: multiplied by this they learn as fast as the words."""
OFFSETS = np.linspace(-1.2, 1.2, 25)
"""What may be added to a label's score for the sake of macro-F1."""


class Split(NamedTuple):
    """Texts as vectors (n, 384), as numbers of their terms, and their labels (n,)."""

    vectors: Floats
    terms: list[npt.NDArray[np.int64]]
    labels: npt.NDArray[np.int64]


def read(folder: Path, split: str, cache: Path | None) -> Split:
    """`train` or `dev` of the GoEmotions in `folder`."""
    texts, labels = goemotions(folder, split)
    cleaned = [clean(text, ()) for text in texts]
    numbers = [np.array(sorted(set(terms(text).values())), dtype=np.int64) for text in cleaned]
    return Split(vectors_of(cleaned, cache), numbers, labels)


def fit(train: Split, seeds: Sequence[int] = SEEDS) -> list[Floats]:
    """Weights (7, 384), bias (7,) and words (BUCKETS, 7): the mean of one run for each seed."""
    runs = [_run(train, seed) for seed in seeds]
    return [np.asarray(np.mean(arrays, axis=0, dtype=np.float32)) for arrays in zip(*runs, strict=True)]


def _run(train: Split, seed: int) -> tuple[Floats, Floats, Floats]:
    """By AdamW on weighted cross-entropy, with a rate that falls to a twentieth."""
    import torch

    torch.set_num_threads(1)  # sums in one order
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    layer, bag = torch.nn.Linear(DIMENSION, len(LABELS)), torch.nn.EmbeddingBag(BUCKETS, len(LABELS), mode="sum")
    torch.nn.init.zeros_(bag.weight)
    learners = [
        (torch.optim.AdamW(layer.parameters(), weight_decay=DECAY), RATE),
        (torch.optim.AdamW(bag.parameters(), weight_decay=0.0), WORDS_RATE),
    ]
    vectors, labels = torch.from_numpy(train.vectors * SPREAD), torch.from_numpy(train.labels)
    counts = np.bincount(train.labels, minlength=len(LABELS))
    weight = torch.tensor((counts.sum() / (len(LABELS) * counts)) ** RARE, dtype=torch.float32)
    steps = [order[at : at + BATCH] for order in _orders(len(labels), chance) for at in range(0, len(labels), BATCH)]
    for number, rows in enumerate(steps):
        scores = layer(vectors[rows]) + _bagged(bag, [_thinned(train.terms[row], chance) for row in rows])
        loss = torch.nn.functional.cross_entropy(scores, labels[rows], weight=weight)
        _step(loss, learners, 1 - 0.95 * number / len(steps))
    words: Floats = bag.weight.detach().numpy()
    return layer.weight.detach().numpy() * np.float32(SPREAD), layer.bias.detach().numpy(), words


def _orders(rows: int, chance: np.random.Generator) -> list[npt.NDArray[np.int64]]:
    return [chance.permutation(rows) for _ in range(EPOCHS)]


def _thinned(numbers: npt.NDArray[np.int64], chance: np.random.Generator) -> npt.NDArray[np.int64]:
    return numbers[chance.random(len(numbers)) > LEFT_OUT]


def _bagged(bag: Any, terms_of: list[npt.NDArray[np.int64]]) -> Any:
    """The sum of a text's terms over the root of their number."""
    import torch

    sizes = np.array([len(numbers) for numbers in terms_of])
    starts = torch.from_numpy(np.concatenate([[0], np.cumsum(sizes)[:-1]]))
    scale = torch.from_numpy(1 / np.sqrt(np.maximum(sizes, 1)).astype(np.float32))
    return bag(torch.from_numpy(np.concatenate(terms_of)), starts) * scale[:, None]


def _step(loss: Any, learners: list[tuple[Any, float]], share: float) -> None:
    for learner, rate in learners:
        learner.zero_grad()
        for group in learner.param_groups:
            group["lr"] = rate * share
    loss.backward()
    for learner, _ in learners:
        learner.step()


def scores_of(split: Split, weights: Floats, bias: Floats, words: Floats) -> Floats:
    """Scores (n, 7) as the product computes them."""
    said = [words[numbers].sum(axis=0) / np.sqrt(max(len(numbers), 1)) for numbers in split.terms]
    return np.asarray(split.vectors @ weights.T + bias + np.array(said), dtype=np.float32)


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
    learnt, dev = read(folder, "train", cache), read(folder, "dev", cache)
    weights, bias, words = fit(learnt)
    scale: Floats = np.asarray(np.abs(words).max(axis=0) / 127, dtype=np.float32)
    small = np.round(words / scale).astype(np.int8)
    half = weights.astype(np.float16)
    scores = scores_of(dev, half.astype(np.float32), bias, small * scale)
    added = offsets(scores, dev.labels)
    save(out, weights=half, bias=(bias + added).astype(np.float32), words=small, scale=scale)
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
