"""The evidence of a Turn: sense, recall and search, then what follows from the three. No language model takes part."""

from dataclasses import dataclass

import numpy as np

from copilot.domain.base import Instant
from copilot.domain.conversation import Message, unanswered
from copilot.domain.emotion import Emotion, Sensed
from copilot.domain.knowledge import Article
from copilot.domain.levers import applies
from copilot.domain.memory import KnownDetail, RankedMemory
from copilot.domain.ports.search import Embedder, PassageFilter, VectorIndex, Vectors
from copilot.domain.turn import SCHEMA_VERSION, Evidence, GuideAsk, Need, Person, Turn, TurnLever
from copilot.graph.case import Case, Knowledge
from copilot.memory import ask, details, record
from copilot.memory.recall import rank
from copilot.retrieval.coverage import judge
from copilot.retrieval.query import SearchQuery, compose
from copilot.retrieval.search import Search, SearchResult
from copilot.sensing import cleaning, language, trajectory
from copilot.sensing.bot import failed_bot
from copilot.sensing.emotion import Senser

WINDOW = 200
"""Messages of the transcript that a Turn keeps: the latest. Older ones are remembered as episodes once the conversation closes."""
LONGEST = 20_000
"""Characters of one message that a Turn keeps (a pasted log has more): its beginning and its end. The record keeps all of it."""
LEVERS = 12
"""Levers a Turn carries at most; those that apply come first."""
SENSED_CHARACTERS = 4000
"""What is read of a very long message when its mood is sensed: people say it early."""


@dataclass(frozen=True)
class Question:
    """What is asked of the encoder and the indexes, encoded once for all who need it."""

    window: tuple[Message, ...]
    unanswered: tuple[Message, ...]
    language: str
    query: SearchQuery
    vector: Vectors
    """Of the query, shape (dimension,)."""
    new_vectors: dict[str, Vectors]
    """Of customer messages that were not sensed before, by message id."""


@dataclass(frozen=True)
class Feeling:
    """What sense found."""

    emotion: Emotion
    sensed: list[Sensed]
    """Of messages that were not sensed before."""


async def question(case: Case, embedder: Embedder) -> Question:
    """Compose the search query and encode it together with every message that is new."""
    window = tuple(_readable(m) for m in [m for m in case.conversation.messages if not m.deleted_at][-WINDOW:])
    waiting = unanswered(window)
    spoken = _language(case, window)
    query = compose(window, {m.id for m in waiting})
    fresh = [m for m in window if m.author == "customer" and m.id not in case.sensed]
    names = _names(case)
    encoded = await embedder.encode([query.text, *(cleaning.clean(m.text[:SENSED_CHARACTERS], names) for m in fresh)])
    vectors = {message.id: encoded[i + 1] for i, message in enumerate(fresh)}
    return Question(window=window, unanswered=waiting, language=spoken, query=query, vector=encoded[0], new_vectors=vectors)


def sense(case: Case, asked: Question, senser: Senser) -> Feeling:
    """Emotion per message, once; direction, waiting and heat over all of them."""
    sensed, new, names = dict(case.sensed), [], _names(case)
    earlier: list[str] = []
    for message in asked.window:
        if message.author != "customer":
            continue
        if message.id not in sensed:
            read = message.model_copy(update={"text": message.text[:SENSED_CHARACTERS]})
            found = senser.sense(read, names=names, hint=asked.language, vector=asked.new_vectors.get(message.id), earlier=earlier)
            sensed[message.id] = found
            new.append(found)
        earlier.append(message.text[:SENSED_CHARACTERS])
    promises = [promise.at(case.as_of) for promise in case.promises]
    emotion = trajectory.read(
        asked.window,
        sensed,
        channel=case.conversation.channel,
        contacts=[contact.at for contact in case.contacts],
        promises_overdue=sum(promise.state == "overdue" for promise in promises),
        company_fault=any(m.outcome and m.outcome.fault == "company" and not m.outcome.resolved for m in case.candidates),
        unanswered_since=asked.unanswered[0].sent_at if asked.unanswered else None,
        as_of=case.as_of,
        settings=case.settings,
    )
    return Feeling(emotion=emotion, sensed=new)


async def recall(case: Case, asked: Question, vectors: VectorIndex) -> tuple[RankedMemory, ...]:
    """The handful of memories this turn needs. Ids come from SQL; their vectors are fetched by id and scored exactly."""
    if not case.candidates:
        return ()
    found = await vectors.get(case.memories_collection, [memory.id for memory in case.candidates])
    text = "\n".join(m.text for m in asked.unanswered) or asked.query.text
    promises = [promise.at(case.as_of) for promise in case.promises]
    return rank(case.candidates, found, asked.vector, text=text, promises=promises, channel=case.conversation.channel, as_of=case.as_of)


