"""The two figures of emotion: macro-F1 over the seven labels, and AUROC."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from copilot.domain.emotion import LABELS

Numbers = npt.NDArray[np.integer[Any]] | Sequence[float]


def macro_f1(found: Numbers, wanted: Numbers) -> float:
    """The mean of the labels' F1, both sides as places in LABELS; a label that stands on neither side counts 0, as in scikit-learn."""
    size = len(LABELS)
    table = np.bincount(np.asarray(wanted, dtype=np.int64) * size + np.asarray(found, dtype=np.int64), minlength=size * size)
    table = table.reshape(size, size)
    both = table.sum(axis=0) + table.sum(axis=1)
    return float(np.mean(2 * np.diag(table) / np.maximum(both, 1)))
