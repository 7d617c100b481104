"""Times and sums as pages show them. The browser turns times into the viewer's zone and keeps them going (static/js/times.js)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

MINUTE, HOUR, DAY = 60, 3600, 86400


@pass_context
def ago(context: Context, moment: datetime) -> Markup:
    """How far it is from now ("5 min ago", "in 2 h"), with the exact time on hover."""
    return _time("ago", moment, words(moment, context["now"]), written(moment, context["zone"]))


@pass_context
def exact(context: Context, moment: datetime) -> Markup:
    """In full: "Sun 22 Nov 2026, 14:05"."""
    return _time("exact", moment, written(moment, context["zone"]), "")


@pass_context
def in_zone(context: Context, moment: datetime) -> str:
    """As the company's clock shows it, wherever one reads it: "Sun 22 Nov 2026, 14:05 (Europe/Berlin)"."""
    return f"{written(moment, context['zone'])} ({context['zone']})"


@pass_context
def since(context: Context, moment: datetime) -> Markup:
    """A count of how long it has been: "4:12", "3 h 05", "5 d"."""
    return _time("since", moment, counted((context["now"] - moment).total_seconds()), written(moment, context["zone"]))


def words(moment: datetime, now: datetime) -> str:
    """How far a time is from now."""
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    if size < 45:
        return "just now" if seconds >= 0 else "in a moment"
    if size < 45 * MINUTE:
        amount = f"{max(1, round(size / MINUTE))} min"
    elif size < 22 * HOUR:
        amount = f"{max(1, round(size / HOUR))} h"
    else:
        amount = _days(max(1, round(size / DAY)))
    return f"{amount} ago" if seconds > 0 else f"in {amount}"


def _days(days: int) -> str:
    """Days, then months, then years: nobody counts 3,774 days."""
    if days < 60:
        return f"{days} day" + ("s" if days > 1 else "")
    return f"{round(days / 30.44)} months" if days < 730 else f"{round(days / 365.25)} years"


def counted(seconds: float) -> str:
    """A span as a running count."""
    whole = max(0, int(seconds))
    if whole < HOUR:
        return f"{whole // MINUTE}:{whole % MINUTE:02}"
    if whole < 2 * DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02}"
    return f"{whole // DAY} d"


def written(moment: datetime, zone: str) -> str:
    """A time in full."""
    here = moment.astimezone(ZoneInfo(zone))
    return f"{here:%a} {here.day} {here:%b %Y, %H:%M}"


def money(minor: int, currency: str = "EUR") -> str:
    """14200 → "€142.00"."""
    from babel.numbers import format_currency, get_currency_precision

    return str(format_currency(minor / 10 ** get_currency_precision(currency), currency, locale="en"))


def _time(kind: str, moment: datetime, text: str, title: str) -> Markup:
    stamp = moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time class="{}" datetime="{}" title="{}">{}</time>').format(kind, stamp, title, text)
