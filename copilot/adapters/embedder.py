"""Text → vectors: sentence-transformers on a thread of its own."""

import asyncio
import hashlib
import itertools
import os
import queue
import sys
import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from copilot.adapters import weights
from copilot.adapters.hash_embedder import HashEmbedder
from copilot.adapters.weights import MINILM
from copilot.domain.errors import Unavailable
from copilot.domain.ports.search import Embedder, Vectors

SHORT_JOB = 8
"""A call with at most so many new texts is a turn's: it goes before bulk work."""

BULK_BATCH = 8
"""Texts per batch of bulk work, those of like length together: a query waits for at most one such batch (0.1 to 0.3 s on two cores)."""

KEPT_CALL = 64
"""The vectors of calls with at most so many texts are kept: messages are sensed, recalled and searched with, sentences are quoted again."""

COURTESY = 5
"""On a busy machine, answering requests goes before encoding."""

MERGED = 32
"""Short calls that wait at the same time are encoded together, up to so many texts."""

RECENT = 8192
"""Texts whose vectors are kept (12 MB)."""

PADDING = 180
"""Characters of padding that cost as much as a pass of its own (measured: 5 ms a pass, 0.11 ms a word piece)."""

ROUND = 8
"""Word pieces to which the length of a batch is rounded up."""

SHAPES = 64
"""Shapes of a computation for which compiled code is kept."""

FAITHFUL = 0.999
"""Cosine that half precision must reach with full precision on the probe texts."""

PROBES = ("Where is my refund?", "I was charged twice for the flight to Lisbon on 3 March.", "Danke, das hat geklappt.", "RF-20418")

EMBEDDING_SCHEME = 1
"""Raised when vectors would change for another reason than the weights (normalisation, precision)."""


Precision = Literal["auto", "float32"]
"""`auto`: bfloat16 where the processor computes in it and the vectors stay the same, so that indexes made in either are one."""


def make_embedder(name: str = "minilm", precision: Precision = "auto", languages: Collection[str] = ()) -> Embedder:
    """`minilm` (default), `hash`, or the path or hub name of any sentence-transformers model.

    `languages`: those whose meaning it reads, where its card does not tell them.
    """
    if name == "hash":
        return HashEmbedder()
    return SentenceTransformerEmbedder(MINILM if name in ("", "minilm") else name, precision, languages)


@dataclass(order=True)
class _Job:
    rank: tuple[int, int]
    texts: Sequence[str] = field(compare=False)
    done: "Future[Vectors]" = field(compare=False)


