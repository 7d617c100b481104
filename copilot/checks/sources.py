"""The pieces of a Turn's evidence, each with its claims and with where it comes from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from copilot.checks.claims import Claim, claims
from copilot.checks.kept import recent
from copilot.checks.normalise import content_words, squeezed
from copilot.domain.turn import Turn

Origin = Literal[
    "public", "internal", "lever", "promise", "memory", "guide", "detail", "customer", "agent", "bot", "system", "note", "derived"
]

MENTION: frozenset[Origin] = frozenset(
    ("public", "internal", "lever", "promise", "memory", "detail", "customer", "agent", "bot", "system", "note", "derived")
)
"""What may be repeated as a fact: everything but what is to be known and not said."""
COMPANY: frozenset[Origin] = frozenset(("public", "internal", "lever", "promise", "agent", "system", "note"))
"""What binds the company. What a customer, a bot or a memory of either says does not."""
OPEN: frozenset[Origin] = frozenset(("public", "customer", "agent", "bot", "system"))
"""What the person in this conversation can read anyway."""

_AIMED_AT_US = re.compile(
    r"(?:ignore|disregard|forget|override|bypass|ignoriere|vergiss|missachte|ignora|olvida)\b.{0,40}\b(?:instruction|rule|prompt|"
    r"guideline|previous|above|polic|check|"
    r"anweisung|regel|vorgabe|instruccion|regla|anterior)"
    r"|\b(?:system|developer) (?:prompt|message|note|override)\b|\byou are (?:now )?(?:an? )?(?:ai|llm|assistant|copilot|"
    r"language model|chatbot)\b"
    r"|\b(?:note|instructions?|message|hinweis|anweisung|nota) (?:to|for|an|f[üu]r|para) (?:the |any |all |die |el |la )?(?:ai|"
    r"llm|assistant|copilot|language model|model|chatbot|drafting|ki|modell|asistente|ia)\b"
    r"|\b(?:ai|llm|assistant|copilot|chatbot|asistente)\s*[:,]\s|<\s*/?\s*(?:system|assistant|instructions?)\s*>|\[(?:system|"
    r"assistant|inst)\]"
    r"|\b(?:always|every) (?:reply|draft|answer)\b.{0,30}\b(?:must|offer|include|promise)"
    r"|\b(?:your|the) (?:reply|draft|answer|response) (?:must|has to|should) (?:offer|include|contain|promise|say)",
    re.IGNORECASE | re.DOTALL,
)


@recent(4096)
def aimed_at_us(text: str) -> bool:
    """Whether a text speaks to whoever drafts instead of informing: such a source supports nothing."""
    return bool(_AIMED_AT_US.search(text))


@dataclass(frozen=True)
class Source:
    """One piece of evidence. `ref` as citations write it (`passage:…`)."""

    origin: Origin
    ref: str
    text: str
    claims: tuple[Claim, ...] = ()
    trusted: bool = True

    @cached_property
    def squeezed(self) -> str:
        """Its letters and digits, folded: what a quotation is looked up in."""
        return squeezed(self.text)

    @cached_property
    def content(self) -> frozenset[str]:
        """Its content words."""
        return frozenset(content_words(self.text))


@recent(4096)
def _of_knowledge(text: str, language: str) -> tuple[Claim, ...]:
    """Claims of a passage: the same passages are found again and again, and hold no personal data."""
    return claims(text, language)


def sources_of(turn: Turn, language: str) -> Iterator[Source]:
    """Every piece of evidence in the Turn. A text that speaks to whoever drafts is not trusted."""
    evidence = turn.evidence
    for hit in evidence.passages:
        text = "\n".join(part for part in (hit.title, hit.heading, hit.text) if part)
        yield Source(hit.audience, f"passage:{hit.passage_id}", text, _of_knowledge(text, language), not aimed_at_us(text))
    for ask in evidence.asks:
        text = f"{ask.ask.question}\n{ask.ask.why}\n{ask.ask.decides}"
        yield Source("public", f"passage:{ask.article_id}", text, _of_knowledge(text, language), not aimed_at_us(text))
    personal: list[tuple[Origin, str, str]] = [
        ("lever", f"lever:{lever.id}", f"{lever.offer}\n{lever.when.text}") for lever in evidence.levers
    ]
    personal += [("promise", f"promise:{promise.id}", promise.text) for promise in evidence.promises]
    personal += [("guide" if memory.use == "guide" else "memory", f"memory:{memory.id}", memory.text) for memory in evidence.memories]
    if evidence.fault:
        personal.append(("memory", evidence.fault.source, evidence.fault.text))
    if turn.settings.company:
        personal.append(("system", "settings", turn.settings.company))
    for message in turn.window:
        origin: Origin = "note" if message.visibility == "private" else message.author
        personal.append((origin, f"message:{message.id}", message.text))
    for origin, ref, text in personal:
        yield Source(origin, ref, text, claims(text, language), origin in ("customer", "agent", "note") or not aimed_at_us(text))
