"""A tenant's working time: which days it is open, when a day ends, and how working days and hours add up."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copilot.domain.tenant import Hours, TenantSettings

_LAST_MINUTE = 1439
_WEEK = 7


class WorkCalendar:
    """Days and minutes in the tenant's time zone. A tenant without hours is always open, and its working days are Monday to Friday."""

    def __init__(self, settings: TenantSettings) -> None:
        try:
            self.zone: ZoneInfo = ZoneInfo(settings.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            self.zone = ZoneInfo("UTC")
        usable = {day: hours for day, hours in settings.hours.items() if 0 <= day < _WEEK and hours.opens < hours.closes}
        self._hours: dict[int, Hours] = usable or {day: Hours() for day in range(5)}

    def local(self, moment: datetime) -> datetime:
        """The wall clock at the tenant's place."""
        return moment.astimezone(self.zone)

    def is_working(self, day: date) -> bool:
        """Whether the company works on that day."""
        return day.weekday() in self._hours

    def at(self, day: date, minute: int) -> datetime:
        """That minute of the day (counted from local midnight), in UTC."""
        minute = min(minute, _LAST_MINUTE)
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone).astimezone(UTC)

    def day_end(self, day: date) -> int:
        """The minute by which something due on that day has to be done: closing time, or the day's last minute when closed."""
        hours = self._hours.get(day.weekday())
        return min(hours.closes, _LAST_MINUTE) if hours else _LAST_MINUTE

    def add_days(self, day: date, count: int) -> date:
        """`count` working days after `day`; the day itself does not count."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def last_of_week(self, day: date) -> date:
        """The last working day of that day's week (Monday to Sunday)."""
        monday = day - timedelta(days=day.weekday())
        return monday + timedelta(days=max(self._hours))

    def add_minutes(self, moment: datetime, minutes: float) -> datetime:
        """`minutes` of working time after `moment`, in UTC."""
        now = self.local(moment)
        while True:
            hours = self._hours.get(now.weekday())
            if hours:
                opens, closes = self.at(now.date(), hours.opens), self.at(now.date(), hours.closes)
                begin = max(opens, now.astimezone(UTC))
                room = (closes - begin).total_seconds() / 60
                if room >= minutes:
                    return begin + timedelta(minutes=minutes)
                minutes -= max(room, 0)
            now = self.local(self.at(now.date() + timedelta(days=1), 0))
