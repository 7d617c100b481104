"""The words of the desk that no turn's draft needs: the line at a switch, the summary at the end, updates on promises.

Like the drafts' phrases they are data, one file per language (`phrases/day_*.yaml`).
"""

from dataclasses import dataclass
from datetime import datetime

from copilot.domain.turn import Turn
from copilot.kinds.wording import Wording, catalogue, english, wording


@dataclass(frozen=True)
class DayWords:
    """Phrases in one language for one conversation. `address`: how times and the form of address go in it."""

    address: Wording

    @property
    def language(self) -> str:
        """`en`, `de`, `es`."""
        return self.address.language

    def say(self, key: str, **values: object) -> str:
        """A phrase, filled in. KeyError: there is none."""
        text: str = catalogue(f"day_{self.language}{'_familiar' if self.address.familiar else ''}")[key]
        return text.format(**values)

    def moment(self, when: datetime, now: datetime) -> str:
        """The shortest way to say when: `14:05` today, `2 Mar`, `2 Mar 2025` in another year."""
        from babel.dates import format_skeleton

        local, today = when.astimezone(self.address.zone), now.astimezone(self.address.zone)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        return str(format_skeleton("MMMd" if local.year == today.year else "yMMMd", local, locale=self.address.locale))

    def day(self, when: datetime, now: datetime) -> str:
        """`2 March`."""
        return self.address.day(when, now)

    def by(self, when: datetime, now: datetime) -> str:
        """`by 17:00 today`."""
        return self.address.clock(when, now)


def day_words(turn: Turn) -> DayWords:
    """In the conversation's language where there are phrases in it, else in English."""
    return DayWords(wording(turn) or english(turn))
