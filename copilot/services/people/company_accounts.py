"""People who come from their company's identity provider: found by what it calls them, made at their first sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from copilot.domain.base import new_id
from copilot.domain.errors import Refused
from copilot.domain.ports.access import IdentityProvider, ProviderPerson
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Role, User
from copilot.services.people.signing_in import Entered, SigningIn, normal_email

RANK: Final[tuple[Role, ...]] = ("admin", "supervisor", "qa", "editor", "agent")
"""Whoever is in several groups gets the first of these. Programs do not sign in by browser."""
ANYONE: Final = "*"
NOT_HERE: Final = "Ask your administrator to add you."


@dataclass(frozen=True)
class CompanyAccounts:
    """Sign-in by the company's own accounts. `groups`: the provider's group → role here; "*" stands for everyone."""

    database: Database
    signing_in: SigningIn
    provider: IdentityProvider
    tenant: str
    groups: Mapping[str, Role]

    async def enter(self, person: ProviderPerson) -> Entered:
        """A session for whom the provider vouches. Raises Refused for people without a role here.

        With groups, the role is what they say at each sign-in, so that who leaves a group loses it. Without, only people whom an
        administrator has added come in, with the role given there.
        """
        role = self.role(person.groups)
        if self.groups and role is None:
            raise Refused("Your account is in no group that works here.", todo=NOT_HERE)
        async with self.database.write(self.tenant) as records:
            user = await self._find(records, person)
            if user is None and role is None:
                raise Refused("Nobody has added you here.", todo=NOT_HERE)
            if user is not None and not user.active:
                raise Refused("Your account here is closed.", todo=NOT_HERE)
            entering = await self._keep(records, user, person, role)
        return await self.signing_in.begin(self.tenant, entering, "oidc")

    def role(self, groups: tuple[str, ...]) -> Role | None:
        """The highest role that these groups give."""
        given = {self.groups[group] for group in (*groups, ANYONE) if group in self.groups}
        return next((role for role in RANK if role in given), None)

    async def _find(self, records: Records, person: ProviderPerson) -> User | None:
        """By what the provider calls them; the first time by their address, if the provider has checked that it is theirs."""
        known = await records.access.user_by_subject(person.subject)
        if known is not None or not person.email:
            return known
        same = await records.access.user_by_email(normal_email(person.email))
        if same is not None and not (person.email_verified and await records.access.set_subject_once(same.id, person.subject)):
            raise Refused("Your address belongs to an account that is not linked to this one.", todo=NOT_HERE)
        return same

    async def _keep(self, records: Records, user: User | None, person: ProviderPerson, role: Role | None) -> User:
        """The person as they are now, stored when something is new."""
        if user is None:
            email = normal_email(person.email) if person.email_verified else ""
            made = User(id=new_id(), name=person.name or "New colleague", role=role or "agent", email=email)
            await records.admin.put_user(made)
            await records.access.set_subject_once(made.id, person.subject)
            await records.log.event("user.saved", subject_id=made.id, data={"role": made.role, "from": "provider"})
            return made
        if role is None or role == user.role:
            return user
        changed = user.model_copy(update={"role": role})
        await records.admin.put_user(changed)
        await records.log.event("user.saved", subject_id=user.id, data={"role": role, "from": "provider"})
        return changed
