"""Delete a person from every table; the receipt names what went, by class."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from copilot.adapters.database.tables.asked import grants, questions
from copilot.adapters.database.tables.connected import outgoing
from copilot.adapters.database.tables.curation import article_flags
from copilot.adapters.database.tables.day import promise_moves, read_marks, wrap_ups
from copilot.adapters.database.tables.drafts import decisions, provider_calls, seen_marks, sent_texts, suggestions, turns
from copilot.adapters.database.tables.editing import article_comments, article_drafts
from copilot.adapters.database.tables.knowledge import article_revisions, articles, passages
from copilot.adapters.database.tables.people import customers, identities, identity_links, matches
from copilot.adapters.database.tables.quality import quality_cases
from copilot.adapters.database.tables.recalls import recall_cases
from copilot.adapters.database.tables.remembered import memories, promises
from copilot.adapters.database.tables.scorecards import scorecard_ratings, scorecards
from copilot.adapters.database.tables.talk import assignments, conversations, message_senses, messages
from copilot.adapters.database.tables.tenancy import idempotency_keys
from copilot.adapters.database.tables.work import events, gaps, handovers, outbox
from copilot.adapters.database.transaction import Transaction, batches, mine
from copilot.adapters.database.unread import forget_unread

ERASED: Final = "(erased)"
"""What stands where an editor's gap quoted the person."""
_OUR_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def erase(db: Transaction, person: Sequence[str]) -> dict[str, list[str]]:
    """Everything of these records of a person, in one transaction.

    Ids by class; empty classes stay out; erasing again finds nothing.
    """
    known = {address for one in person for address in await _addresses(db, one)}
    found = await _found(db, person, await _ids(db, (conversations.c.customer_id, person)))
    found["identities"] = [identity for one in person for identity in await _unlink(db, one)]
    await forget_unread(db, found)
    return await _remove(db, found, known)


async def erase_threads(db: Transaction, threads: Sequence[str]) -> dict[str, list[str]]:
    """Everything of these conversations and what was made of them; their people stay, and so do approved cases. As `erase`."""
    refs: list[str] = []
    for some in batches(threads):
        refs += await db.column(sa.select(conversations.c.external_id).where(mine(conversations), conversations.c.id.in_(some)))
    found = await _found(db, [], threads)
    found["quality_cases"] = await _undecided(db, found["quality_cases"])
    return await _remove(db, found, {f'"{ref}"' for ref in refs if ref})


async def _remove(db: Transaction, found: dict[str, list[str]], known: Iterable[str]) -> dict[str, list[str]]:
    """Delete what was found, in the order in which foreign keys let it go; `known` are words by which a stored answer names it."""
    named = await _named(db, found["article_drafts"])
    for table, owner, class_ in _DEPENDENTS:
        await _delete(db, table.c[owner], found[class_])
    await _delete(db, gaps.c.id, [], empty=found["gaps"])
    await _empty_flags(db, found)
    for class_, table in _OWNED:
        await _delete(db, table.c.id, found[class_])
    ids = {id_ for some in found.values() for id_ in some}
    await _loosen(db, found["conversations"], ids | named)
    found["idempotency_keys"] = await _forget_answers(db, ids, known)
    return {class_: some for class_, some in found.items() if some}


_DEPENDENTS = (
    (seen_marks, "suggestion_id", "suggestions"),
    (provider_calls, "suggestion_id", "suggestions"),
    (message_senses, "message_id", "messages"),
    (passages, "article_id", "draft_articles"),
    (article_revisions, "article_id", "draft_articles"),
    (read_marks, "conversation_id", "conversations"),
    (wrap_ups, "conversation_id", "conversations"),
    (promise_moves, "promise_id", "promises"),
    (recall_cases, "conversation_id", "conversations"),
    (recall_cases, "message_id", "messages"),
    (recall_cases, "customer_id", "customers"),
    (article_comments, "draft_id", "article_drafts"),
    (scorecard_ratings, "scorecard_id", "scorecards"),
    (matches, "one", "customers"),
    (matches, "other", "customers"),
)
_OWNED = (
    ("scorecards", scorecards),
    ("quality_cases", quality_cases),
    ("decisions", decisions),
    ("sent_texts", sent_texts),
    ("handovers", handovers),
    ("grants", grants),
    ("questions", questions),
    ("draft_articles", articles),
    ("article_drafts", article_drafts),
    ("suggestions", suggestions),
    ("turns", turns),
    ("messages", messages),
    ("memories", memories),
    ("promises", promises),
    ("assignments", assignments),
    ("outgoing", outgoing),
    ("conversations", conversations),
    ("customers", customers),
)
"""In the order in which foreign keys let them go."""


