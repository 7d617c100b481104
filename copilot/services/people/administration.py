"""What a tenant's administrator sets and sees: settings, the people who work here, the audit."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copilot.domain.base import Frozen, new_id, now
from copilot.domain.case import Event
from copilot.domain.conversation import Channel
from copilot.domain.errors import Conflict, Invalid
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller, Role, User
from copilot.domain.tenant import KINDS, TenantSettings
from copilot.services.conversations.reading import actor
from copilot.services.people.panels import is_origin
from copilot.services.people.signing_in import normal_email, note_ended

LONGEST_QUIET_S = 60.0
"""A quiet period beyond a minute would keep a customer waiting for nothing."""
LONGEST_WAIT = 1440
"""Minutes: a day of business time for a colleague to accept a handover."""
LONGEST_NOTICE = 20_160
"""Minutes: two weeks before a promise falls due is early enough."""


class NewUser(Frozen):
    """A person who works for the tenant, as an administrator names them. `id` given: that person is changed."""

    id: str | None = None
    name: str
    role: Role = "agent"
    email: str = ""
    external_id: str = ""
    team: str = ""
    active: bool = True


@dataclass(frozen=True)
class Administration:
    """A tenant's settings, users and audit."""

    database: Database
    wake: Callable[[str], None]

    async def settings(self, tenant: str) -> TenantSettings:
        async with self.database.read(tenant) as records:
            return await records.admin.settings()

    async def change_settings(self, caller: Caller, settings: TenantSettings) -> TenantSettings:
        """Stored as the next version; turns made before keep theirs. Raises Invalid naming the setting."""
        check(settings)
        async with self.database.write(caller.tenant_id) as records:
            stored = await records.admin.put_settings(settings)
            await records.log.event("settings.changed", actor=actor(caller), data={"version": stored.version})
        self.wake(caller.tenant_id)
        return stored

    async def users(self, tenant: str) -> list[User]:
        async with self.database.read(tenant) as records:
            return await records.admin.users()

    async def put_user(self, caller: Caller, given: NewUser) -> User:
        """Create a person, or change one by id. Raises Conflict when someone else has the external id or the e-mail address."""
        if not given.name.strip():
            raise Invalid("A user needs a name.", todo="Write the name customers and colleagues see.")
        user = User(**given.model_dump(exclude={"id", "email"}), id=given.id or new_id(), email=normal_email(given.email))
        async with self.database.write(caller.tenant_id) as records:
            if given.id and await records.admin.user(given.id) is None:
                raise Invalid(f"There is no user {given.id!r} to change.", todo="Leave `id` out to create one.")
            other = await records.admin.user(user.external_id) if user.external_id else None
            if other is not None and other.id != user.id:
                raise Conflict(f"{other.name} has this external id.", todo="Change that user, or give each person their own.")
            other = await records.access.user_by_email(user.email) if user.email else None
            if other is not None and other.id != user.id:
                raise Conflict(f"{other.name} has this e-mail address.", todo="Change that user, or give each person their own.")
            await records.admin.put_user(user)
            if not user.active:
                await _shut_out(records, user, caller)
            await records.log.event("user.saved", subject_id=user.id, actor=actor(caller), data={"role": user.role})
        self.wake(caller.tenant_id)
        return user

    async def events(self, tenant: str, after: int, limit: int) -> list[Event]:
        """The audit, oldest first."""
        async with self.database.read(tenant) as records:
            return await records.log.events(after, limit=limit)


async def _shut_out(records: Records, user: User, caller: Caller) -> None:
    """Who left comes in by no door: sessions, links and panels end, and so do the keys that act as them."""
    at = now()
    await note_ended(records, await records.access.end_all(user.id, at), caller)
    for key in await records.admin.keys():
        if key.user_id == user.id and await records.admin.revoke_key(key.id, at):
            await records.log.event("key.revoked", subject_id=key.id, actor=actor(caller))


def check(settings: TenantSettings) -> None:
    """What a type cannot say. Raises Invalid for the first setting that cannot work."""
    for name, wrong, todo in _rules(settings):
        if wrong:
            raise Invalid(f"{name} cannot be {getattr(settings, name)!r}.", todo=todo)


def _rules(given: TenantSettings) -> tuple[tuple[str, bool, str], ...]:
    channels = set(get_args(Channel))
    minutes = {"queue_cap_minutes": given.queue_cap_minutes, "answer_minutes": given.answer_minutes}
    return (
        ("time_zone", not _is_zone(given.time_zone), "Use an IANA name such as Europe/Berlin."),
        (
            "hours",
            any(day not in range(7) or h.closes <= h.opens for day, h in given.hours.items()),
            "Weekdays are 0–6; open before closing.",
        ),
        ("languages", not given.languages or any(not _is_language(one) for one in given.languages), "Name at least one, such as en."),
        ("currency", not (len(given.currency) == 3 and given.currency.isascii() and given.currency.isupper()), "Use an ISO 4217 code."),
        ("quiet_period_s", not 0 <= given.quiet_period_s <= LONGEST_QUIET_S, f"Use 0 to {LONGEST_QUIET_S:.0f} seconds."),
        ("kinds", bool(set(given.kinds) - set(KINDS)), f"Choose from {', '.join(KINDS)}."),
        ("daily_budget_microusd", not 0 <= given.daily_budget_microusd < 2**53, "Use micro-dollars, 0 or more."),
        ("promise_notice_minutes", not 0 <= given.promise_notice_minutes <= LONGEST_NOTICE, f"Use 0 to {LONGEST_NOTICE} minutes."),
        ("handover_minutes", not 0 <= given.handover_minutes <= LONGEST_WAIT, f"Use 0 (it waits) to {LONGEST_WAIT} minutes."),
        ("dispositions", not _are_dispositions(given.dispositions), "Name 1 to 40 of them, each once, in at most 60 characters."),
        ("retention_days", not all(1 <= days <= 36_500 for days in given.retention_days.values()), "Use 1 to 36500 days."),
        (
            "panel_origins",
            not all(map(is_origin, given.panel_origins)),
            "Write each as https://chat.example.com (or chrome-extension:// and an id): no path, no slash at the end, no wildcard.",
        ),
        *((name, not _are_minutes(table, channels), "Give minutes of 0 or more by channel.") for name, table in minutes.items()),
    )


def _are_minutes(table: dict[str, float], channels: set[str]) -> bool:
    return set(table) <= channels and all(isfinite(value) and value >= 0 for value in table.values())


def _are_dispositions(names: tuple[str, ...]) -> bool:
    return 1 <= len(names) <= 40 and len({name.strip() for name in names}) == len(names) and all(0 < len(n.strip()) <= 60 for n in names)


def _is_language(text: str) -> bool:
    return 2 <= len(text) <= 12 and text.replace("-", "").isascii() and text.replace("-", "").isalnum()


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)
