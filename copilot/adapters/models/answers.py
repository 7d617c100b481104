"""What a model is told about the form of its answer, and the answer read back."""

import json
import re
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from copilot.adapters.privacy.placeholders import OPEN
from copilot.domain.ports.models import ChatMessage, Masker

_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_MOST_ERRORS = 8

# These sentences belong to the wire format, like the schema they carry: prompts say what to write, not how it is packed.
_SCHEMA_RULE = "Answer with one JSON object and nothing else: no introduction, no code fence. It must fit this JSON schema:\n{schema}"
_PLACEHOLDER_RULE = "Words like ⟦NAME_1⟧ stand for personal data. Where you need one, copy it whole and unchanged; never make one up."
_REPAIR = "That answer cannot be used:\n{errors}\nWrite the whole answer again, as one JSON object that fits the schema, and nothing else."


class BadAnswer(Exception):
    """The answer does not fit. The message lists what is wrong, without values."""


def instructed(messages: tuple[ChatMessage, ...], answer: type[BaseModel], *, spell_out: bool) -> tuple[ChatMessage, ...]:
    """The messages with what the model must know about the form, at the end of the first system message.

    `spell_out`: the schema goes into the text, for models that take none beside it.
    """
    rules = []
    if spell_out:
        rules.append(_SCHEMA_RULE.format(schema=_schema(answer)))
    if any(OPEN in message.content for message in messages):
        rules.append(_PLACEHOLDER_RULE)
    if not rules:
        return messages
    text = "\n\n".join(rules)
    if messages and messages[0].role == "system":
        return (ChatMessage(role="system", content=f"{messages[0].content}\n\n{text}"), *messages[1:])
    return (ChatMessage(role="system", content=text), *messages)


@cache
def _schema(answer: type[BaseModel]) -> str:
    return json.dumps(answer.model_json_schema(), ensure_ascii=False, separators=(",", ":"))


def json_part(raw: str) -> str:
    """The answer from its first brace on, without thoughts before it; empty when there is none yet."""
    text = _THOUGHT.sub("", raw)
    start = text.find("{")
    return text[start:] if start >= 0 else ""


def read(raw: str, answer: type[BaseModel], masker: Masker) -> BaseModel:
    """The validated answer, placeholders restored. Raises BadAnswer; its message may be shown to the provider."""
    text = json_part(raw)
    if not text:
        raise BadAnswer("There is no JSON object in it.")
    try:
        data, _ = json.JSONDecoder().raw_decode(text)
    except ValueError as error:
        raise BadAnswer(f"It is not valid JSON: {str(error).split(': line')[0]}.") from None
    try:
        return answer.model_validate(restored(data, masker))
    except ValidationError as error:
        raise BadAnswer(masker.mask(_listed(error))) from None


def restored(data: Any, masker: Masker) -> Any:
    """Every string in the data with its placeholders restored."""
    if isinstance(data, str):
        return masker.restore(data)
    if isinstance(data, list):
        return [restored(item, masker) for item in data]
    if isinstance(data, dict):
        return {key: restored(value, masker) for key, value in data.items()}
    return data


def repair(messages: tuple[ChatMessage, ...], raw: str, error: BadAnswer) -> tuple[ChatMessage, ...]:
    """The question again, with what the model answered and what is wrong with it."""
    return (*messages, ChatMessage(role="assistant", content=raw), ChatMessage(role="user", content=_REPAIR.format(errors=error)))


def _listed(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [f"- {'.'.join(map(str, problem['loc'])) or 'the object'}: {problem['msg']}" for problem in problems[:_MOST_ERRORS]]
    return "\n".join(lines)
