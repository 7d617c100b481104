from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from copilot.adapters.database import SqlDatabase, open_database
from copilot.adapters.database.tables import METADATA
from copilot.domain.case import Gap
from copilot.domain.channels import Arrival
from copilot.domain.connections import Connection
from copilot.domain.editing import ArticleDraft, Comment
from copilot.domain.formats import ConversationIn
from copilot.domain.people import Identity
from copilot.domain.ports.gaps import Ending
from copilot.domain.triage import Click, Place
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes
from tests.adapters.database.test_isolation import fill

LEFT = {
    "absences",
    "sessions",
    "entry_links",
    "panel_tokens",
    "tenants",
    "tenant_settings",
    "connections",
    "teams",
    "users",
    "api_keys",
    "usage_days",
    "tombstones",
    "state_values",
    "replicas",
    "quality_runs",
    "experiments",
    "scorecard_switches",
    "scorecard_rubrics",
    "scorecard_samples",
}
KNOWLEDGE = {
    *("article_groups", "articles", "article_revisions", "passages", "passage_removals"),
    *("article_drafts", "article_comments", "article_redirects", "article_flags", "article_uses", "search_rules"),
    *("fact_changes", "saved_replies", "recalls"),
    *("knowledge_sources", "source_articles", "imports", "import_files"),
}
EMPTIED = {"events", "gaps", "idempotency_keys"}


