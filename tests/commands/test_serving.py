"""How the command serves: what cannot be seen without waiting for it. The rest is in tests/e2e."""

from copilot.commands.serving import configured

PROXIES_KEEP_S = 60
"""How long AWS's load balancers and nginx keep a quiet connection to us by default."""


def test_a_quiet_connection_is_kept_longer_than_proxies_keep_theirs() -> None:
    assert configured(None).timeout_keep_alive > PROXIES_KEEP_S
