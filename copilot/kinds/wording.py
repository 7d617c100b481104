"""The words of drafts made without a model: phrase catalogues (data, one file per language) and how times and sums are said.

A phrase has several wordings. Which one a turn gets is decided by its id: the same turn always reads the same, two turns do not read
like one template.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import yaml

from copilot.domain.conversation import Channel
from copilot.domain.knowledge import Limit
from copilot.domain.people import Assurance
from copilot.domain.turn import Turn
from copilot.sensing.hours import add_business_seconds

LANGUAGES = ("en", "de", "es")
"""Languages with a phrase catalogue."""
LOCALES = {"en": "en_GB", "de": "de_DE", "es": "es_ES"}
FIVE_MINUTES = 300


@lru_cache
def catalogue(name: str) -> Mapping[str, Any]:
    """A phrase file by name (`en`, `de_familiar` …); files named *_familiar hold only what differs from the formal one."""
    text = (files("copilot.kinds") / "phrases" / f"{name}.yaml").read_text(encoding="utf-8")
    own: Mapping[str, Any] = yaml.safe_load(text)
    return {**catalogue(name.removesuffix("_familiar")), **own} if name.endswith("_familiar") else own


@dataclass(frozen=True)
class Wording:
    """The phrases of one language and form of address, for one turn."""

    language: str
    familiar: bool
    seed: str
    zone: ZoneInfo
    locale: str

    @property
    def phrases(self) -> Mapping[str, Any]:
        """The whole catalogue."""
        return catalogue(f"{self.language}_familiar" if self.familiar else self.language)

    def say(self, key: str, **values: object) -> str:
        """One wording of a phrase, filled in. KeyError: there is no such phrase, or a value is missing."""
        variants = self.phrases[key]
        if isinstance(variants, str):
            return variants.format(**values)
        chosen: str = variants[crc32(f"{self.seed}:{key}".encode()) % len(variants)]
        return chosen.format(**values)

    def number(self, value: int) -> str:
        """A small number as a word, where the language has one in its catalogue."""
        words: list[str] = self.phrases["numbers"]
        return words[value] if value < len(words) else str(value)

    def label(self, field: str) -> str:
        """What a field is called when speaking to a customer."""
        labels: Mapping[str, str] = self.phrases["labels"]
        return labels.get(field, field.replace("_", " "))

    def need(self, field: str) -> str:
        """The question for a field that is missing."""
        questions: Mapping[str, str] = self.phrases["need_questions"]
        return questions.get(field) or self.say("need_question", label=self.label(field))

    def day(self, moment: datetime, now: datetime) -> str:
        """`13 November`, with the year when it is not this one."""
        from babel.dates import format_date, format_skeleton

        local, today = moment.astimezone(self.zone), now.astimezone(self.zone)
        if local.year != today.year:
            return format_date(local.date(), "long", locale=self.locale)
        return format_skeleton("MMMMd", local, locale=self.locale)

    def clock(self, moment: datetime, now: datetime) -> str:
        """A time of day and, when it is not today, its day: `by 14:25`, `by 10:00 tomorrow`, `by 10:00 on Monday, 23 November`."""
        from babel.dates import format_skeleton

        local, today = moment.astimezone(self.zone), now.astimezone(self.zone)
        days = (local.date() - today.date()).days
        key = {0: "today", 1: "tomorrow"}.get(days, "on_day")
        return self.say(f"at_{key}", time=f"{local:%H:%M}", day=format_skeleton("MMMMEEEEd", local, locale=self.locale))

    def within(self, minutes: float) -> str:
        """A bound for an answer: `within 20 minutes`, `within 8 hours`, `within 2 days`."""
        if minutes < 120:
            return self.say("within_minutes", n=round(minutes))
        if minutes < 2880:
            return self.say("within_hours", n=round(minutes / 60))
        return self.say("within_days", n=round(minutes / 1440))


def wording(turn: Turn) -> Wording | None:
    """The customer's language and form of address; None when there are no phrases in it."""
    language = (turn.language or turn.settings.languages[0]).split("-")[0].split("_")[0].lower()
    return _in_language(turn, language) if language in LANGUAGES else None


def english(turn: Turn) -> Wording:
    """The wording of what a colleague reads."""
    return _in_language(turn, "en")


def _in_language(turn: Turn, language: str) -> Wording:
    locale = LOCALES[language]
    own = turn.person.locale.replace("-", "_") if turn.person else ""
    if own.startswith(f"{language}_"):
        locale = own
    return Wording(
        language=language,
        familiar=_familiar(turn, language),
        seed=turn.id,
        zone=ZoneInfo(turn.settings.time_zone),
        locale=locale if _known_locale(locale) else LOCALES[language],
    )


def _known_locale(name: str) -> bool:
    from babel import localedata

    return bool(localedata.exists(name))


def _familiar(turn: Turn, language: str) -> bool:
    """Whether the customer says du or tú, or has asked for it; without a sign the formal address is used."""
    if _wished(turn, catalogue(language).get("familiar_wishes", ())):
        return True
    signs = catalogue(language).get("familiar_signs", ())
    if not signs:
        return False
    said = f" {turn.said_by_customer.casefold()} "
    for mark in ",.;:!?\n":
        said = said.replace(mark, " ")
    return any(f" {sign} " in said for sign in signs)


def _wished(turn: Turn, wishes: Sequence[str]) -> bool:
    """A preference on record; whoever is not proven does not get what the record says."""
    if turn.assurance is not Assurance.PROVEN:
        return False
    noted = " ".join(detail.value for detail in turn.evidence.known_details if detail.field == "preferences").casefold()
    return any(re.search(rf"\b{re.escape(wish)}\b", noted) for wish in wishes)


def answer_minutes(turn: Turn, channel: Channel | None = None) -> float:
    """How long an answer may take in this channel, in business minutes."""
    return turn.settings.answer_minutes.get(channel or turn.channel, 60.0)


def back_by(turn: Turn) -> datetime:
    """When the agent is back: the tenant's answer time counted from `as_of` in business hours, rounded up to five minutes."""
    due = add_business_seconds(turn.as_of, answer_minutes(turn) * 60, turn.settings)
    over = due.timestamp() % FIVE_MINUTES
    return due if over == 0 else due + timedelta(seconds=FIVE_MINUTES - over)


def spell_wait(seconds: float) -> str:
    """A wait as a colleague says it: `16 minutes`, `5 hours`, `4 days`."""
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{round(minutes / 60)} hours" if minutes < 2880 else f"{round(minutes / 1440)} days"


def limit_text(limit: Limit | None) -> str:
    """A limit as a colleague reads it: `up to 120 EUR`, `up to 6 months`, `10 %`; empty without one."""
    if limit is None:
        return ""
    if limit.amount is not None:
        whole = limit.amount == limit.amount.to_integral_value()
        return f"up to {limit.amount.to_integral_value() if whole else limit.amount} {limit.currency}"
    if limit.percent is not None:
        return f"{limit.percent:g} %"
    count, unit = (limit.days, "day") if limit.days is not None else (limit.months, "month")
    return f"up to {count} {unit}{'' if count == 1 else 's'}"
