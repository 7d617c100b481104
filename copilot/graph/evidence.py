"""The evidence of a Turn: sense, recall and search, then what follows from the three. No language model takes part."""

import re
from dataclasses import dataclass, replace

import numpy as np

from copilot.domain.base import Instant
from copilot.domain.conversation import Message, unanswered
from copilot.domain.emotion import Emotion, Sensed
from copilot.domain.errors import Unavailable
from copilot.domain.grants import levers_of
from copilot.domain.knowledge import Article, Hit, Lever
from copilot.domain.levers import applies
from copilot.domain.memory import KnownDetail, RankedMemory
from copilot.domain.ports.search import Embedder, PassageFilter, VectorIndex, Vectors
from copilot.domain.turn import SCHEMA_VERSION, Coverage, Evidence, GuideAsk, Need, Person, Turn, TurnLever
from copilot.graph.case import Case, Knowledge
from copilot.kinds.case import quotable_passages
from copilot.kinds.extract import units
from copilot.memory import ask, details, record
from copilot.memory.recall import rank
from copilot.retrieval.coverage import judge
from copilot.retrieval.explaining import Explanation
from copilot.retrieval.query import SearchQuery, compose, proper_words
from copilot.retrieval.search import Search, SearchResult
from copilot.retrieval.words import fold, tokens
from copilot.sensing import cleaning, language, trajectory
from copilot.sensing.bot import failed_bot
from copilot.sensing.emotion import Senser
from copilot.sensing.naming import MASK, mask_names
from copilot.sensing.quotes import strip_quotes
from copilot.sensing.told import told_before

WINDOW = 200
"""Messages of the transcript that a Turn keeps: the latest. Older ones are remembered as episodes once the conversation closes."""
LONGEST = 20_000
"""Characters of one message that a Turn keeps (a pasted log has more): its beginning and its end. The record keeps all of it."""
SHARED, ABOUT_WORDS = 2, 40
"""Names, codes or numbers that an earlier account must share with the conversation to be about it; words of it that are searched."""
QUOTED, ASKED = 4, 6
"""Passages whose sentences are measured, and waiting messages they are measured against (the latest)."""
QUERIED = 12
"""Messages before the open question that search looks at."""
NEAR, NEAR_TOP = 0.3, 0.6
"""Score, and share of the best score, from which an article counts as being on the question."""
GUIDE_TOP = 0.9
"""Share of the best score from which a guide's questions are worth asking: a guide beside the point asks beside the point."""
LEVERS = 12
"""Levers a Turn carries at most; those that apply come first."""
_SPEAKER = re.compile(
    r"\b[A-ZÄÖÜ][a-zà-ÿ]{1,20}(?= (?:said|says|told|promised|wrote|assured|explained|answered|sagte|versprach|schrieb|meinte|erklärte)\b)"
)
"""Who is reported to have said something, by name: not the matter either, and it may be the customer's own name."""
_JOINS = str.maketrans("", "", "-'’")
"""What stands inside words that are read as one."""
SENSED_CHARACTERS = 4000
"""What is read of a very long message when its mood is sensed: people say it early, and in letters once more at the end."""


@dataclass(frozen=True)
class Question:
    """What is asked of the encoder and the indexes, encoded once for all who need it."""

    window: tuple[Message, ...]
    unanswered: tuple[Message, ...]
    language: str
    query: SearchQuery
    vector: Vectors | None
    """Of the query, shape (dimension,); None while the encoder does not answer: words are searched, and moods read, without it."""
    new_vectors: dict[str, Vectors]
    """Of customer messages that were not sensed before, by message id."""


@dataclass(frozen=True)
class Feeling:
    """What sense found."""

    emotion: Emotion
    sensed: list[Sensed]
    """Of messages that were not sensed before."""


