"""Train the sensing head: `python -m evals.bench.train_sense DATA [--cache FOLDER]`, DATA holding `emotion/goemotions`.

Only GoEmotions (Apache-2.0) is read, its names masked as it ships and by the product's own cleaning. Same data, same weights.
"""

import argparse
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

import copilot.sensing
from copilot.domain.emotion import LABELS
from copilot.sensing.cleaning import clean
from evals.bench.emotion_data import encode, goemotions

CHOICES = tuple((c, power) for c in (1.0, 3.0, 10.0) for power in (0.3, 0.5))
"""(inverse regularisation, how far rare labels are weighted up: 0 not at all, 1 fully); the best on the dev split is kept."""


def _vectors(folder: Path, split: str, cache: Path | None) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    texts, labels = goemotions(folder, split)
    return encode([clean(text, ()) for text in texts], cache, split), labels


def train(folder: Path, cache: Path | None) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], dict[str, float]]:
    """Weights (7, 384), bias (7,), and macro-F1 on dev and test."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score

    (x, y), (x_dev, y_dev), (x_test, y_test) = (_vectors(folder, split, cache) for split in ("train", "dev", "test"))
    counts = np.bincount(y, minlength=len(LABELS))
    best: tuple[float, LogisticRegression] | None = None
    for c, power in CHOICES:
        weights = dict(enumerate((counts.sum() / (len(LABELS) * counts)) ** power))
        model = LogisticRegression(C=c, class_weight=weights, max_iter=400).fit(x, y)
        f1 = float(f1_score(y_dev, model.predict(x_dev), average="macro"))
        print(f"C={c:g} power={power:g} dev macro-F1 {f1:.4f}")
        if best is None or f1 > best[0]:
            best = (f1, model)
    assert best is not None
    f1_test = float(f1_score(y_test, best[1].predict(x_test), average="macro"))
    return best[1].coef_.astype(np.float32), best[1].intercept_.astype(np.float32), {"dev": best[0], "test": f1_test}


def _save(path: Path, **arrays: npt.NDArray[np.generic]) -> None:
    """An .npz whose bytes depend on its content only (numpy stamps the time)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def main() -> None:
    """Train and write copilot/sensing/head.npz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=None, help="keep vectors here between runs")
    parser.add_argument("--out", type=Path, default=Path(copilot.sensing.__path__[0]) / "head.npz")
    options = parser.parse_args()
    folder = options.data / "emotion"
    if not (folder / "goemotions").is_dir():
        parser.error(f"{folder / 'goemotions'} is not there: give the folder that holds emotion/goemotions")
    weights, bias, f1 = train(folder, options.cache)
    _save(options.out, weights=weights.astype(np.float16), bias=bias)
    print(f"macro-F1 dev {f1['dev']:.3f}, test {f1['test']:.3f}; {options.out.stat().st_size} bytes in {options.out}")


if __name__ == "__main__":
    main()
