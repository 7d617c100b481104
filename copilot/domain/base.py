"""The base of every domain type, and the two scalars that all of them use."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import uuid_utils
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value: it never changes after it was made, and unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Instant = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""A point in time. An offset is required on input; kept in UTC."""

JSON = Mapping[str, Any]


def new_id() -> str:
    """A UUIDv7 as text: unique, and sorted by the time it was made."""
    return str(uuid_utils.uuid7())


def now() -> datetime:
    """The present, in UTC. Services take a clock; this is the real one."""
    return datetime.now(UTC)
