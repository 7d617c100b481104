"""An agent's own question about a case, answered from knowledge and this customer's history, each sentence with its sources.

The answer is read by a colleague, so internal passages and guide memories take part, marked as what the customer is not told. What the
speaker may not learn is left out or replaced by the name of its field, as in every prompt: an agent who reads it aloud discloses nothing.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from copilot.domain.base import Frozen
from copilot.domain.conversation import Message
from copilot.domain.suggestion import Citation
from copilot.domain.turn import Turn
from copilot.kinds import case
from copilot.kinds.citing import Answer
from copilot.kinds.composing import shortened
from copilot.kinds.extract import telling_stems, units
from copilot.kinds.prompting import evidence_variables, fenced, handles, hidden_details, redactor
from copilot.kinds.wording import LANGUAGES, english
from copilot.memory.sentences import sentences
from copilot.retrieval.words import tokens

SourceKind = Literal["public", "internal", "guide", "record", "conversation"]
MOST = 3
"""Sentences of knowledge, and of history, without a model."""
CLEAR = 0.5
"""Share of the question's telling words from which a sentence is about it."""
NEAR = 0.8
"""Share of the best sentence's score from which another one is said beside it."""
MEANT, ALIKE = 0.5, 0.55
"""What a cosine of 1 counts beside the words; cosine from which a sentence that shares a word is about it, whatever its other words."""
_LONGEST = 400
_GENERIC = "customer client passenger guest person kunde kundin gast cliente pasajero"
"""Words for whom the case is about: true of every record, so they tell pieces apart by accident only."""
_OF_THE_PERSON = re.compile(
    r"\b(?:she|he|her|his|hers|him|they|their|them|(?:the|this|our) (?:customer|client|passenger|guest)|ihre?[nrms]?|seine?[nrms]?|"
    r"(?:die|der|dem|den) kund(?:e|in|en)|su|sus|ella|[ée]l|(?:la|el) cliente)\b",
    re.IGNORECASE,
)
_ABOUT = {"since": "since long joined member", "phone": "phone number call", "email": "email address mail"}
"""Other words by which people ask for a field."""


class Source(Frozen):
    """What a sentence stands on, full id (`passage:…`). `may_say`: whether the customer may be told it."""

    source: str
    kind: SourceKind
    title: str
    may_say: bool


class Said(Frozen):
    """One sentence of the answer."""

    text: str
    sources: tuple[Source, ...]


class AskedSentence(Answer):
    """What a model says, and the handles it stands on."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    sources: Annotated[str, Field(max_length=120, description="handles, separated by commas: P1, M2")]


class AskAnswer(Answer):
    """A model's answer. `missing`: what the evidence does not hold; then there are no sentences."""

    sentences: Annotated[list[AskedSentence], Field(max_length=8)]
    missing: Annotated[str, Field(max_length=600)] = ""


class Piece(NamedTuple):
    """Something the evidence says: a candidate for a sentence."""

    text: str
    source: str
    names: str
    """What it is about beside its own words: title, heading, the kind of record."""
    knowledge: bool


def prompt_variables(turn: Turn, question: str, fence: str) -> dict[str, Any]:
    """What the prompt `ask` takes."""
    return evidence_variables(turn, fence, for_customer=False) | {
        "fence": fence,
        "company": turn.settings.company or "the company",
        "question": fenced("question", fence, [question]),
    }


def pieces(turn: Turn) -> list[Piece]:
    """Everything that may be said, sentence by sentence: knowledge where it is on the question, then the record, then this conversation."""
    found: list[Piece] = []
    if turn.evidence.coverage.covered:
        for hit in turn.evidence.passages:
            found += [Piece(u.text, u.source, f"{hit.title} {u.heading}", True) for u in units(hit) if not u.text.endswith("?")]
    return [*found, *_recorded(turn), *_written(turn)]


def _recorded(turn: Turn) -> Iterator[Piece]:
    """Details, promises and memories; what this speaker may not learn stays hidden."""
    redact, words = redactor(turn), english(turn)
    hidden = {detail.field for detail in hidden_details(turn)}
    for known in turn.evidence.known_details:
        name = known.field.replace("_", " ")
        value = "on record; prove who is speaking first" if known.field in hidden else known.value
        again = "; confirm that it is still right" if known.state == "confirm" else "; sources differ" if known.state == "disputed" else ""
        about = f"{name} {_ABOUT.get(known.field, '')}"
        yield Piece(f"{name[:1].upper()}{name[1:]}: {value}{again}.", f"detail:{known.field}", about, False)
    for promise in turn.evidence.promises:
        due = f", due {words.day(promise.due, turn.as_of)}" if promise.due else ""
        owner = promise.owner or "one of us"
        text = f"Promised on {words.day(promise.made_at, turn.as_of)} by {owner}{due}, {promise.state}: {redact(promise.text)}"
        yield Piece(text, f"promise:{promise.id}", "promise promised owe", False)
    for memory in turn.evidence.memories:
        for sentence in sentences(memory.text):
            yield Piece(redact(sentence.text), f"memory:{memory.id}", memory.kind, False)