async def search(case: Case, asked: Question, engine: Search, knowledge: Knowledge) -> SearchResult:
    """Passages, by words and by meaning, each re-checked in the record."""
    allow = PassageFilter(at=case.as_of)
    return await engine.search(case.tenant_id, case.passages_collection, asked.query, knowledge, allow, query_vector=asked.vector)


async def freeze(
    case: Case, asked: Question, felt: Feeling, memories: tuple[RankedMemory, ...], found: SearchResult, knowledge: Knowledge
) -> Turn:
    """Everything a suggestion may be made from, as one value."""
    promises = tuple(promise.at(case.as_of) for promise in case.promises if promise.made_at <= case.as_of)
    known = details.ledger(case.customer, asked.window, case.candidates, case.as_of)
    articles = await knowledge.articles(list(dict.fromkeys(hit.article_id for hit in found.hits)))
    facts = record.case_facts(case.customer, known, promises, felt.emotion.contacts_30d, case.as_of)
    levers = choose_levers(articles, await knowledge.with_levers(), facts, case.as_of)
    text = "\n".join(m.text for m in asked.unanswered)
    evidence = Evidence(
        passages=found.hits,
        memories=memories,
        known_details=known,
        promises=promises,
        emotion=felt.emotion,
        levers=levers,
        coverage=judge(asked.query, found.hits, asked.window),
        asks=_asks(articles, known, memories),
        needs=tuple(Need(field=field, article_id=a.id) for a in articles.values() for field in a.needs),
        fault=record.fault_on_record(promises, memories, text),
        bot_failed=failed_bot(asked.window),
    )
    customer = case.customer
    return Turn(
        schema_version=SCHEMA_VERSION,
        id=case.turn_id,
        tenant_id=case.tenant_id,
        conversation_id=case.conversation.id,
        conversation_ref=case.conversation.external_id,
        channel=case.conversation.channel,
        language=asked.language,
        person=Person(id=customer.id, name=customer.name, since=customer.since, tier=customer.tier, locale=customer.locale)
        if customer
        else None,
        assurance=case.assurance,
        agent=case.agent,
        window=asked.window,
        unanswered=tuple(m.id for m in asked.unanswered),
        as_of=case.as_of,
        settings=case.settings,
        evidence=evidence,
    )


def choose_levers(found: dict[str, Article], carrying: list[Article], facts: dict[str, object], at: Instant) -> tuple[TurnLever, ...]:
    """Levers of the articles that were found, and those of others whose conditions this case meets in full.

    A lever of an article that search did not find counts only when structured conditions say yes and the article is about a product
    that the found ones are about (or about none in particular): a goodwill rule belongs to a case, not to its wording.
    """
    products = {product for article in found.values() for product in article.products}
    chosen: list[TurnLever] = []
    for article in [*found.values(), *(a for a in carrying if a.id not in found)]:
        for lever in article.levers:
            verdict, reason = applies(lever, facts, at)
            near = article.id in found or (
                verdict == "yes" and lever.when.all and (not article.products or products & set(article.products))
            )
            if near:
                chosen.append(TurnLever(article_id=article.id, applies=verdict, reason=reason, **_parts(lever)))
    order = {"yes": 0, "unknown": 1, "no": 2}
    return tuple(sorted(chosen, key=lambda lever: order[lever.applies])[:LEVERS])


def _readable(message: Message) -> Message:
    """A message as long as anyone reads it."""
    if len(message.text) <= LONGEST:
        return message
    return message.model_copy(update={"text": f"{message.text[: LONGEST * 3 // 4]}\n[…]\n{message.text[-LONGEST // 4 :]}"})


def _parts(lever: object) -> dict[str, object]:
    return {name: getattr(lever, name) for name in ("id", "offer", "limit", "authority", "when", "until")}


def _asks(articles: dict[str, Article], known: tuple[KnownDetail, ...], memories: tuple[RankedMemory, ...]) -> tuple[GuideAsk, ...]:
    return tuple(
        GuideAsk(article_id=article.id, ask=one, answered_by=ask.answered_by(one, known, memories))
        for article in articles.values()
        for one in article.asks
    )


def _names(case: Case) -> tuple[str, ...]:
    """Names that must not move emotion: the customer's and those of everyone who wrote."""
    names = {m.author_name for m in case.conversation.messages if m.author_name}
    if case.customer and case.customer.name:
        names.add(case.customer.name)
    return tuple(sorted(names))


def _language(case: Case, window: tuple[Message, ...]) -> str:
    if case.conversation.language:
        return case.conversation.language.split("-")[0].lower()
    said = "\n".join(m.text[:1000] for m in window[-12:] if m.author == "customer")
    locale = (case.customer.locale if case.customer else "").split("-")[0].lower()
    return language.detect(said, locale) if said.strip() else (locale or case.settings.languages[0])


def vector_bytes(vectors: dict[str, Vectors]) -> dict[str, bytes]:
    """Vectors as they are stored: float32, little-endian."""
    return {ident: np.asarray(vector, dtype="<f4").tobytes() for ident, vector in vectors.items()}
