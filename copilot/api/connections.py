"""Which chat tool account a request speaks of: two of them may use the same conversation id."""

from typing import Annotated

from fastapi import Depends, Header, Path

from copilot.api.auth import App, Me

CONNECTION_HEADER = "X-Copilot-Connection"
_SAID = (
    "The chat tool account that the conversation ids of this request belong to; two accounts may use the same id. "
    "Left out: the account that is never named (and what was imported from files)."
)
Connection = Annotated[
    str,
    Header(alias=CONNECTION_HEADER, max_length=63, pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]*)?$", description=_SAID, examples=["zendesk-eu"]),
]
"""Empty when no account is named."""


async def _ref(
    app: App,
    me: Me,
    ref: Annotated[str, Path(description="The sender's conversation id, or ours.", examples=["chat-4711"])],
    connection: Connection = "",
) -> str:
    return await app.reading.ref(me.tenant_id, ref, connection)


Ref = Annotated[str, Depends(_ref)]
"""The conversation in the address: as it was given, or our id for it when an account is named. Raises NotFound."""
