"""Text → vectors by a provider, through LiteLLM: a setting, off by default. Personal data is masked before anything leaves."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from copilot.adapters.models.failures import translated
from copilot.adapters.models.vendor import hang_up, load
from copilot.domain.errors import Unavailable
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.search import Vectors

PREFIX = "litellm/"
"""Before the model in COPILOT_EMBEDDER."""
SCHEME = 1
"""Raised when vectors would change for another reason than the model."""
BATCH = 64
"""Texts a call; providers take at least so many."""
PATIENCE_S = 20.0
"""Seconds for one call."""
REST_S = 15.0
"""Seconds for which a provider that did not answer is not asked again: every turn would wait for it in vain, twice."""
RECENT = 4096
"""Texts whose vectors are kept: a question is searched, recalled and measured with."""


class HostedEmbedder:
    """Any embedding model that LiteLLM reaches. A provider that does not answer is Unavailable: search goes on by words."""

    def __init__(self, model: str, privacy: Privacy, api_base: str | None = None, languages: Collection[str] = ()) -> None:
        self._languages = frozenset(languages)
        self._model = model.removeprefix(PREFIX)
        self._privacy = privacy
        self._api_base = api_base
        self._dimension = 0
        self._library: Any = None
        self._rested = 0.0
        """The loop's time from which it is asked again."""
        self._recent: OrderedDict[bytes, Vectors] = OrderedDict()

    @property
    def name(self) -> str:
        """As set in COPILOT_EMBEDDER."""
        return PREFIX + self._model

    @property
    def version(self) -> str:
        """Hash of model and scheme. A provider that changes a model under its name has to be told apart by whoever sets it."""
        return hashlib.blake2b(f"{SCHEME}\x1f{self._model}".encode(), digest_size=6).hexdigest()

    @property
    def dimension(self) -> int:
        """Length of a vector; 0 before the first answer."""
        return self._dimension

    @property
    def languages(self) -> frozenset[str]:
        """As set; empty: providers' models read all that people write to a company in."""
        return self._languages

    async def warm(self) -> None:
        """Load the library. The provider is not asked: a service starts without a network."""
        await asyncio.to_thread(load)

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), float32, rows of length 1. Raises Unavailable when the provider does not answer."""
        masked = [self._privacy.masker(()).mask(text) or " " for text in texts]
        known = {text: self._recent[key] for text in masked if (key := _key(text)) in self._recent}
        missing = [text for text in dict.fromkeys(masked) if text not in known]
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            known |= dict(zip(part, await self._asked(part), strict=True))
        self._remember(known)
        return np.stack([known[text] for text in masked]) if masked else np.zeros((0, self._dimension), dtype=np.float32)

    async def _asked(self, texts: list[str]) -> Vectors:
        self._library = await asyncio.to_thread(load)
        if asyncio.get_running_loop().time() < self._rested:
            raise self._unavailable("it did not answer a moment ago")
        try:
            async with asyncio.timeout(PATIENCE_S):
                answer = await self._library.aembedding(
                    model=self._model, input=texts, api_base=self._api_base, num_retries=0, max_retries=0
                )
        except TimeoutError:
            raise self._failed("it did not answer in time") from None
        except Exception as error:  # noqa: BLE001 - vendors' classes differ; all of them are translated
            raise self._failed(translated(error, datetime.now(UTC)).reason) from None
        return self._read(answer, len(texts))

    def _read(self, answer: Any, wanted: int) -> Vectors:
        rows = sorted(answer.data, key=lambda row: row["index"])
        vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
        if vectors.ndim != 2 or len(vectors) != wanted or (self._dimension and vectors.shape[1] != self._dimension):
            raise self._unavailable("its answer does not fit the question")
        self._dimension = vectors.shape[1]
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        made: Vectors = (vectors / lengths).astype(np.float32)
        return made

    def _remember(self, known: dict[str, Vectors]) -> None:
        for text, vector in known.items():
            self._recent[_key(text)] = vector
            self._recent.move_to_end(_key(text))
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)

    def _failed(self, reason: str) -> Unavailable:
        self._rested = asyncio.get_running_loop().time() + REST_S
        return self._unavailable(reason)

    def _unavailable(self, reason: str) -> Unavailable:
        return Unavailable(f"The encoder {self._model} cannot be used: {reason}.", todo="Check COPILOT_EMBEDDER and the provider's key.")

    async def close(self) -> None:
        """Forget the texts that were kept, and close the connections to the provider."""
        self._recent.clear()
        if self._library is not None:
            await hang_up(self._library)


def _key(text: str) -> bytes:
    """By which a vector is kept: what somebody wrote is not, or it would outlive their erasure."""
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest()
