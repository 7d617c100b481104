"""The telephone: a telephone system tells of calls, by signed JSON (Standard Webhooks), while they go on and afterwards.

`{"type": "call.changed", "data": {call_id, direction, number, started_at, segments, notes …}}`; see copilot/schemas/call.schema.json.
Partial, late and corrected transcripts are the same call told again. Nothing can be written into a call.
"""

from typing import ClassVar, Final

from pydantic import ValidationError

from copilot.channels.base import Tool
from copilot.channels.webhook import standard
from copilot.domain.calls import CallIn
from copilot.domain.channels import Account, Arrival, Delivery, Step, Webhook
from copilot.domain.formats import explain

CHANGED: Final = "call.changed"
"""The one type of event that is read; others are taken and tell nothing."""


class Phone(Tool):
    """One telephone system."""

    kind = "phone"
    title = "The telephone system"
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="In the telephone system, have each call told to this address, while it goes on and afterwards.", paste="webhook"),
        Step(text="Give it the signing secret (Standard Webhooks). A secret is shown once, when it is made; below you can make a new one."),
        Step(text="Make a call, and see here that it was delivered."),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Verified, then read."""
        known_by, found = standard(account, webhook)
        if found.get("type") != CHANGED:
            return Delivery(id=known_by)
        try:
            conversation, gone = CallIn.model_validate(found.get("data")).to_conversation(account.id)
        except ValidationError as error:
            raise explain(error, "data") from None
        return Delivery(id=known_by, arrivals=(Arrival(conversation=conversation, deleted=gone),))
