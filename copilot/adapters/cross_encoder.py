"""Reads question and passage together: a cross-encoder of sentence-transformers. A setting, off by default: it is slow."""

import asyncio
from collections.abc import Sequence
from typing import Any

from copilot.adapters.weights import model_folder
from copilot.domain.errors import Unavailable


class CrossEncoderReranker:
    """The Reranker port. The weights load on first use; one question at a time."""

    def __init__(self, model: str) -> None:
        self._name = model
        self._model: Any = None
        self._turn = asyncio.Lock()

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, the higher the better; on no scale. Raises Unavailable when the model cannot be loaded."""
        if not texts:
            return []
        async with self._turn:
            return await asyncio.to_thread(self._predict, question, list(texts))

    def _predict(self, question: str, texts: list[str]) -> list[float]:
        try:
            if self._model is None:
                from sentence_transformers import CrossEncoder

                self._model = CrossEncoder(str(model_folder(self._name)))
            found = self._model.predict([(question, text) for text in texts], show_progress_bar=False)
        except Exception as error:  # a folder without weights, a hub out of reach, a model of another kind
            raise Unavailable(
                f"The reranker {self._name} cannot be used: {error}.", todo="Check COPILOT_RERANKER, or leave it empty."
            ) from error
        return [float(score) for score in found]
