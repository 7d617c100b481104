"""What customers of the sample company write."""

from typing import Any

LOST_CARD = "I lost my card this morning. How do I block it, and when do I get a new one?"
WRONG_NAME = "My name is misspelled on the ticket. How do I correct a name on my ticket, and what does it cost?"


def conversation(ref: str, *texts: str, customer: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """A chat with the customer's messages, ten seconds apart, the last one just now; `customer`: Nora, whom nobody knows, unless given."""
    said = texts or (LOST_CARD,)
    messages = [{"id": f"{ref}-{n}", "author": "customer", "text": text, "sent_at": _ago(len(said) - n)} for n, text in enumerate(said, 1)]
    person = {"id": "cus-nora", "name": "Nora Ekström", "assurance": "proven"} if customer is None else customer
    return {"conversation_id": ref, "channel": "chat", "language": "en", "customer": person, "messages": messages} | changed


def message(ident: str, text: str, author: str = "customer", **changed: Any) -> dict[str, Any]:
    """One more message, just now."""
    return {"id": ident, "author": author, "text": text, "sent_at": "-PT0S"} | changed


def _ago(messages: int) -> str:
    return f"-PT{10 * messages + 1}S"
