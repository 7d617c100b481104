"""What Slack's Web API says when it is not done: HTTP 200 with `ok: false` and a word. Source: docs.slack.dev, each method's errors."""

import re
from typing import Any, Final

from copilot.domain.channels import Unsure
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable

TOKEN: Final = ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission", "org_login_required")
RIGHT: Final = (
    "missing_scope",
    "not_allowed_token_type",
    "access_denied",
    "ekm_access_denied",
    "restricted_action",
    "team_access_not_granted",
)
PLACE: Final = ("not_in_channel", "is_archived", "cant_update_message", "edit_window_closed", "method_not_supported_for_channel_type")
ABSENT: Final = ("channel_not_found", "message_not_found", "thread_not_found", "user_not_found", "users_not_found", "user_not_visible")
LATE: Final = ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "trigger_exchanged")
BUSY: Final = ("ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "team_added_to_org", "accesslimited")
MAYBE: Final = ("fatal_error", "internal_error", "request_timeout")
"""After these it may have been done."""
MINUTE: Final = 60.0
_WORD: Final = re.compile(r"[a-z][a-z_]{1,59}")


def answered(told: object, *, writes: bool = False) -> dict[str, Any]:
    """The answer of a call that was done. Raises what its word means; a word that is not known is Invalid and named."""
    if isinstance(told, dict) and told.get("ok") is True:
        return told
    if writes and not (isinstance(told, dict) and told.get("ok") is False):
        raise _unclear("neither ok nor not", writes=True)
    found = _WORD.fullmatch(str(told.get("error"))) if isinstance(told, dict) else None  # nothing else is repeated: it may be our token
    raise _error(found[0] if found else "", writes=writes)


def _error(word: str, *, writes: bool) -> CopilotError:
    if word in TOKEN:
        return Refused(f"Slack does not take the token ({word}).", todo="Install the app anew, and give the connection its bot token.")
    if word in RIGHT:
        return Refused(f"Slack does not allow it ({word}).", todo="Add the scopes of the manifest in slack_app, then install it anew.")
    if word in PLACE:
        return Refused(f"Slack does not allow it there ({word}).", todo="Invite the app into the channel: /invite @Rapport.")
    if word in ABSENT:
        return NotFound(f"Slack knows no such thing ({word}).", todo="Check the channel's id; in a private one, invite the app.")
    if word in LATE:
        return Conflict("That took longer than Slack waits.", todo="Press again.")
    if word in BUSY:
        return Unavailable("Slack asks for patience.", retry_after=MINUTE)
    if word in MAYBE:
        return _unclear(word, writes=writes)
    return Invalid(f"Slack did not take it ({word or 'no reason given'}).", todo="Look for that word in Slack's documentation.")


def _unclear(word: str, *, writes: bool) -> CopilotError:
    if writes:
        return Unsure(f"Slack did not say whether it was done ({word}).", todo="Look in the channel before it is done again.")
    return Unavailable(f"Slack did not answer ({word}).")
