"""The text a person sees while the model's JSON is still growing."""

from collections.abc import Sequence

from pydantic_core import from_json

from copilot.adapters.models.answers import json_part
from copilot.domain.ports.models import Masker

BETWEEN_FIELDS = "\n\n"


class GrowingText:
    """Turns the raw answer so far into the text so far: the streamed fields in their order, placeholders restored."""

    def __init__(self, fields: Sequence[str], masker: Masker) -> None:
        self._fields = fields
        self._masker = masker
        self._shown = ""

    def grown(self, raw: str) -> str | None:
        """The whole text so far, when it is not what was returned last; None when nothing new can be shown."""
        try:
            # Strings are not cached: the cache would outlive an erasure.
            so_far = from_json(json_part(raw), allow_partial="trailing-strings", cache_strings="keys")
        except ValueError:
            return None  # not JSON yet, or not at all: the validation of the whole answer says so
        if not isinstance(so_far, dict):
            return None
        text = self._masker.restore_partial(joined(so_far.get(field) for field in self._fields))
        if not text or text == self._shown:
            return None
        self._shown = text
        return text


def joined(values: object) -> str:
    """The texts among the values, one paragraph each."""
    return BETWEEN_FIELDS.join(v for v in values if isinstance(v, str) and v) if hasattr(values, "__iter__") else ""
