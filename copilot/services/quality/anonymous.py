"""Texts of conversations as people outside of them may read them: without what says who the customer is."""

import re
from collections.abc import Sequence

from copilot.domain.memory import KnownDetail
from copilot.domain.ports.models import Privacy
from copilot.memory.disclosure import mentions_value
from copilot.retrieval.query import essence
from copilot.sensing.naming import MASK, mask_names

GENERAL = frozenset({"tier", "since", "locale", "preferences"})
"""Fields whose values say nothing of who someone is, and are words that an article needs."""
_PLACEHOLDER = re.compile("\u27e6([A-Z]+)_[0-9]+\u27e7")
_ALONE = re.compile(rf"(?<=[.!?\n])\s*{re.escape(MASK)}\s*[,.!]?\s*$|^\s*{re.escape(MASK)}\s*[,:!.]\s*")


def without_values(text: str, known: Sequence[KnownDetail]) -> str:
    """The text with the customer's own values replaced by the names of their fields."""
    for detail in known:
        if detail.field in GENERAL:
            continue
        parts = [detail, detail.model_copy(update={"value": detail.value.split()[0]})] if detail.field == "name" else [detail]
        for one in parts:
            for start, end in reversed(mentions_value(text, one)):
                name = "the customer" if one.field == "name" else f"[{one.field.replace('_', ' ')}]"
                text = f"{text[:start]}{name}{text[end:]}"
    return text


def without_names(text: str, names: Sequence[str]) -> str:
    """What was said, without greeting and signature, and with every name left out."""
    masked = _ALONE.sub("", mask_names(essence(text), names))
    return re.sub(r"[ \t]{2,}", " ", masked.replace(MASK, "…")).strip(" ,")


def without_numbers(text: str, privacy: Privacy) -> str:
    """The text with addresses, phone numbers, account numbers and the like replaced by what they are.

    It loads the patterns when it first meets something like a number: call it in a thread.
    """
    return _PLACEHOLDER.sub(lambda found: f"[{found[1].lower()}]", privacy.masker(()).mask(text))
