"""Filling the indexes from the record."""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Literal

from copilot.domain.knowledge import Passage
from copilot.domain.ports.search import Embedder, LexicalIndex, VectorIndex, Vectors
from copilot.retrieval.passages import CHUNKER_VERSION, passage_text_for_index

Purpose = Literal["passages", "memories"]
Progress = Callable[[int, int], None]
"""Called with (done, all) passages."""

BATCH = 128
"""Passages per round: about three seconds of encoding, so that progress is seen and a stop loses little."""

ITSELF = 1e-3
"""Cosine by which an item may miss itself: two items with one text find each other."""


def collection_name(tenant: str, purpose: Purpose, embedder: Embedder) -> str:
    """The name under which vectors of this tenant, purpose and index version are kept; Chroma allows 3 to 512 of [a-zA-Z0-9._-]."""
    digest = hashlib.blake2b(tenant.encode(), digest_size=6).hexdigest()
    readable = re.sub(r"[^a-z0-9]+", "-", tenant.lower())[:40].strip("-") or "tenant"
    encoder = re.sub(r"[^a-zA-Z0-9]+", "-", embedder.version).strip("-")
    return f"{readable}-{digest}.{purpose}.{encoder}-c{CHUNKER_VERSION}"


async def index(
    tenant: str,
    collection: str,
    removed_ids: Sequence[str],
    passages: Sequence[Passage],
    embedder: Embedder,
    vectors: VectorIndex,
    lexical: LexicalIndex,
    progress: Progress | None = None,
) -> None:
    """Bring both indexes up to the record: vectors are replaced in place (delete and add would cost recall), then old ids go.

    Words are searchable first: encoding takes long, and Tantivy indexes ten thousand passages in a second.
    """
    kept = {passage.id for passage in passages}
    gone = [key for key in dict.fromkeys(removed_ids) if key not in kept]
    await lexical.replace(tenant, gone, passages)
    for start in range(0, len(passages), BATCH):
        part = passages[start : start + BATCH]
        encoded = await embedder.encode([passage_text_for_index(passage) for passage in part])
        await vectors.upsert(collection, [passage.id for passage in part], encoded)
        if progress is not None:
            progress(start + len(part), len(passages))
    if gone:
        await vectors.delete(collection, gone)


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
