"""Language models behind one adapter: LiteLLM's SDK, or none."""

from copilot.adapters.models.apart import ModelsApart
from copilot.adapters.models.limits import Limits
from copilot.adapters.models.lite import LiteLLMModels
from copilot.adapters.models.none import NoModels

__all__ = ["Limits", "LiteLLMModels", "ModelsApart", "NoModels"]