async def question(case: Case, embedder: Embedder, *, sensing: bool = True) -> Question:
    """Compose the search query and encode it together with every message that is new (unless nothing is to be sensed)."""
    window = tuple(_readable(m) for m in [m for m in case.conversation.messages if not m.deleted_at][-WINDOW:])
    waiting = unanswered(window)
    spoken = _language(case, window)
    names = _names(case)
    asked_in = _nameless(window[-(QUERIED + len(waiting)) :], (*names, *_owners(case)))
    query = _about(case, compose(asked_in, {m.id for m in waiting}, spoken), waiting)
    fresh = [m for m in window if m.author == "customer" and m.id not in case.sensed] if sensing else []
    asked = Question(window=window, unanswered=waiting, language=spoken, query=query, vector=None, new_vectors={})
    try:
        encoded = await embedder.encode([*query.texts, *(cleaning.clean(_telling(m.text), names) for m in fresh)])
    except Unavailable:
        return asked
    return replace(asked, vector=encoded[0], new_vectors={m.id: encoded[len(query.texts) + i] for i, m in enumerate(fresh)})


def _nameless(window: tuple[Message, ...], names: tuple[str, ...]) -> tuple[Message, ...]:
    """What is searched for is the matter: whoever signs with whatever name finds the same articles, and so the same options."""
    return tuple(m.model_copy(update={"text": _SPEAKER.sub(" ", mask_names(m.text, names).replace(MASK, " "))}) for m in window)


def _about(case: Case, query: SearchQuery, waiting: tuple[Message, ...]) -> SearchQuery:
    """A customer who comes back rarely says again what it is about: the open promise and the earlier account do."""
    if not waiting:
        return query
    said = {word for m in case.conversation.messages if m.author == "customer" for word in proper_words(m.text)}
    said -= {fold(part) for name in _names(case) for part in tokens(name)}
    earlier = [
        (shared, m.at, _own_words(m.text))
        for m in case.candidates
        if m.kind == "episode" and m.use == "quotable" and (shared := _shared(said, m.text, SHARED)) >= SHARED
    ]
    promised = [
        (_shared(said, p.text) + (p.state == "overdue"), p.made_at, p.text)
        for p in (p.at(case.as_of) for p in case.promises)
        if p.state in ("open", "overdue")
    ]
    for found in (earlier, promised):
        best = max(found, default=None)
        if best is not None and best[0] >= SHARED:
            query = query.about(" ".join(best[2].split()[:ABOUT_WORDS]))
    return query


def _own_words(account: str) -> str:
    """What the customer wanted, as an episode quotes them first; all of it when it quotes nothing."""
    quoted = re.search("“([^”]{15,})”", account)
    return quoted[1] if quoted else account


def _shared(said: set[str], text: str, least: int = 1) -> int:
    """How many names, codes and numbers of the conversation a text holds; 0 where they are fewer than `least`.

    Hardly an earlier account is about the same: letters are looked for first, words are read only where those are found.
    """
    plain = fold(text)
    joined = plain.translate(_JOINS)
    if sum(word in plain or word in joined for word in said) < least:
        return 0
    return len(said & {fold(word) for word in tokens(text)})


def sense(case: Case, asked: Question, senser: Senser) -> Feeling:
    """Emotion per message, once; direction, waiting and heat over all of them."""
    sensed, new, names = dict(case.sensed), [], _names(case)
    earlier: list[str] = []
    told = told_before(asked.window)
    for message in asked.window:
        if message.author != "customer":
            continue
        if message.id not in sensed:
            read = message.model_copy(update={"text": _telling(message.text)})
            vector = asked.new_vectors.get(message.id)
            found = senser.sense(read, names=names, hint=asked.language, vector=vector, earlier=earlier, answered=told[message.id])
            sensed[message.id] = found
            new.append(found)
        earlier.append(_telling(message.text))
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


def _telling(text: str) -> str:
    """A message, or the beginning and the end of a very long one, without what it quotes: an old mail's anger at its end is not theirs."""
    if len(text) <= SENSED_CHARACTERS:
        return text
    own = strip_quotes(text)
    part = SENSED_CHARACTERS // 4
    return own if len(own) <= SENSED_CHARACTERS else f"{own[: 3 * part]}\n\n{own[-part:]}"


