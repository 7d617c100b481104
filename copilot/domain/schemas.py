"""JSON Schemas of every format, made from the types so that they cannot differ from them."""

import json
from typing import Any

from copilot.domain.calls import CallIn
from copilot.domain.connections import Event
from copilot.domain.formats import ConversationIn, CustomerLine, LintOut, SuggestOut, SyncOut
from copilot.domain.knowledge import Article

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File name (without .json) → schema."""
    return {
        "conversation": _titled(ConversationIn.model_json_schema(), "A conversation file"),
        "call": _titled(CallIn.model_json_schema(), "A telephone call as a telephone system tells of it"),
        "customer": _titled(CustomerLine.model_json_schema(), "One line of a customers file"),
        "article": _titled(_front_matter(), "The front matter of an article"),
        "event": _titled(Event.model_json_schema(mode="serialization"), "An event as listeners get it"),
        "suggestions": _titled(SuggestOut.model_json_schema(mode="serialization"), "What `copilot suggest --json` prints"),
        "lint": _titled(LintOut.model_json_schema(mode="serialization"), "What `copilot knowledge lint --json` prints"),
        "sync": _titled(SyncOut.model_json_schema(mode="serialization"), "What `copilot knowledge sync --json` prints"),
    }


def written(schema: dict[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _titled(schema: dict[str, Any], title: str) -> dict[str, Any]:
    return {"$schema": DRAFT, **schema, "title": title}


def _front_matter() -> dict[str, Any]:
    """An Article without what is not front matter; days may be written without a time, limits in major units."""
    schema = Article.model_json_schema()
    for name in ("text", "revision"):
        schema["properties"].pop(name)
    schema["required"] = ["id", "title"]
    text = json.dumps(schema).replace('"format": "date-time"', '"description": "A day (2026-11-01) or a time with offset."')
    loose: dict[str, Any] = json.loads(text)
    loose["$defs"]["Limit"] = {
        "description": "Exactly one of money (in major units), days, months, percent.",
        "oneOf": [
            {
                "type": "object",
                "properties": {"amount": {"type": "number"}, "currency": {"type": "string"}},
                "required": ["amount", "currency"],
                "additionalProperties": False,
            },
            *(
                {"type": "object", "properties": {name: {"type": kind}}, "required": [name], "additionalProperties": False}
                for name, kind in (("days", "integer"), ("months", "integer"), ("percent", "number"))
            ),
        ],
    }
    loose["$defs"]["Condition"] = {"anyOf": [{"type": "string"}, loose["$defs"]["Condition"]]}
    return loose
