"""What a customer was told just before they wrote: read for whether it held something back, never for how its writer feels."""

from collections.abc import Sequence

from copilot.domain.conversation import Message

READ_AT_MOST = 2000
"""Characters of an answer that are read."""


def told_before(messages: Sequence[Message]) -> dict[str, str]:
    """By the id of a customer's message: the last public words of a person or a bot since the customer's message before; or nothing.

    `messages`: in the order they were sent.
    """
    found: dict[str, str] = {}
    answered = ""
    for message in messages:
        if message.author == "customer":
            found[message.id], answered = answered, ""
        elif message.author in ("agent", "bot") and message.visibility == "public" and not message.deleted_at:
            answered = message.text[:READ_AT_MOST]
    return found