async def recall(case: Case, asked: Question, vectors: VectorIndex) -> tuple[RankedMemory, ...]:
    """The handful of memories this turn needs. Ids come from SQL; their vectors are fetched by id and scored exactly."""
    if not case.candidates:
        return ()
    found = await vectors.get(case.memories_collection, [memory.id for memory in case.candidates])
    text = "\n".join(m.text for m in asked.unanswered) or asked.query.text
    promises = [promise.at(case.as_of) for promise in case.promises]
    return rank(case.candidates, found, asked.vector, text=text, promises=promises, channel=case.conversation.channel, as_of=case.as_of)


async def search(case: Case, asked: Question, engine: Search, knowledge: Knowledge) -> SearchResult:
    """Passages, by words and by meaning, each re-checked in the record; what editors pinned first, without what they blocked."""
    allow, steering = PassageFilter(at=case.as_of), await knowledge.steering(asked.query, asked.vector)
    where = (case.tenant_id, case.passages_collection)
    return await engine.search(*where, asked.query, knowledge, allow, query_vector=asked.vector, steering=steering)


async def explain(case: Case, asked: Question, engine: Search, knowledge: Knowledge, limit: int) -> Explanation:
    """The same search, saying of every candidate what became of it."""
    allow, steering = PassageFilter(at=case.as_of), await knowledge.steering(asked.query, asked.vector)
    where = (case.tenant_id, case.passages_collection)
    return await engine.explain(*where, asked.query, knowledge, allow, limit, query_vector=asked.vector, steering=steering)


