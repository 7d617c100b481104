"""The same case under other names finds the same articles and gets the same options: who signs moves nothing."""

from typing import Any

import pytest

from tests.services.conftest import Open

NAMES = ("Emily Walsh", "Lakisha Washington", "Mohammed Al-Rashid", "Hans-Jürgen Müller", "Joy Love", "李伟")


def signed(name: str) -> dict[str, Any]:
    first = name.partition(" ")[0]
    texts = [
        f"Hello, this is {name}. My flight TW481 was cancelled and I want my refund.",
        f"How long will that take? It was promised to me before. Regards, {first}",
    ]
    messages = [
        {"id": f"m{i}", "author": "customer", "author_name": name, "text": text, "sent_at": f"-PT{5 - i}M"} for i, text in enumerate(texts)
    ]
    return {"conversation_id": "c-1", "channel": "chat", "customer": {"id": "someone", "name": name}, "messages": messages}


@pytest.mark.parametrize("name", NAMES[1:])
async def test_a_name_moves_neither_articles_nor_options(opened: Open, name: str) -> None:
    agent = await (await opened()).enter("agent")
    found = []
    for who in (NAMES[0], name):
        answer = await agent.post("/v1/suggest", params={"kinds": "options"}, json=signed(who))
        assert answer.status_code == 200, answer.text
        made = answer.json()
        passages = [(hit["passage_id"], round(hit["score"], 6)) for hit in made["turn"]["evidence"]["passages"]]
        options = [option for s in made["suggestions"] for option in s["payload"].get("options", [])]
        found.append((passages, options, round(made["turn"]["evidence"]["emotion"]["heat"], 1)))
    assert found[0] == found[1]
