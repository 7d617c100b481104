"""Vectors from a provider: over its wire format, masked, and Unavailable when it does not answer."""

import json
import threading
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from copilot.adapters import hosted_embedder as module
from copilot.adapters.hosted_embedder import BATCH, HostedEmbedder
from copilot.adapters.privacy import PresidioPrivacy
from copilot.domain.errors import Unavailable


class Provider(ThreadingHTTPServer):
    """Answers `POST /embeddings` as OpenAI's does; rows come back in the wrong order, as a provider may send them."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.status = 200
        self.width = 4
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        provider: Any = self.server
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
        provider.asked.append(texts)
        rows = [
            {"object": "embedding", "index": i, "embedding": [float(len(t)), 3.0, *[0.0] * (provider.width - 2)]}
            for i, t in enumerate(texts)
        ]
        body = {"object": "list", "model": "m", "data": rows[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        raw = json.dumps(body if provider.status == 200 else {"error": {"message": "no"}}).encode()
        self.send_response(provider.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest_asyncio.fixture
async def hosted(litellm: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Provider, HostedEmbedder]]:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody")
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, daemon=True)
    thread.start()
    embedder = HostedEmbedder("litellm/openai/small", PresidioPrivacy(), provider.base_url)
    yield provider, embedder
    await embedder.close()
    provider.shutdown()
    provider.server_close()
    thread.join()


async def test_texts_come_back_in_their_order_as_unit_vectors_and_are_asked_once(hosted: tuple[Provider, HostedEmbedder]) -> None:
    provider, embedder = hosted
    assert embedder.name == "litellm/openai/small"
    vectors = await embedder.encode(["four", "a", "four"])
    assert vectors.shape == (3, 4)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(vectors[0][:2], [0.8, 0.6])
    assert np.array_equal(vectors[0], vectors[2])
    assert (await embedder.encode(["a"]) == vectors[1]).all()
    assert provider.asked == [["four", "a"]]
    assert embedder.dimension == 4
    assert (await embedder.encode([])).shape == (0, 4)


async def test_long_lists_go_in_parts(hosted: tuple[Provider, HostedEmbedder]) -> None:
    provider, embedder = hosted
    assert (await embedder.encode([f"text {i}" for i in range(BATCH + 3)])).shape == (BATCH + 3, 4)
    assert [len(texts) for texts in provider.asked] == [BATCH, 3]


async def test_personal_data_does_not_leave(hosted: tuple[Provider, HostedEmbedder]) -> None:
    provider, embedder = hosted
    await embedder.encode(["write to marta.kowalczyk@example.com about the refund"])
    (texts,) = provider.asked
    assert "marta" not in texts[0]
    assert "refund" in texts[0]


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_provider_that_refuses_is_unavailable(
    hosted: tuple[Provider, HostedEmbedder], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST_S", 0)
    provider, embedder = hosted
    provider.status = status
    with pytest.raises(Unavailable, match="cannot be used") as failed:
        await embedder.encode(["refund"])
    assert "COPILOT_EMBEDDER" in failed.value.todo
    provider.status = 200
    assert (await embedder.encode(["refund"])).shape == (1, 4)


async def test_a_provider_that_failed_is_left_alone_for_a_while(hosted: tuple[Provider, HostedEmbedder]) -> None:
    provider, embedder = hosted
    provider.status = 500
    with pytest.raises(Unavailable):
        await embedder.encode(["refund"])
    provider.status = 200
    with pytest.raises(Unavailable, match="a moment ago"):
        await embedder.encode(["refund"])
    assert provider.asked == [["refund"]]


async def test_vectors_of_another_length_are_refused(hosted: tuple[Provider, HostedEmbedder]) -> None:
    provider, embedder = hosted
    await embedder.encode(["refund"])
    provider.width = 5
    with pytest.raises(Unavailable, match="does not fit"):
        await embedder.encode(["another"])


def test_the_version_is_the_models(hosted: tuple[Provider, HostedEmbedder]) -> None:
    _, embedder = hosted
    assert embedder.version != HostedEmbedder("litellm/openai/large", PresidioPrivacy()).version
