"""Settings of an installation: the only reader of the environment."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from copilot.domain.errors import Invalid
from copilot.domain.staff import Role


class Settings(BaseSettings):
    """What an operator sets. Every name is an environment variable with the prefix COPILOT_."""

    model_config = SettingsConfigDict(env_prefix="COPILOT_", extra="ignore", frozen=True)

    data_dir: Path = Path(".data")
    """Folder of the database, indexes and lock."""
    database_url: str = ""
    """Empty: SQLite in the data folder. Else postgresql://user:password@host/name."""
    chroma_url: str = ""
    """Empty: embedded in the data folder. Else the address of a Chroma server."""
    model: str = ""
    """A LiteLLM model name, such as openai/gpt-5 or ollama/llama3. Empty: no language model; the fallback path works alone."""
    fallback_models: Annotated[tuple[str, ...], NoDecode] = ()
    """Tried in this order when the first does not answer; comma-separated."""
    experiment_models: Annotated[tuple[str, ...], NoDecode] = ()
    """Models that an experiment may try beside these, comma-separated: whoever answers is told what customers write, masked."""
    api_base: str = ""
    embedder: str = "minilm"
    """minilm, hash, a sentence-transformers model, or litellm/<model>: a provider's, which then sees what is searched, masked."""
    embedder_precision: Literal["auto", "float32"] = "auto"
    """auto: bfloat16 where the processor computes in it and a trial at start gives the same vectors; else float32."""
    embedder_languages: Annotated[tuple[str, ...], NoDecode] = ()
    """Two-letter codes, comma-separated, of the languages whose meaning the encoder reads. Empty: what its model card says, else all."""
    reranker: str = ""
    """A cross-encoder that reads the first hits again (a folder, or cross-encoder/ms-marco-MiniLM-L6-v2). Empty: none."""
    replica_id: str = "local"
    """Names this process among replicas; keep it over restarts."""
    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535)
    address: str = ""
    """Where agents open this service (https://copilot.example.com): links in a chat tool's notes begin so. Empty: notes hold no link."""
    mcp_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names under which programs reach the tools at /mcp, such as desk.example.com; comma-separated. This machine's own
    and the one of `address` always count."""
    private_tools: bool = True
    """Whether a chat tool may stand at a private address, as one's own often does. false where tenants do not trust each other: then an
    administrator's connection reaches public addresses only, and only by TLS."""
    log_level: str = "info"
    drafting_process: bool | None = None
    """Make drafts, and speak to language models, in processes of their own (200 and 350 MB), so that hundreds of agents do not wait for
    each other's. Empty: `copilot serve` does so on more than one core."""
    streams_per_key: int = Field(default=20, ge=1)
    """How many streams one API key may hold open on this replica."""
    prompts_dir: Path | None = None
    """Empty: the prompts that ship with the product."""
    secret_key: str = ""
    """Keys the erasure tombstones. Empty: made once and kept in the data folder; set it when several machines share a database. Whoever
    restores a backup elsewhere has to set the same: a key that is set here is in no backup."""

    oidc_issuer: str = ""
    """The address of your identity provider (OpenID Connect); empty: none. Register <address of this service>/oidc/callback there."""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_groups: Annotated[dict[str, Role], NoDecode] = {}
    """Group there → role here, such as support=agent,leads=supervisor; * stands for everyone. Empty: only people whom you have added."""
    oidc_groups_claim: str = "groups"
    oidc_tenant: str = "default"
    """Whose people the provider knows."""

    @field_validator("oidc_groups", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        return dict(part.strip().split("=", 1) for part in value.split(",") if "=" in part) if isinstance(value, str) else value

    @field_validator("fallback_models", "embedder_languages", "experiment_models", "mcp_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def models(self) -> tuple[str, ...]:
        """All models in the order they are tried."""
        return (self.model, *self.fallback_models) if self.model else self.fallback_models

    @property
    def sqlalchemy_url(self) -> str:
        """The database as SQLAlchemy's async engine wants it."""
        url = self.database_url
        if not url:
            return f"sqlite+aiosqlite:///{self.data_dir / 'rapport.db'}"
        scheme, _, rest = url.partition("://")
        if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
            return f"postgresql+psycopg://{rest}"
        if scheme in ("sqlite", "sqlite+aiosqlite"):
            return f"sqlite+aiosqlite://{rest}"
        raise Invalid(f"COPILOT_DATABASE_URL begins with {scheme!r}.", todo="Use postgresql://… or leave it empty for SQLite.")

    @property
    def durable_url(self) -> str:
        """The durable engine's own database, as synchronous SQLAlchemy wants it."""
        if self.sqlalchemy_url.startswith("postgresql"):
            return self.sqlalchemy_url
        return f"sqlite:///{self.data_dir / 'work.db'}"

    @property
    def on_one_machine(self) -> bool:
        """SQLite: exactly one process owns the data folder."""
        return self.sqlalchemy_url.startswith("sqlite")
