"""Heat: one number, 0–100, of how urgently a person must be answered. Stored as base + since, computed when read.

Anchors (DESIGN §3): up to 45 a calm person with a question; from 60 on angry, or a promise broken. Waiting adds to the mood and goes on
rising: whoever was calm is at 60 when the channel's tolerance T has passed, in business time, and past that rises like everyone else.

With x = wait / T, the distance to 100 shrinks by the same factor in every T:

    base ≥ 45 (upset):     heat = 100 − (100 − base) · R^x              R = 40/55
    base < 45 (calm):      heat = 100 − (100 − base) · (40/(100 − base))^x   while x ≤ 1, so that heat(T) = 60,
                           heat = 100 − 40 · R^(x − 1)                       after that, which is the curve of base 45

Both pieces rise with the wait and with the base, meet at x = 1, and never reach 100.
"""

import math
from collections.abc import Mapping
from datetime import datetime

from copilot.domain.conversation import Channel
from copilot.domain.tenant import TenantSettings
from copilot.sensing.hours import add_business_seconds, business_seconds, opens_ever

CALM_AT_MOST = 45.0
BOILS = 60.0
BOILS_OVER = 80.0
TOLERANCE_SECONDS: Mapping[Channel, float] = {
    "chat": 15 * 60,
    "sms": 15 * 60,
    "phone": 15 * 60,
    "email": 24 * 3600,
    "social": 24 * 3600,
    "letter": 5 * 24 * 3600,
}
"""Business seconds after which a calm person is at 60."""
_LEFT_AT_BOIL = 100 - BOILS
_FACTOR = _LEFT_AT_BOIL / (100 - CALM_AT_MOST)
_ALMOST = math.nextafter(100.0, 0.0)


def heat(base: float, since: datetime | None, channel: Channel, now: datetime, settings: TenantSettings) -> float:
    """0–100. `base`: mood and record, 0–100. `since`: when the first unanswered customer message came; None when nobody waits."""
    base = min(max(base, 0.0), _ALMOST)
    if since is None:
        return base
    return _after(base, business_seconds(since, now, settings) / TOLERANCE_SECONDS[channel])


def told(present: float) -> float:
    """As people are told it, to a tenth: what is rounded from here on is the same wherever it stands."""
    return round(present, 1)


def boils_at(base: float, since: datetime | None, channel: Channel, now: datetime, settings: TenantSettings) -> datetime | None:
    """When waiting alone will take this to 60, or to 80 when it is at 60 already. None: nobody waits, it is past 80, or never open."""
    present = heat(base, since, channel, now, settings)
    if since is None or present >= BOILS_OVER or not opens_ever(settings):
        return None
    target = BOILS if present < BOILS else BOILS_OVER
    waits = _until(min(max(base, 0.0), _ALMOST), target) * TOLERANCE_SECONDS[channel]
    return max(now, add_business_seconds(since, waits, settings))


def _after(base: float, tolerances: float) -> float:
    """Heat after a wait of so many tolerances."""
    if base >= CALM_AT_MOST:
        left = (100 - base) * math.pow(_FACTOR, tolerances)
    elif tolerances <= 1:
        left = (100 - base) * math.pow(_LEFT_AT_BOIL / (100 - base), tolerances)
    else:
        left = _LEFT_AT_BOIL * math.pow(_FACTOR, tolerances - 1)
    return min(100 - left, _ALMOST)


def _until(base: float, target: float) -> float:
    """Tolerances until `target` ≥ base is reached: the inverse of `_after`."""
    left = 100 - target
    if base >= CALM_AT_MOST:
        return math.log(left / (100 - base)) / math.log(_FACTOR)
    if target <= BOILS:
        return math.log(left / (100 - base)) / math.log(_LEFT_AT_BOIL / (100 - base))
    return 1 + math.log(left / _LEFT_AT_BOIL) / math.log(_FACTOR)