async def test_nothing_of_the_person_is_left(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, conversation = await fill(records)
    async with database.write("default") as records:
        found = await records.matches.get("match")
        assert found is not None
        await records.matches.put(found.model_copy(update={"state": "same"}))  # the person's other record goes with them
        gone = await records.customers.erase(found.one, found.other)
    assert set(gone["customers"]) == {found.one, found.other}
    assert gone["conversations"] == [conversation.id]
    assert gone["messages"] == [conversation.messages[0].id]
    single = ("turns", "suggestions", "decisions", "sent_texts", "memories", "promises", "handovers", "gaps", "assignments", "identities")
    single_asks = ("grants", "questions")
    assert {class_: len(gone[class_]) for class_ in (*single, *single_asks)} == dict.fromkeys((*single, *single_asks), 1)
    async with database.read("default") as records:
        kept = set()
        for name, table in METADATA.tables.items():
            rows = await records.transaction.rows(sa.select(table))
            kept |= {name} if rows else set()
            content = repr([dict(row) for row in rows])
            for trace in (customer.id, conversation.id, conversation.messages[0].id, "ann@example.com", "Ann", "bag"):
                assert trace not in content, (name, trace)
        assert kept <= LEFT | KNOWLEDGE | EMPTIED
        assert [(gap.question, gap.conversation_id) for gap in await records.gaps.all()] == [("(erased)", "")]
        assert [(event.type, event.conversation_id, event.data) for event in await records.log.events(0)] == [("message.stored", "", {})]
        assert await records.admin.remembered("key", "route") == ("f", 200, "{}")
    assert await database.outbox() == []


async def test_others_keep_what_is_theirs(database: SqlDatabase) -> None:
    shared = Identity(type="email", value="home@example.com")
    async with database.write("default") as records:
        ann = await records.customers.upsert(samples.person("a", identities=(shared,)))
        bob = await records.customers.upsert(samples.person("b", name="Bob", identities=(shared,)))
        _, kept = await samples.talking(records, "kept")
        event = await records.log.event("message.stored", conversation_id=kept.id)
        await records.admin.remember("key", "route", "f", 200, f'{{"conversation": "{kept.id}"}}')
        await records.log.enqueue("turn", "other")
        await records.customers.erase(ann.id)
        assert [c.id for c in await records.customers.by_identity("email", "home@example.com")] == [bob.id]
        assert await records.conversations.find(kept.id) == kept
        assert await records.log.events(0) == [event]
        assert await records.admin.remembered("key", "route") == ("f", 200, f'{{"conversation": "{kept.id}"}}')
    assert [row.subject_id for row in await database.outbox()] == ["other"]


async def test_of_deliveries_that_wait_only_what_tells_of_the_person_goes(database: SqlDatabase) -> None:
    def tells(ref: str, customer: str = "") -> Arrival:
        given = {"conversation_id": ref, "channel": "chat", "messages": []} | ({"customer": {"id": customer}} if customer else {})
        return Arrival(conversation=ConversationIn.model_validate(given))

    def click(suggestion: str) -> Click:
        return Click(user="U1", suggestion_id=suggestion, action="used", place=Place(channel="C1"))

    async with database.write("default") as records:
        for ident in ("desk", "other"):
            await records.connections.put(Connection(id=ident, kind="chatwoot", name=ident, created_at=NOON))
        ann = await records.customers.upsert(samples.person("ann"))
        talk = await records.conversations.upsert(samples.thread("17", samples.said("m1"), customer_id=ann.id), "desk")
        await records.turns.mint("turn", talk.id, [], NOON)
        draft = samples.draft("turn")
        await records.suggestions.put(draft)
        told: dict[str, tuple[str, list[Arrival | Click]]] = {
            "hers": ("desk", [tells("17")]),
            "new here": ("other", [tells("99", "ann")]),
            "a press": ("other", [click(draft.id)]),
            "of both": ("desk", [tells("18"), tells("17")]),
            "their 17": ("other", [tells("17")]),
            "names 17": ("desk", [tells("18", "17")]),
            "17 is said": ("desk", [click("17")]),
        }
        rows = {name: await records.connections.receive(where, name, arrivals, NOON) for name, (where, arrivals) in told.items()}
    async with database.write("default") as records:
        await records.customers.erase(ann.id)
    async with database.read("default") as records:
        kept = {name: await records.connections.kept(row or 0) for name, row in rows.items()}
    left = {name: one.arrivals for name, one in kept.items() if one is not None}
    assert left == {
        "of both": (tells("18"),),
        "their 17": (tells("17"),),
        "names 17": (tells("18", "17"),),
        "17 is said": (click("17"),),
    }


async def test_what_outdated_conversations_are_told_meanwhile_is_not_lost(database: SqlDatabase) -> None:
    again = Arrival(conversation=ConversationIn(conversation_id="17", channel="chat", messages=[]))
    async with database.write("default") as records:
        await records.connections.put(Connection(id="desk", kind="chatwoot", name="desk", created_at=NOON))
        talk = await records.conversations.upsert(samples.thread("17", samples.said("m1")), "desk")
        row = await records.connections.receive("desk", "d1", (again,), NOON)
        await records.admin.discard("conversations", [talk.id])
        assert await records.conversations.find(talk.id) is None
        assert await records.connections.waiting(minutes(1)) == [row]


async def test_a_turn_about_the_person_goes_even_when_the_conversation_was_given_to_another(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        ann, conversation = await samples.talking(records, "1")
        bob = await records.customers.upsert(samples.person("bob"))
        await records.turns.mint("about-ann", conversation.id, [], NOON)
        await records.turns.freeze(samples.frozen("about-ann", conversation, ann))
        await records.turns.mint("about-bob", conversation.id, [], minutes(1))
        await records.turns.freeze(samples.frozen("about-bob", conversation, bob))
        await records.conversations.change(conversation.id, customer_id=bob.id)
        gone = await records.customers.erase(ann.id)
        assert gone["turns"] == ["about-ann"]
        assert await records.turns.ids(conversation.id) == ["about-bob"]


async def test_drafts_made_of_the_persons_words_go_unless_an_editor_wrote_in_them(database: SqlDatabase) -> None:
    def begun(ref: str, **values: object) -> ArticleDraft:
        article = samples.article(id=ref)
        plain = {"id": ref, "article": article, "author": "u1", "opened_at": NOON, "updated_at": NOON, "origin": "gap:other,ann"}
        return ArticleDraft.model_validate(plain | values)

    async with database.write("default") as records:
        ann, talk = await samples.talking(records, "1")
        gap = {"id": "ann", "question": "My dog Bartholomew?", "conversation_id": talk.id, "turn_id": "", "cause": "history"}
        await records.gaps.put(Gap.model_validate(gap | {"opened_at": NOON}), b"a vector", "v1")
        hers, written, others = begun("hers"), begun("written", editors=("u2",)), begun("others", origin="gap:other")
        for draft in (
            hers,
            written,
            others,
            begun("discarded", state="discarded", closed_at=NOON),
            begun("out", state="published", closed_at=NOON),
        ):
            await records.editing.open_draft(draft)
        await records.editing.put_comment(Comment(id="c", article_id="hers", draft_id="hers", text="Bartholomew?", author="u1", at=NOON))
        for ref in ("hers", "others"):
            await records.log.event("article.draft", subject_id=ref, data={"state": "draft"})
        await records.gaps.close(["ann"], Ending(as_="not_a_gap", by="user:u1", at=NOON, note="Only Bartholomew asks."))
        gone = await records.customers.erase(ann.id)
        assert sorted(gone["article_drafts"]) == ["discarded", "hers"]
        told = [(event.subject_id, event.data) for event in await records.log.events(0) if event.type == "article.draft"]
        assert told == [("", {}), ("others", {"state": "draft"})], "an id that was made of the question"
        left = await records.transaction.rows(sa.select(METADATA.tables["gaps"]))
        assert [(row["question"], row["note"], row["vector"], row["embedder_version"]) for row in left] == [("(erased)", None, None, None)]
        assert await records.gaps.open("v1", 9) == []
        assert await records.gaps.without_vector("v2", 9) == []
        assert [d.id for d in await records.editing.drafts(("draft", "published"))] == ["others", "out", "written"]
        assert await records.editing.comments("hers") == []


async def test_erasing_again_finds_nothing(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        customer, _ = await fill(records)
        assert await records.customers.erase(customer.id)
        assert await records.customers.erase(customer.id) == {}


async def test_no_byte_of_the_person_stays_in_the_files(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    async with database.write("default") as records:
        customer = await records.customers.upsert(samples.person("c1", name="Zebedee Quillfeather"))
        said = samples.said("m1", "My quokka Bartholomew is lost " * 300)
        await records.conversations.upsert(samples.thread("t1", said, customer_id=customer.id))
    async with database.write("default") as records:
        await records.customers.erase(customer.id)
    await database.vacuum()
    path = Path(make_url(sqlite_url).database or "")
    content = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    await database.close()
    assert b"Quillfeather" not in content
    assert b"Bartholomew" not in content
    assert customer.id.encode() not in content