async def freeze(
    case: Case, asked: Question, felt: Feeling, memories: tuple[RankedMemory, ...], found: SearchResult, knowledge: Knowledge
) -> Turn:
    """Everything a suggestion may be made from, as one value."""
    promises = tuple(promise.at(case.as_of) for promise in case.promises if promise.made_at <= case.as_of)
    known = details.ledger(case.customer, (*case.said_before, *asked.window), case.candidates, case.as_of)
    articles = await knowledge.articles(list(dict.fromkeys(hit.article_id for hit in found.hits)))
    facts = record.case_facts(case.customer, known, promises, felt.emotion.contacts_30d, case.as_of)
    near = relevant(found.hits)
    levers = choose_levers(articles, near, await knowledge.with_levers(), facts, case.as_of)
    asking = {ident: article for ident, article in articles.items() if ident in near}
    text = "\n".join(m.text for m in asked.unanswered)
    evidence = Evidence(
        passages=found.hits,
        memories=memories,
        known_details=known,
        promises=promises,
        emotion=felt.emotion,
        levers=(*levers_of(case.grants, case.as_of), *levers),
        coverage=_told(judge(asked.query, found.hits, asked.window), found.degraded),
        asks=_asks({ident: articles[ident] for ident in relevant(found.hits, GUIDE_TOP) if ident in articles}, known, memories),
        needs=tuple(Need(field=field, article_id=ident) for ident in near[:1] for field in asking[ident].needs if ident in asking),
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


def _told(coverage: Coverage, degraded: str) -> Coverage:
    """With what could not be asked: the agent should know that less was searched than usual."""
    return coverage.model_copy(update={"reason": f"{coverage.reason} {degraded}"}) if degraded else coverage


def relevant(hits: tuple[Hit, ...], share: float = NEAR_TOP) -> list[str]:
    """Ids of the articles that are on the question, best first: what they ask, need and allow belongs to the case.

    A hit far below the best is there to be read, not to be acted on.
    """
    top = max((hit.score for hit in hits), default=0.0)
    return list(dict.fromkeys(hit.article_id for hit in hits if hit.score >= max(share * top, NEAR)))


async def fits(turn: Turn, embedder: Embedder) -> Turn:
    """The turn with how well each sentence of its quotable passages answers: what the drafts without a model choose by.

    Measured after the evidence is on the screen; sentences of a knowledge base repeat, so the encoder's cache holds most of them.
    """
    passages = quotable_passages(turn)[:QUOTED]
    said = {passage.passage_id: [unit.text for unit in units(passage)] for passage in passages}
    names = _everyone(turn.window, turn.person.name if turn.person else "")
    # As they were sensed, so that they are encoded already.
    asked = [cleaning.clean(_telling(m.text), names) for m in turn.waiting][-ASKED:]
    if not asked or not any(said.values()):
        return turn
    texts = [turn.evidence.coverage.query, *asked]
    try:
        encoded = await embedder.encode([*texts, *(text for sentences in said.values() for text in sentences)])
    except Unavailable:
        return turn  # they are chosen by their words
    cosines = (encoded[len(texts) :] @ encoded[: len(texts)].T).max(axis=1)
    at = 0
    measured: dict[str, tuple[float, ...]] = {}
    for ident, sentences in said.items():
        measured[ident] = tuple(round(float(c), 4) for c in cosines[at : at + len(sentences)])
        at += len(sentences)
    passed = tuple(hit.model_copy(update={"fits": measured.get(hit.passage_id, ())}) for hit in turn.evidence.passages)
    return turn.model_copy(update={"evidence": turn.evidence.model_copy(update={"passages": passed})})


def choose_levers(
    found: dict[str, Article], near: list[str], carrying: list[Article], facts: dict[str, object], at: Instant
) -> tuple[TurnLever, ...]:
    """Levers of the articles that are on the question, and those of others whose conditions this case meets in full.

    A lever of another article counts only when structured conditions say yes and the article is about a product that the near ones are
    about (or about none in particular): a goodwill rule belongs to a case, not to its wording. What makes up for a broken promise counts
    whatever the question is about, also when no article is: who is angry names the promise and not the product. An article that is valid
    only later allows nothing yet. Of translations of one article, and of one lever found twice, the first counts.
    """
    products = {product for ident in near for product in found[ident].products if ident in found}
    chosen: list[TurnLever] = []
    groups: set[str] = set()
    others = (a for a in carrying if a.id not in near and (a.valid_from is None or a.valid_from <= at))
    for article in [*(found[ident] for ident in near if ident in found), *others]:
        if article.group and article.group in groups:
            continue
        groups |= {article.group} if article.group else set()
        for lever in article.levers:
            verdict, reason = applies(lever, facts, at)
            about = _of_broken_promise(lever) or not article.products or products & set(article.products)
            if article.id in near or (verdict == "yes" and lever.when.all and about):
                chosen.append(TurnLever(article_id=article.id, applies=verdict, reason=reason, **_parts(lever)))
    order = {"yes": 0, "unknown": 1, "no": 2}
    return tuple(sorted(chosen, key=lambda lever: order[lever.applies])[:LEVERS])


def _of_broken_promise(lever: Lever) -> bool:
    """Whether a promise has to be overdue for it."""
    return any(clause.field == "promises_overdue" and clause.op in (">", ">=") for clause in lever.when.all)


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
    return _everyone(case.conversation.messages, case.customer.name if case.customer else "")


def _owners(case: Case) -> tuple[str, ...]:
    """Colleagues who promised something: a customer who shares a name with one of them finds the same as anybody else."""
    return tuple(sorted({promise.owner for promise in case.promises if promise.owner}))


def _everyone(messages: tuple[Message, ...], customer: str) -> tuple[str, ...]:
    return tuple(sorted({name for name in (customer, *(m.author_name for m in messages)) if name}))


def _language(case: Case, window: tuple[Message, ...]) -> str:
    if case.conversation.language:
        return case.conversation.language.split("-")[0].lower()
    names = _names(case)
    said = "\n".join(cleaning.clean(m.text[:1000], names) for m in window[-12:] if m.author == "customer")
    locale = (case.customer.locale if case.customer else "").split("-")[0].lower()
    return language.detect(said, locale) if said.strip() else (locale or case.settings.languages[0])


def vector_bytes(vectors: dict[str, Vectors]) -> dict[str, bytes]:
    """Vectors as they are stored: float32, little-endian."""
    return {ident: np.asarray(vector, dtype="<f4").tobytes() for ident, vector in vectors.items()}
