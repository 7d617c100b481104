"""How long a model may take, and how often it is asked."""

from pydantic import Field

from copilot.domain.base import Frozen


class Limits(Frozen):
    """Seconds and counts. The defaults suit a person who waits for a draft."""

    total_s: float = Field(default=45.0, gt=0)
    """From the question to the validated answer: retries, fallback models and the repair included."""
    first_token_s: float = Field(default=12.0, gt=0)
    between_chunks_s: float = Field(default=8.0, gt=0)
    attempts: int = Field(default=3, ge=1)
    """Tries per model when a failure may pass by itself."""
    backoff_s: float = Field(default=0.4, ge=0)
    """The first pause between tries; it doubles, with jitter."""
    longest_wait_s: float = Field(default=5.0, ge=0)
    """A provider that asks for a longer pause (Retry-After) is left for the next model."""
    breaker_failures: int = Field(default=4, ge=1)
    """Failures in a row after which a model is left alone …"""
    breaker_pause_s: float = Field(default=30.0, ge=0)
    """… for so long; then one question tries it."""
