"""A small OpenID Connect provider: one person, signed in at once. It checks what a real one checks."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "rapport", "a client's secret"
"""Of a provider that exists in tests only."""


@dataclass
class Provider:
    """`claims`: what it says of the person; `twist`: changes a token before it is signed; `key`: signs."""

    issuer: str
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "p-7", "name": "Nora Falk", "email": "nora@ternway.example"})
    twist: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}))
    signing: RSAKey | None = None
    """Another key than the one it shows."""
    denies: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        """Its addresses."""
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self._described)
        app.get("/jwks")(self._keys)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        return app

    async def _described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
        }

    async def _keys(self) -> Any:
        return KeySet([self.key]).as_dict(private=False)

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        back = f"{asked['redirect_uri']}?state={asked['state']}"
        if self.denies:
            return RedirectResponse(f"{back}&error=access_denied", 302)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(f"{back}&code={code}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        given = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        fits = asked is not None and asked.get("code_challenge_method") == "S256" and asked.get("code_challenge") == proof
        if asked is None or not fits or given != f"{CLIENT}:{SECRET}" or asked["redirect_uri"] != form.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.claims, **self.twist}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, said, self.signing or self.key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": token})
