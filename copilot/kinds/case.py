"""What a Turn shows that several kinds need to know. Judgements about the case, never about the person."""

import re
from datetime import timedelta

from copilot.domain.conversation import Message
from copilot.domain.knowledge import Hit
from copilot.domain.memory import KnownDetail, Promise
from copilot.domain.people import Assurance
from copilot.domain.suggestion import KindName
from copilot.domain.turn import Fault, Turn, TurnLever
from copilot.kinds.wording import Wording, answer_minutes, catalogue, english

LONG_STANDING_YEARS = 5
"""From here on a customer is greeted as one who has been with the company for long."""
ANGRY = 60.0
"""DESIGN §3: heat ≥ 60 is angry, or a promise broken."""
_TITLES = frozenset(
    {"dr", "dr.", "prof", "prof.", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss", "sir", "dame"}
    | {"herr", "frau", "sr", "sr.", "sra", "sra.", "don", "doña"}
)

_ADDRESS = re.compile(r"\S+@\S+")

OURS = frozenset({"cancelled_by", "delay_minutes", "refund_amount", "account_number", "points_balance", "card_opened"})
"""Fields that the company knows better than the customer: looked up, never asked."""


def switched_on(turn: Turn, kind: KindName) -> bool:
    """Whether the tenant wants this kind at all."""
    return kind in turn.settings.kinds


def upset(turn: Turn) -> bool:
    """Angry by mood or record, or by a label that is not calm. Heat that only a wait has made is not anger."""
    emotion = turn.evidence.emotion
    return (emotion.measured and emotion.base >= ANGRY) or emotion.label in ("disappointed", "frustrated", "angry")


def public_place(turn: Turn) -> bool:
    """Others read along: nothing of the customer's record may appear."""
    return turn.channel == "social"


def may_disclose(turn: Turn) -> bool:
    """Whether a text for the customer may say what is on record about them."""
    return turn.assurance is Assurance.PROVEN and turn.person is not None and not public_place(turn)


def name_to_greet(turn: Turn, written: bool = False) -> str:
    """The customer's name as a greeting uses it; empty when none is known or it may not be said here.

    In writing (letter, e-mail) the full name where the first is a title. Unproven or in public: only a name they gave here, and not
    that of somebody else they speak of ("my wife Charlotte"): where the channel shows a name, it is that one.
    """
    if turn.person is None or not turn.person.name.split():
        return ""
    first, *rest = turn.person.name.split()
    titled = first.casefold() in _TITLES
    name = turn.person.name if (titled or written) and rest else first
    if may_disclose(turn):
        return name
    given = _names_given(turn).casefold()
    words = set("".join(c if c.isalnum() or c in "'’-" else " " for c in given).split())
    if name.casefold() in given and set(name.casefold().split()) <= words:
        return name
    return first if not titled and first.casefold() in words else ""


def _names_given(turn: Turn) -> str:
    """Where the writer's own name stands: what the channel shows, and what was written by who says or has proven to be this person."""
    shown = [m.author_name for m in turn.window if m.author == "customer" and m.author_name]
    named = any(not name.startswith("@") and any(c.isalpha() for c in name) for name in shown)
    trusted = turn.assurance is Assurance.PROVEN or (turn.assurance is Assurance.CLAIMED and not named)
    # An address that they posted is no name they go by.
    said = _ADDRESS.sub(" ", turn.said_by_customer) if public_place(turn) else turn.said_by_customer
    return " ".join([*shown, said] if trusted else shown)


def years_with_us(turn: Turn) -> int:
    """Whole years as a customer, when that is long, may be said here, and nobody said it in this conversation yet; else 0."""
    if turn.person is None or turn.person.since is None or not may_disclose(turn):
        return 0
    years = int((turn.as_of - turn.person.since) / timedelta(days=365.25))
    said = " ".join(m.text for m in turn.window if m.is_answer).casefold()
    told = any(sign in said for language in ("en", "de", "es") for sign in catalogue(language)["tenure_said"])
    return 0 if told or years < LONG_STANDING_YEARS else years


def greeted(turn: Turn) -> bool:
    """Whether an agent has already greeted in this conversation."""
    return any(m.is_answer for m in turn.window)


def broken_promise(turn: Turn) -> Promise | None:
    """The promise that is most overdue."""
    overdue = [p for p in turn.evidence.promises if p.at(turn.as_of).state == "overdue"]
    return min(overdue, key=lambda p: (p.due or turn.as_of, p.id)) if overdue else None


def open_promises(turn: Turn) -> list[Promise]:
    """Promises neither kept nor withdrawn: overdue first, then by due date."""
    live = [p for p in (p.at(turn.as_of) for p in turn.evidence.promises) if p.state in ("open", "overdue")]
    return sorted(live, key=lambda p: (p.state != "overdue", p.due is None, p.due or turn.as_of, p.id))


def our_fault(turn: Turn) -> Fault | None:
    """The company's mistake on record, where it may be said; None without evidence. A broken promise is the most concrete one."""
    if not may_disclose(turn):
        return None
    promise = broken_promise(turn)
    if promise:
        return Fault(party="company", text=promise.text, source=f"promise:{promise.id}")
    fault = turn.evidence.fault
    return fault if fault and fault.party == "company" else None


def apologised(turn: Turn) -> bool:
    """Whether an agent has already said sorry in this conversation: a second apology for the same thing weakens the first."""
    said = " ".join(m.text for m in turn.window if m.is_answer).casefold()
    return any(sign in said for sign in ("sorry", "apolog", "tut mir leid", "entschuldig", "lo siento", "disculp"))


def touches_record(turn: Turn) -> bool:
    """Whether someone unproven asks about what is on record: proof comes first, whether or not an article answers."""
    if turn.assurance is Assurance.PROVEN or turn.person is None:
        return False
    said = set(re.findall(r"[^\W_]+", " ".join(m.text for m in turn.waiting).casefold()))
    return any(field_words(detail.field) & said for detail in turn.evidence.known_details)


def needs_proof(turn: Turn) -> bool:
    """Whether what they want cannot be settled before an unproven speaker proves who they are."""
    if turn.assurance is Assurance.PROVEN:
        return False
    return touches_record(turn) or bool(turn.evidence.needs or turn.evidence.promises)


def field_words(field: str) -> set[str]:
    """The words of a field's name that say what it is."""
    return {w for w in field.casefold().split("_") if len(w) > 3}


def known(turn: Turn, field: str) -> KnownDetail | None:
    """The detail on record for a field."""
    return next((d for d in turn.evidence.known_details if d.field.casefold() == field.casefold()), None)


def missing_needs(turn: Turn) -> list[str]:
    """Fields a resolution requires and nobody has given, each once."""
    fields = dict.fromkeys(n.field for n in turn.evidence.needs)
    return [f for f in fields if known(turn, f) is None and askable(f)]


def askable(field: str) -> bool:
    """Whether a customer could say it: who cancelled or how late a flight was stands in our systems, not in their head."""
    return field not in OURS


def usable_levers(turn: Turn) -> list[TurnLever]:
    """Levers that apply, then those that may."""
    order = {"yes": 0, "unknown": 1}
    return sorted((lever for lever in turn.evidence.levers if lever.applies != "no"), key=lambda lever: (order[lever.applies], lever.id))


def needs_supervisor(turn: Turn) -> bool:
    """A way out exists, and only somebody else may grant it."""
    usable = usable_levers(turn)
    agents_own = any(lever.authority == "agent" and lever.applies == "yes" for lever in usable)
    return turn.agent.role == "agent" and not agents_own and any(lever.authority == "supervisor" for lever in usable)


def asks_for_someone_else(turn: Turn) -> Message | None:
    """The waiting message that asks for another person than the one who answers now.

    Asking a bot for a person is settled when the agent is there.
    """
    for message in turn.waiting:
        low = message.text.casefold()
        if any(sign in low for language in ("en", "de", "es") for sign in catalogue(language)["supervisor_signs"]):
            return message
    if "asks_human" in turn.evidence.emotion.signs and greeted(turn):
        return turn.waiting[-1] if turn.waiting else None
    return None


def only_thanks(turn: Turn, wording: Wording | None) -> bool:
    """The waiting messages close the matter: thanks, no question, nothing against it."""
    emotion = turn.evidence.emotion
    if (
        not turn.waiting
        or emotion.heat >= ANGRY
        or "sarcasm" in emotion.signs
        or emotion.label in ("angry", "frustrated", "worried", "confused")
    ):
        return False
    said = " ".join(m.text for m in turn.waiting).casefold()
    phrases = (wording or english(turn)).phrases
    words = "".join(c if c.isalnum() or c in "'’" else " " for c in said)
    asks = "?" in said or any(f" {sign} " in f" {words} " for sign in phrases["question_signs"])
    return not asks and any(sign in said for sign in phrases["closing_signs"]) and len(words.split()) <= 40


def waited_long(turn: Turn) -> bool:
    """They have waited longer than the tenant itself allows for an answer in this channel."""
    return bool(turn.waiting) and turn.evidence.emotion.waiting_seconds > answer_minutes(turn) * 60


def quotable_passages(turn: Turn) -> list[Hit]:
    """Public passages in the customer's language, best first. A passage without a locale is in the tenant's first language."""
    language = _base(turn.language or turn.settings.languages[0])
    return [
        p
        for p in turn.evidence.passages
        if p.audience == "public" and _base(p.locale or turn.settings.languages[0]) == language and p.text.strip()
    ]


def title_of(turn: Turn, article_id: str) -> str:
    """An article's title; its id in words when no passage of it was found."""
    return next((p.title for p in turn.evidence.passages if p.article_id == article_id), article_id.replace("-", " ").capitalize())


def _base(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()


def language_of_asks(turn: Turn) -> str:
    """The language the guide's questions are written in: its passages', else the tenant's first."""
    articles = {a.article_id for a in turn.evidence.asks}
    locales = [p.locale for p in turn.evidence.passages if p.article_id in articles and p.locale]
    return _base(locales[0] if locales else turn.settings.languages[0])