async def _found(db: Transaction, one: Sequence[str], wanted: Sequence[str]) -> dict[str, list[str]]:
    """Ids by class, found through the person (if it is about one), the conversations, and the turns made of them."""
    threads = await _ids(db, (conversations.c.id, wanted))
    said = await _ids(db, (messages.c.conversation_id, threads))
    made = await _ids(db, (turns.c.conversation_id, threads), (turns.c.customer_id, one))
    drafted = await _ids(db, (suggestions.c.turn_id, made))
    asked = await _ids(db, (gaps.c.conversation_id, threads), (gaps.c.turn_id, made), (gaps.c.suggestion_id, drafted))
    return {
        "customers": await _ids(db, (customers.c.id, one)),
        "conversations": threads,
        "messages": said,
        "turns": made,
        "suggestions": drafted,
        "decisions": await _ids(db, (decisions.c.suggestion_id, drafted)),
        "sent_texts": await _ids(
            db, (sent_texts.c.conversation_id, threads), (sent_texts.c.suggestion_id, drafted), (sent_texts.c.message_id, said)
        ),
        "handovers": await _ids(
            db, (handovers.c.conversation_id, threads), (handovers.c.turn_id, made), (handovers.c.suggestion_id, drafted)
        ),
        "grants": await _ids(db, (grants.c.conversation_id, threads)),
        "questions": await _ids(db, (questions.c.conversation_id, threads)),
        "draft_articles": await _drafts(db, threads),
        "gaps": asked,
        "article_drafts": await _begun(db, asked),
        "quality_cases": await _ids(
            db,
            (quality_cases.c.conversation_id, threads),
            (quality_cases.c.turn_id, made),
            (quality_cases.c.suggestion_id, drafted),
            (quality_cases.c.customer_id, one),
        ),
        "scorecards": await _ids(db, (scorecards.c.conversation_id, threads), (scorecards.c.customer_id, one)),
        "memories": await _ids(db, (memories.c.customer_id, one), (memories.c.conversation_id, threads)),
        "promises": await _ids(db, (promises.c.customer_id, one), (promises.c.conversation_id, threads)),
        "assignments": await _ids(db, (assignments.c.conversation_id, threads)),
        "outgoing": await _ids(db, (outgoing.c.conversation_id, threads)),
    }


async def _ids(db: Transaction, *ways: tuple[sa.ColumnElement[Any], Sequence[str]]) -> list[str]:
    """Ids of the rows whose column holds one of the values, over several ways to find them, each once."""
    found: dict[str, None] = {}
    for column, values in ways:
        table = column.table
        for some in batches(values):
            found |= dict.fromkeys(await db.column(sa.select(table.c.id).where(mine(table), column.in_(some))))
    return list(found)


async def _drafts(db: Transaction, threads: Sequence[str]) -> list[str]:
    """Articles that were born from an answer in these conversations and that no editor has taken over."""
    found: list[str] = []
    for some in batches(threads):
        born = sa.select(questions.c.article_id).where(mine(questions), questions.c.conversation_id.in_(some))
        untouched = mine(articles), articles.c.status == "draft", articles.c.revision == 1
        found += await db.column(sa.select(articles.c.id).where(*untouched, articles.c.id.in_(born)))
    return found


async def _begun(db: Transaction, asked: Sequence[str]) -> list[str]:
    """Drafts that were made of these gaps' words and that no editor has written in."""
    if not asked:
        return []
    kept = mine(article_drafts), article_drafts.c.origin.startswith("gap:"), article_drafts.c.state != "published"
    rows = await db.rows(sa.select(article_drafts.c.id, article_drafts.c.origin, article_drafts.c.editors).where(*kept))
    theirs = set(asked)
    return [row["id"] for row in rows if not row["editors"] and theirs & set(row["origin"].removeprefix("gap:").split(","))]


async def _named(db: Transaction, begun: Sequence[str]) -> set[str]:
    """Ids of articles that exist only as these drafts: they are made of the question, so the events that name them are emptied too."""
    named: set[str] = set()
    for some in batches(begun):
        there = sa.exists(sa.select(articles.c.id).where(mine(articles), articles.c.id == article_drafts.c.article_id))
        named |= set(
            await db.column(sa.select(article_drafts.c.article_id).where(mine(article_drafts), article_drafts.c.id.in_(some), ~there))
        )
    return named


