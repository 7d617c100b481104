"""Whether two people who read the same conversation by the same rubric come to the same: about the rubric, not about the people."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from copilot.domain.scorecards import Agreement

DRAWS: Final = 2000
"""Bootstrap samples."""
Floats = npt.NDArray[np.float64]


def agreement(point: str, pairs: Sequence[tuple[int, int]]) -> Agreement:
    """Krippendorff's alpha for levels as numbers (2004, ch. 11), with two ratings of each conversation, whoever gave them.

    The interval is of bootstrap samples of the conversations; those in which every rating is the same tell nothing and are left out.
    """
    rated = np.asarray(pairs, float).reshape(-1, 2)
    same = int((rated[:, 0] == rated[:, 1]).sum())
    found = alpha(rated[None])[0] if len(rated) > 1 else np.nan
    if np.isnan(found):
        return Agreement(point=point, alpha=None, n=len(rated), same=same)
    picks = np.random.default_rng(20260101).integers(0, len(rated), (DRAWS, len(rated)))
    drawn = alpha(rated[picks])
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Agreement(point=point, alpha=float(found), low=float(low), high=float(high), n=len(rated), same=same)


def alpha(rated: Floats) -> Floats:
    """Of each sample of pairs, shape (samples, pairs, 2) → (samples): one less observed over expected disagreement, both squared.

    NaN where nothing differs. But for its share (N - 1) / N it is Cohen's kappa with quadratic weights over both orders of each pair.
    """
    observed = ((rated[:, :, 0] - rated[:, :, 1]) ** 2).mean(axis=1)
    expected = 2 * rated.reshape(len(rated), -1).var(axis=1, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan)