def _written(turn: Turn) -> Iterator[Piece]:
    redact = redactor(turn)
    for message in turn.window:
        if message.author in ("customer", "agent"):
            for sentence in sentences(message.text):
                if not sentence.asks:
                    text = sentence.text if message.author == "customer" else redact(sentence.text)
                    yield Piece(text, f"message:{message.id}", "", False)


def chosen(turn: Turn, question: str, language: str, found: Sequence[Piece], cosines: Sequence[float]) -> tuple[Said, ...]:
    """The pieces that answer, as sentences: at most MOST of knowledge and MOST of history, best first; none where nothing does.

    What is asked of the person is answered by the record where it can be, and by one sentence of knowledge at most. `cosines`: of each
    piece with the question, 0 where they were not measured.
    """
    spoken = language if language in LANGUAGES else "en"
    name = turn.person.name if turn.person else ""
    asked = set(telling_stems(question, spoken)) - set(telling_stems(f"{name} {_GENERIC}", spoken))
    scored = [(_score(asked, piece, cosine, spoken), piece) for piece, cosine in zip(found, cosines, strict=True)]
    history, knowledge = (_best([(s, p) for s, p in scored if p.knowledge is wanted]) for wanted in (False, True))
    personal = bool(set(name.split()) & set(tokens(question))) or bool(_OF_THE_PERSON.search(question))
    if knowledge and history:
        ahead = history[0][0] >= knowledge[0][0]
        history, knowledge = (history, knowledge[:1]) if personal else (history[: MOST if ahead else 0], knowledge)
    picked = [piece for _, piece in ([*history, *knowledge] if personal else [*knowledge, *history])]
    sources = {piece.source: source_of(turn, piece.source) for piece in picked}
    texts = dict.fromkeys((shortened(piece.text, _LONGEST), piece.source) for piece in picked)
    return tuple(Said(text=text, sources=(sources[source],)) for text, source in texts)


def _best(scored: Sequence[tuple[float, Piece]]) -> list[tuple[float, Piece]]:
    """At most MOST, best first, none far behind the best."""
    alike = sorted(((score, piece) for score, piece in scored if score > 0), key=lambda pair: -pair[0])[:MOST]
    return [(score, piece) for score, piece in alike if score >= NEAR * alike[0][0]]


def _score(asked: set[str], piece: Piece, cosine: float, language: str) -> float:
    """0 for what is not about the question."""
    if not asked:
        return 0.0
    own, around = asked & set(telling_stems(piece.text, language)), asked & set(telling_stems(piece.names, language))
    share = len(own | around) / len(asked)
    if share < CLEAR and not (share and cosine >= ALIKE):
        return 0.0
    if piece.knowledge and not own and cosine < ALIKE:
        return 0.0  # an article on the question, but another sentence of it
    return share + 0.25 * len(own) / len(asked) + MEANT * max(cosine, 0.0)


def composed(turn: Turn, answer: AskAnswer) -> tuple[Said, ...]:
    """The model's sentences that name a source there is; the others are left out."""
    known = handles(turn)
    said = []
    for one in answer.sentences:
        named = [known.get(handle.strip().strip("[]()").upper(), "") for handle in one.sources.split(",")]
        sources = tuple(source_of(turn, source) for source in dict.fromkeys(named) if source)
        if sources and one.text.strip():
            said.append(Said(text=" ".join(one.text.split()), sources=sources))
    return tuple(said)


def joined(said: Sequence[Said]) -> tuple[str, tuple[Citation, ...]]:
    """The sentences as one text, one a line, with their citations (code points, end exclusive)."""
    text, citations = "", []
    for one in said:
        start = len(text) + bool(text)
        text = f"{text}\n{one.text}" if text else one.text
        citations += [Citation(span=(start, start + len(one.text)), source=source.source) for source in one.sources]
    return text, tuple(citations)


def source_of(turn: Turn, source: str) -> Source:
    """A source as the agent reads it. Levers and internal text guide; the record may be told to whom it belongs, once proven."""
    kind, _, ident = source.partition(":")
    open_to_them = case.may_disclose(turn)
    if kind == "passage":
        hit = next(p for p in turn.evidence.passages if p.passage_id == ident)
        title = f"{hit.title} › {hit.heading}" if hit.heading else hit.title
        return Source(source=source, kind=hit.audience, title=title, may_say=hit.audience == "public")
    if kind == "message":
        message = next(m for m in turn.window if m.id == ident)
        note = message.visibility == "private"
        return Source(source=source, kind="internal" if note else "conversation", title=_by(message), may_say=not note)
    if kind == "memory":
        memory = next(m for m in turn.evidence.memories if m.id == ident)
        title = f"{memory.kind}, {memory.at:%d %B %Y}"
        guide = memory.use == "guide"
        return Source(source=source, kind="guide" if guide else "record", title=title, may_say=open_to_them and not guide)
    if kind == "lever":
        return Source(source=source, kind="internal", title="what may be offered", may_say=False)
    return Source(
        source=source, kind="record", title=f"{kind}: {ident.replace('_', ' ')}" if kind == "detail" else kind, may_say=open_to_them
    )


def _by(message: Message) -> str:
    return f"{message.author_name or message.author}, {message.sent_at:%d %B %Y}"
