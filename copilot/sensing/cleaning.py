"""The text that emotion is read from: without quotations, names, addresses, greetings and closings."""

import re
from collections.abc import Sequence

from copilot.sensing.formulas import strip_formulas
from copilot.sensing.naming import mask_names
from copilot.sensing.quotes import strip_quotes

READ_AT_MOST = 12_000
"""Characters of a message that are read; a longer one is a paste, and its beginning says what its writer feels."""

_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+|(?<![\w@])@\w{2,40}", re.IGNORECASE)
_SPACES = re.compile(r"[ \t]{2,}")
_LINES = re.compile(r"(?<!\s)\s*\n\s*\n\s*")


def clean(text: str, names: Sequence[str]) -> str:
    """What the customer says, and nothing of who they are or what others said. Empty when nothing is left.

    `names`: every name on record for the people of this case (customer, family, agents), full or in parts.
    """
    text = text[:READ_AT_MOST].replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    text = strip_quotes(text)
    text = _ADDRESS.sub(" ", text)
    text = strip_formulas(mask_names(text, names))
    return _LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()
