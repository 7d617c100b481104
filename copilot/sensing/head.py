"""The trained part of sensing: a logistic head on the default sentence encoder, 384 numbers in, seven probabilities out."""

from functools import cache
from importlib.resources import files
from typing import Self

import numpy as np
import numpy.typing as npt

from copilot.domain.emotion import LABELS, Label

DIMENSION = 384
_WEIGHTS = "head.npz"


class Head:
    """Multinomial logistic regression, trained on GoEmotions (Apache-2.0) by `evals/bench/train_sense.py`.

    It only means something for vectors of all-MiniLM-L6-v2, of texts that went through `sensing.cleaning.clean`.
    """

    def __init__(self, weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> None:
        if weights.shape != (len(LABELS), DIMENSION) or bias.shape != (len(LABELS),):
            raise ValueError(
                f"a head has weights of shape ({len(LABELS)}, {DIMENSION}) and as many biases; got {weights.shape}, {bias.shape}"
            )
        self._weights = weights
        self._bias = bias

    @classmethod
    def load(cls) -> Self:
        """The weights that ship with the package; read from disk once."""
        return cls(*_shipped())

    def chances(self, vector: npt.NDArray[np.floating]) -> dict[Label, float]:
        """Probability of each label for one unit vector of shape (384,)."""
        scores = self._weights @ np.asarray(vector, dtype=np.float32) + self._bias
        odds = np.exp(scores - scores.max())
        return dict(zip(LABELS, (odds / odds.sum()).tolist(), strict=True))


@cache
def _shipped() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    with (files("copilot.sensing") / _WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as kept:
        return kept["weights"].astype(np.float32), kept["bias"].astype(np.float32)
