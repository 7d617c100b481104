"""Run the scripted provider by itself, to try the product without an account."""

import argparse
import sys
from typing import get_args

from copilot.testing.provider.server import Mode, ScriptedProvider


def main() -> int:
    """Serve until interrupted. Exit code 0."""
    parser = argparse.ArgumentParser(prog="python -m copilot.testing.provider", description="A language model that follows a script.")
    parser.add_argument("--port", type=int, default=8089, help="port on 127.0.0.1 (default 8089; 0: any free one)")
    parser.add_argument("--mode", choices=[mode for mode in get_args(Mode) if mode != "script"], default="auto", help="how it answers")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before the first word")
    parser.add_argument("--between", type=float, default=0.0, help="seconds between chunks")
    given = parser.parse_args()
    try:
        provider = ScriptedProvider(given.mode, port=given.port, delay_s=given.delay, between_s=given.between)
    except OSError as error:
        parser.error(f"port {given.port} is not free: {error.strerror}")
    with provider:
        sys.stdout.write(f"Set COPILOT_MODEL=openai/scripted COPILOT_API_BASE={provider.base_url}\n")
        sys.stdout.flush()
        try:
            provider.wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
