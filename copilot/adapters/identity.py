"""OpenID Connect by Authlib: code flow with state, nonce and PKCE; of the ID token, signature, issuer, audience and nonce are checked."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from copilot.domain.errors import Refused, Unavailable
from copilot.domain.ports.access import ProviderPerson, ProviderTrip

if TYPE_CHECKING:
    import httpx2

TIMEOUT_S: Final = 10.0
SIGNED: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Signatures that only the provider can make; "none" and those with a shared secret are not among them."""
AGAIN: Final = "Try again; if it goes on, tell your administrator."


class OidcProvider:
    """The `IdentityProvider` port. `transport`: how requests travel, for tests."""

    def __init__(
        self, issuer: str, client_id: str, secret: str, *, groups: str = "groups", transport: "httpx2.AsyncBaseTransport | None" = None
    ) -> None:
        self._issuer, self._client_id, self._secret, self._groups = issuer.rstrip("/"), client_id, secret, groups
        self._transport = transport

    @cached_property
    def _app(self) -> Any:
        from authlib.integrations.starlette_client import StarletteOAuth2App

        client: dict[str, Any] = {"scope": "openid email profile", "code_challenge_method": "S256", "timeout": TIMEOUT_S}
        if self._transport is not None:
            client["transport"] = self._transport
        return StarletteOAuth2App(
            None,
            "company",
            client_id=self._client_id,
            client_secret=self._secret,
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs=client,
        )

    async def begin(self, callback: str) -> ProviderTrip:
        """Where to send the browser."""
        await self._known()
        made = await self._app.create_authorization_url(callback)
        return ProviderTrip(url=made["url"], state=made["state"], nonce=made["nonce"], verifier=made["code_verifier"])

    async def finish(self, callback: str, code: str, trip: ProviderTrip) -> ProviderPerson:
        """Exchange the code for the person."""
        import httpx2
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError

        await self._known()
        try:
            token = await self._app.fetch_access_token(callback, code=code, code_verifier=trip.verifier)
            checked = {"iss": {"essential": True, "value": self._issuer_named}, "aud": {"essential": True, "value": self._client_id}}
            claims = await self._app.parse_id_token(token, trip.nonce, claims_options=checked)
        except httpx2.HTTPError as error:
            raise _silent(error) from error
        except (AuthlibBaseError, JoseError, ValueError) as error:
            raise Refused("Your company's sign-in answered something that does not fit.", todo=AGAIN) from error
        if not claims:
            raise Refused("Your company's sign-in did not say who you are.", todo=AGAIN)
        return self._person(claims)

    async def _known(self) -> None:
        """The provider's own description, read once. Raises Unavailable when there is none, or it is somebody else's."""
        import httpx2

        try:
            metadata = await self._app.load_server_metadata()
        except (httpx2.HTTPError, ValueError) as error:
            raise _silent(error) from error
        self._issuer_named = str(metadata.get("issuer", ""))
        if self._issuer_named.rstrip("/") != self._issuer:
            self._app.server_metadata.clear()
            raise Unavailable("Your company's sign-in calls itself by another name.", todo="Correct COPILOT_OIDC_ISSUER.")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in SIGNED]

    def _person(self, claims: Any) -> ProviderPerson:
        groups = claims.get(self._groups) or ()
        email = str(claims.get("email") or "")
        return ProviderPerson(
            subject=f"{self._issuer} {claims['sub']}",
            name=str(claims.get("name") or claims.get("preferred_username") or email),
            email=email,
            email_verified=claims.get("email_verified") is True,
            groups=(groups,) if isinstance(groups, str) else tuple(str(group) for group in groups),
        )


def _silent(error: Exception) -> Unavailable:
    return Unavailable(f"Your company's sign-in does not answer ({type(error).__name__}).", todo="Try again in a moment.")
