"""Who of ours somebody in a colleagues' tool is: by the connection's settings, else by an e-mail address that the tool has verified."""

from copilot.domain.errors import Refused
from copilot.domain.ports.records import Records
from copilot.domain.staff import ANSWERING, Caller, User
from copilot.domain.triage import Colleague


async def caller(records: Records, connection: str, colleague: Colleague) -> Caller:
    """Acts as the person of ours. Raises Refused for somebody who is nobody here, or may not decide."""
    found = await _person(records, colleague)
    if found is None:
        raise Refused(
            "You are not known here as an agent, so nothing was done.",
            todo=f"Ask an administrator to name you ({colleague.id}) in the connection, or to enter your e-mail address with your account.",
        )
    if found.role not in ANSWERING:
        raise Refused("You may not decide about drafts, so nothing was done.", todo="Ask an administrator for the role of an agent.")
    return Caller(tenant_id=records.tenant_id, role=found.role, key_id=f"connection:{connection}", user_id=found.id, name=found.name)


async def _person(records: Records, colleague: Colleague) -> User | None:
    if colleague.ours:
        found = await records.admin.user(colleague.ours)
        return found if found is not None and found.active else None
    if not colleague.email:
        return None
    alike = [one for one in await records.admin.users() if one.active and one.email.casefold() == colleague.email.casefold()]
    return alike[0] if len(alike) == 1 else None
