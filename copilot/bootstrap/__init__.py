"""Wiring: settings in, the application out. The only room that knows which adapter stands behind which port."""

from copilot.bootstrap.application import DEFAULT_TENANT, Application
from copilot.bootstrap.wiring import build

__all__ = ["DEFAULT_TENANT", "Application", "build"]
