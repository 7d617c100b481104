"""Names of the collections of vectors, and the proof that one is whole."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final, Literal

from copilot.domain.ports.search import Embedder, VectorIndex, Vectors
from copilot.retrieval.passages import CHUNKER_VERSION

Purpose = Literal["passages", "memories"]
PURPOSES: Final[tuple[Purpose, ...]] = ("passages", "memories")
ITSELF = 1e-3
"""Cosine by which an item may miss itself: two items with one text find each other."""


def collection_name(tenant: str, purpose: Purpose, embedder: Embedder, generation: int = 0) -> str:
    """The name under which vectors of this tenant, purpose and index version are kept; Chroma allows 3 to 512 of [a-zA-Z0-9._-].

    `generation` counts how often they were made again: the new ones are filled beside those that serve.
    """
    encoder = re.sub(r"[^a-zA-Z0-9]+", "-", embedder.version).strip("-")
    return f"{collection_prefix(tenant, purpose)}{encoder}-c{CHUNKER_VERSION}" + (f".g{generation}" if generation else "")


def collection_prefix(tenant: str, purpose: Purpose) -> str:
    """What all names of one tenant's collections of one purpose begin with, whatever their version, and no other name does."""
    digest = hashlib.blake2b(tenant.encode(), digest_size=6).hexdigest()
    readable = re.sub(r"[^a-z0-9]+", "-", tenant.lower())[:40].strip("-") or "tenant"
    return f"{readable}-{digest}.{purpose}."


async def verify(collection: str, probes: Sequence[tuple[str, Vectors]], vectors: VectorIndex) -> float:
    """Share (0–1) of the probes, (id, vector) pairs that were stored, that find themselves. 1 when there are none."""
    if not probes:
        return 1.0
    found = 0
    for key, vector in probes:
        hits = await vectors.query(collection, vector, 10)
        best = hits[0][1] if hits else 0.0
        # Twins share the first place: an item counts as found when it, or one just as near, comes first.
        found += any(hit == key and score >= best - ITSELF for hit, score in hits) or (len(hits) == 10 and hits[-1][1] >= 1 - ITSELF)
    return found / len(probes)
