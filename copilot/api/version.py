"""Which version answers."""

from importlib.metadata import PackageNotFoundError, version


def installed() -> str:
    """The installed version; `0` in a checkout that was never installed."""
    try:
        return version("rapport-copilot")
    except PackageNotFoundError:
        return "0"