async def _undecided(db: Transaction, cases: Sequence[str]) -> list[str]:
    """Of these cases those that nobody approved.

    The others are the company's test by now, hold invented values only, and stay, without where they came from; whose they were is kept,
    so that an erasure still finds them.
    """
    approved: set[str] = set()
    for some in batches(cases):
        which = mine(quality_cases), quality_cases.c.id.in_(some), quality_cases.c.state == "approved"
        approved |= set(await db.column(sa.select(quality_cases.c.id).where(*which)))
        cleared = {"conversation_id": None, "turn_id": None, "suggestion_id": None, "origin": sa.literal("kept:") + quality_cases.c.id}
        await db.run(sa.update(quality_cases).where(*which).values(**cleared))
    return [ident for ident in cases if ident not in approved]


async def _delete(db: Transaction, column: sa.ColumnElement[Any], values: Sequence[str], *, empty: Sequence[str] = ()) -> None:
    """Delete the rows whose column holds one of the values; of those in `empty`, only what points to the person."""
    table = column.table
    for some in batches(values):
        await db.run(sa.delete(table).where(mine(table), column.in_(some)))
    for some in batches(empty):
        pointing = {"conversation_id": None, "turn_id": None, "suggestion_id": None}
        cleared = {"question": ERASED, "note": None, "vector": None, "embedder_version": None, **pointing}
        await db.run(sa.update(table).where(mine(table), column.in_(some)).values(**cleared))


async def _empty_flags(db: Transaction, found: Mapping[str, Sequence[str]]) -> None:
    """What an agent noted on a passage stays the article's, without the words, those of the answer too, and without the conversation."""
    for column, ids in ((article_flags.c.conversation_id, found["conversations"]), (article_flags.c.turn_id, found["turns"])):
        for some in batches(ids):
            cleared = {"note": "", "answer": "", "conversation_id": None, "turn_id": None}
            await db.run(sa.update(article_flags).where(mine(article_flags), column.in_(some)).values(**cleared))


async def _addresses(db: Transaction, customer_id: str) -> set[str]:
    """By which the person may stand in a stored answer: name, addresses, external ids as JSON writes them."""
    person = await db.row(sa.select(customers.c.name, customers.c.external_id).where(mine(customers), customers.c.id == customer_id))
    values = await db.column(sa.select(identity_links.c.value).where(mine(identity_links), identity_links.c.customer_id == customer_id))
    theirs = sa.select(conversations.c.external_id).where(mine(conversations), conversations.c.customer_id == customer_id)
    quoted = [f'"{ref}"' for ref in [person["external_id"] if person else "", *await db.column(theirs)] if ref]
    return {value for value in (person["name"] if person else "", *values, *quoted) if len(value) > 2}


async def _unlink(db: Transaction, customer_id: str) -> list[str]:
    """Delete the person's links, and the identities that nobody else has."""
    linked = await db.column(
        sa.select(identity_links.c.identity_id).where(mine(identity_links), identity_links.c.customer_id == customer_id).distinct()
    )
    await db.run(sa.delete(identity_links).where(mine(identity_links), identity_links.c.customer_id == customer_id))
    shared: set[str] = set()
    for some in batches(linked):
        others = sa.select(identity_links.c.identity_id).where(mine(identity_links), identity_links.c.identity_id.in_(some))
        shared |= set(await db.column(others))
    alone = [identity for identity in linked if identity not in shared]
    await _delete(db, identities.c.id, alone)
    return alone


async def _loosen(db: Transaction, threads: Sequence[str], ids: set[str]) -> None:
    """Events keep their line without the person; work that would be about them does not start."""
    for some in batches(list(threads)):
        await db.run(_emptied(events.c.conversation_id.in_(some)))
    for some in batches(list(ids)):
        await db.run(_emptied(events.c.subject_id.in_(some)))
        await db.run(sa.delete(outbox).where(mine(outbox), outbox.c.subject_id.in_(some)))


def _emptied(which: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(events).where(mine(events), which).values(conversation_id="", subject_id="", data={})


async def _forget_answers(db: Transaction, ids: set[str], known: Iterable[str]) -> list[str]:
    """Stored answers (Idempotency-Key) that name the person lose their body; the key stays used."""
    stored = sa.select(idempotency_keys.c.key, idempotency_keys.c.route, idempotency_keys.c.body)
    answers = await db.rows(stored.where(mine(idempotency_keys)))
    forgotten: list[str] = []
    for answer in answers:
        body = answer["body"]
        if not ids.isdisjoint(_OUR_ID.findall(body)) or any(value in body for value in known):
            this = idempotency_keys.c.key == answer["key"], idempotency_keys.c.route == answer["route"]
            await db.run(sa.update(idempotency_keys).where(mine(idempotency_keys), *this).values(body="{}"))
            forgotten.append(answer["key"])
    return forgotten