class SentenceTransformerEmbedder:
    """Any sentence-transformers model; the weights load on first use, in the thread that is the only one to use them."""

    def __init__(self, model: str = MINILM, precision: Precision = "auto", languages: Collection[str] = ()) -> None:
        self._model_name = model
        self._languages: frozenset[str] | None = frozenset(languages) or None
        self._wanted = precision
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._order = itertools.count()
        self._recent: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._path: Path | None = None
        self._version = ""
        self._dimension = 0
        self.precision = "float32"
        """What the weights are computed in; known after `warm`."""

    @property
    def name(self) -> str:
        """`minilm`, or the model's path or hub name."""
        return "minilm" if self._model_name == MINILM else self._model_name

    @property
    def version(self) -> str:
        """Hash of name, weights and scheme; does not load the model."""
        if not self._version:
            basis = f"{EMBEDDING_SCHEME}\x1f{self._model_name}\x1f{weights.fingerprint(self._folder())}"
            self._version = hashlib.blake2b(basis.encode(), digest_size=6).hexdigest()
        return self._version

    @property
    def dimension(self) -> int:
        """Length of a vector, read from the model's configuration."""
        if not self._dimension:
            self._dimension = weights.dimension(self._folder())
        return self._dimension

    @property
    def languages(self) -> frozenset[str]:
        """As set, else as its model card says; empty where that names many languages, or none."""
        if self._languages is None:
            self._languages = weights.languages(self._folder())
        return self._languages

    async def warm(self) -> None:
        """Load the weights and encode once, so that the first customer does not wait for it."""
        await self.encode(["warm up"])

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), float32, rows of length 1. Raises Unavailable when the model cannot be loaded."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        if len(texts) > KEPT_CALL:
            return await self._encoded(texts)
        keys = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
        known = self._known(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            known |= dict(zip(missing, await self._encoded(list(missing.values())), strict=True))
            self._remember(known)
        return np.stack([known[key] for key in keys])

    async def _encoded(self, texts: Sequence[str]) -> Vectors:
        """In batches; a later batch has less priority, so that short work overtakes long work."""
        if len(texts) <= SHORT_JOB:
            return await _result(self._submit(0, texts))
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        cuts = [order[i : i + BULK_BATCH] for i in range(0, len(order), BULK_BATCH)]
        parts = [self._submit(1 + rank, [texts[i] for i in cut]) for rank, cut in enumerate(cuts)]
        encoded = np.concatenate([await _result(part) for part in parts])
        vectors: Vectors = np.empty_like(encoded)
        vectors[order] = encoded
        return vectors

    async def close(self) -> None:
        """Stop the thread; work that still waits is cancelled."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._recent.clear()
        if thread is not None:
            self._jobs.put(_Job((-1, next(self._order)), (), Future()))
            thread.join()

    def _known(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """By the texts' hashes: what customers wrote is not kept here."""
        with self._lock:
            found = {key: self._recent[key] for key in keys if key in self._recent}
            for key in found:
                self._recent.move_to_end(key)
            return found

    def _remember(self, vectors: dict[bytes, Vectors]) -> None:
        with self._lock:
            self._recent.update(vectors)
            while len(self._recent) > RECENT:
                self._recent.popitem(last=False)

    def _submit(self, priority: int, texts: Sequence[str]) -> "Future[Vectors]":
        done: Future[Vectors] = Future()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="embedder", daemon=True)
                self._thread.start()
            self._jobs.put(_Job((priority, next(self._order)), texts, done))
        return done

    def _work(self) -> None:
        model: Any = None
        if sys.platform == "linux":  # where a thread has a priority of its own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), COURTESY)
        while True:
            batch = self._next_batch()
            if batch is None:
                return
            try:
                model = model or self._load()
                vectors = _encode(model, [text for job in batch for text in job.texts])
            except BaseException as error:  # noqa: BLE001 – whatever it is belongs to those who wait, not to this thread
                for job in batch:
                    job.done.set_exception(weights.unavailable(self._model_name, error))
                continue
            start = 0
            for job in batch:
                job.done.set_result(vectors[start : start + len(job.texts)])
                start += len(job.texts)

    def _next_batch(self) -> list[_Job] | None:
        """The first job and the short ones that wait beside it; None when asked to stop."""
        batch: list[_Job] = []
        size = 0
        while True:
            try:
                job = self._jobs.get(block=not batch)
            except queue.Empty:
                return batch
            if job.rank[0] < 0:
                self._cancel_waiting(batch)
                return None
            if batch and (job.rank[0] > 0 or size + len(job.texts) > MERGED):
                self._jobs.put(job)
                return batch
            if not job.done.set_running_or_notify_cancel():
                continue
            batch.append(job)
            size += len(job.texts)
            if job.rank[0] > 0:
                return batch

    def _cancel_waiting(self, taken: list[_Job]) -> None:
        for job in taken:
            job.done.set_exception(Unavailable("The encoder was closed."))
        while not self._jobs.empty():
            self._jobs.get().done.cancel()

    def _folder(self) -> Path:
        if self._path is None:
            self._path = weights.model_folder(self._model_name)
        return self._path

    def _load(self) -> Any:
        folder = self._folder()
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # Threads that spin while they wait fight with everything else on a busy machine: a short text took 300 ms, and 35 without.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        # The processor's library keeps code for each shape it has met; few of them are met again (110 MB less, no slower).
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(SHAPES))
        os.environ.setdefault("LRU_CACHE_CAPACITY", str(SHAPES))
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers has no annotations

        # One thread for each core up to four: more cost short texts more than they bring.
        torch.set_num_threads(max(1, min(4, os.cpu_count() or 1)))
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        model.eval()
        if self._wanted == "auto":
            self.precision = _choose_precision(model)
        return model


async def _result(part: "Future[Vectors]") -> Vectors:
    return await asyncio.wrap_future(part)


def _encode(model: Any, texts: list[str]) -> Vectors:
    """All texts, those of like length together: beside a letter, "Well?" costs as much as the letter."""
    import torch

    groups = of_like_length([len(text) for text in texts])
    with torch.inference_mode():
        encoded = [_pass(model, [texts[i] for i in group]) for group in groups]
    vectors = torch.nn.functional.normalize(torch.cat(encoded), dim=1).cpu().numpy()
    result: Vectors = np.empty_like(vectors, dtype=np.float32)
    result[[i for group in groups for i in group]] = vectors
    return result


def _pass(model: Any, texts: list[str]) -> Any:
    """Lengths are rounded up: the processor's library keeps code for every length it has seen (700 MB for all of them).

    `encode` looks through the model's modules before each pass, which takes a sixth of the time of a short one; it is needed only
    where the model wants a prompt before its texts or cuts its vectors.
    """
    rounded = {"text": {"pad_to_multiple_of": ROUND}}
    if model.default_prompt_name is None and model.truncate_dim is None:
        return model(model.preprocess(texts, processing_kwargs=rounded))["sentence_embedding"].float()
    options = {"show_progress_bar": False, "convert_to_tensor": True, "normalize_embeddings": False}
    return model.encode(texts, batch_size=len(texts), processing_kwargs=rounded, **options).float()


def of_like_length(lengths: Sequence[int]) -> list[list[int]]:
    """Positions, longest first, in groups whose padding costs less than one more pass. `lengths` in characters."""
    groups: list[list[int]] = []
    padding = 0
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        padding += lengths[groups[-1][0]] - lengths[i] if groups else 0
        if not groups or padding > PADDING:
            groups.append([])
            padding = 0
        groups[-1].append(i)
    return groups


def _choose_precision(model: Any) -> str:
    """bfloat16 where the processor computes in it and the vectors stay the same; float32 elsewhere."""
    if not _has_bfloat16():
        return "float32"
    import torch

    full = _encode(model, list(PROBES))
    half = _encode(model.to(torch.bfloat16), list(PROBES))
    if float((full * half).sum(axis=1).min()) >= FAITHFUL:
        return "bfloat16"
    model.to(torch.float32)
    return "float32"


def _has_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    try:
        flags = cpuinfo.read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False
    return any(f" {flag}" in flags for flag in ("avx512_bf16", "amx_bf16"))
