"""Another tenant sees nothing, changes nothing and refers to nothing; on PostgreSQL not even without a condition."""

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from copilot.adapters.database import SqlDatabase, open_database
from copilot.adapters.database.tables import METADATA
from copilot.domain.case import Gap, SentText
from copilot.domain.channels import Arrival
from copilot.domain.connections import Connection as ToolConnection
from copilot.domain.connections import Outgoing
from copilot.domain.conversation import Conversation
from copilot.domain.curation import ArticleUse, Flag, SearchRule
from copilot.domain.day import Absence, PromiseMove, WrapUp
from copilot.domain.editing import ArticleDraft, Comment, Redirect
from copilot.domain.errors import CopilotError, NotFound
from copilot.domain.facts import FactChange, SavedReply
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.grants import GRANT_STATES
from copilot.domain.imports import Import, ImportFile, Source, SourceArticle
from copilot.domain.people import Customer, Identity, Match
from copilot.domain.ports.models import ChatMessage
from copilot.domain.ports.records import Records
from copilot.domain.ports.search import PassageFilter
from copilot.domain.quality import QualityRun
from copilot.domain.recalls import Recall, RecallCase
from copilot.domain.staff import Key, User
from copilot.domain.tenant import TenantSettings
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes


async def fill(records: Records, prefix: str = "") -> tuple[Customer, Conversation]:
    """One row at least in every table of a tenant. `prefix` goes before ids that others may not have too."""
    mail = Identity(type="email", value="ann@example.com")
    await records.admin.put_user(User(id="u1", name="Kim", external_id="77", team="desk", email="kim@example.com"))
    await records.access.set_password("u1", "hash")
    await records.access.set_subject_once("u1", "subject")
    key = Key(id="k1", tenant_id=records.tenant_id, name="k", role="agent", prefix="p", user_id="u1", created_at=NOON)
    await records.admin.put_key(key, prefix + "digest")
    for door in (samples.session("u1"), samples.link("u1"), samples.panel_token("u1")):
        await samples.open_door(records, door, prefix)
    customer = await records.customers.upsert(samples.person("c1", identities=(mail,)))
    elsewhere = await records.customers.upsert(samples.person("c1-chat", name="Zoe"))
    one, other = sorted((customer.id, elsewhere.id))
    await records.matches.put(Match(id="match", one=one, other=other, state="suggested", keys=(mail,), found_at=NOON))
    talk = samples.thread("t1", samples.said("m1"), customer_id=customer.id, assignee="kim", team="desk")
    conversation = await records.conversations.upsert(talk)
    message = conversation.messages[0]
    await records.senses.put([samples.sensed(message.id)], {message.id: b"\x01"}, "v1")
    await records.turns.mint("turn", conversation.id, [message.id], NOON)
    await records.turns.freeze(samples.frozen("turn", conversation, customer))
    made = samples.draft("turn", id="draft", experiment_id="experiment", arm="control")
    suggestion = await records.suggestions.put(made, [ChatMessage(role="user", content="Ann Bee")])
    await records.suggestions.seen(suggestion.id, "displayed", "u1", NOON)
    await records.suggestions.decide(samples.decision(suggestion.id, id="decision", action="edited", text="Dear Ann"))
    sent = {"id": "sent", "conversation_id": conversation.id, "message_id": message.id, "suggestion_id": suggestion.id}
    await records.suggestions.put_sent(SentText.model_validate(sent | {"text": "Dear Ann", "edit_distance": 0.1, "sent_at": NOON}))
    await records.memories.put([samples.memory(customer.id, id="memory", conversation_id=conversation.id)])
    await records.memories.put_promise(samples.promise(customer.id, conversation.id, id="promise"))
    await records.grants.add(samples.grant(conversation.id, id="grant"))
    await records.questions.add(samples.question(conversation.id, id="question"))
    await records.handovers.put(samples.handover(conversation.id, "turn", id="handover", suggestion_id=suggestion.id))
    gap = {
        "id": "gap",
        "question": "Where is Ann's bag?",
        "conversation_id": conversation.id,
        "turn_id": "turn",
        "suggestion_id": suggestion.id,
    }
    await records.gaps.put(Gap.model_validate(gap | {"cause": "abstained", "opened_at": NOON}), b"Ann's vector", "v1")
    await records.log.event("message.stored", conversation_id=conversation.id, subject_id=message.id, data={"message": message.id})
    await records.log.enqueue("turn", "turn")
    await records.articles.save(samples.article(group="money"), [samples.piece("p1"), samples.piece("p2")])
    await records.articles.save(samples.article(group="money"), [samples.piece("p1")])
    drafted = ArticleDraft(id="draft", article=samples.article(), author="u1", opened_at=NOON, updated_at=NOON)
    await records.editing.open_draft(drafted)
    await records.editing.put_comment(Comment(id="comment", article_id="a1", draft_id="draft", text="Since when?", author="u1", at=NOON))
    await records.editing.put_redirect(Redirect(id="old", to_id=samples.article().id, by="u1", at=NOON))
    rule = {"id": "rule", "query": "lounge", "article_id": "a1", "action": "pin", "author": "u1", "made_at": NOON, "changed_at": NOON}
    await records.curation.put_rule(SearchRule.model_validate(rule))
    flag = {"id": "flag", "article_id": "a1", "passage_id": "p1", "reason": "wrong", "note": "Ann says so", "author": "u1"}
    about = {"conversation_id": conversation.id, "turn_id": "turn", "flagged_at": NOON}
    await records.curation.put_flag(Flag.model_validate(flag | about))
    await records.curation.put_uses([ArticleUse(article_id="a1", what="shown", subject_id="turn", at=NOON)])
    await records.facts.add_change(FactChange(id="change", old="1 day", new="2 days", author="u1", opened_at=NOON))
    await records.facts.add_reply(SavedReply(id="reply", shortcut="hi", title="Hello", text="Hello.", saved_by="u1", saved_at=NOON))
    recall = {"id": "recall", "article_id": "a1", "from_revision": 1, "to_revision": 1, "wrong": "1 day", "right": "2 days"}
    told = {"id": "case", "recall_id": "recall", "conversation_id": conversation.id, "message_id": message.id, "user_id": "u1"}
    case = told | {"customer_id": customer.id, "sure": True, "told": "1 day, Ann", "draft": "2 days, Ann"}
    dated = {"told_at": NOON, "changed_at": NOON}
    await records.recalls.add(Recall.model_validate(recall | {"author": "u1", "made_at": NOON}), [RecallCase.model_validate(case | dated)])
    await records.admin.spend(NOON.date(), 1, 1, 1)
    await records.admin.remember("key", "route", "f", 200, f'{{"customer": "{customer.id}"}}')
    await records.admin.bury(["digest"])
    await records.admin.put_state("name", "value")
    await records.day.read_until("u1", conversation.id, message.id, NOON)
    await records.day.put_absence(Absence(user_id="u1", since=NOON, until=minutes(60), promises_to="u1"))
    move = {"id": "move", "promise_id": "promise", "from_owner": "Kim", "to_user": "u1", "moved_by": "u1", "moved_at": NOON}
    await records.day.move(PromiseMove.model_validate(move))
    wrapped = {"id": "wrap-up", "conversation_id": conversation.id, "summary": "Ann's bag", "disposition": "solved", "user_id": "u1"}
    await records.day.put_wrap_up(WrapUp.model_validate(wrapped | {"resolved": True, "closed_at": NOON}))
    await records.imports.put_source(Source(id="source", name="Help centre", master=True, made_by="u1", made_at=NOON))
    known = {"source_id": "source", "external_id": "1", "article_id": "refunds", "digest": "d", "seen_at": NOON}
    await records.imports.put_known([SourceArticle.model_validate(known)])
    await records.imports.mirror("refunds", "source")
    await records.imports.add(Import(id="import", source_id="source", name="Help centre", made_by="u1", made_at=NOON))
    await records.imports.put_file(ImportFile(import_id="import", position=0, name="a.md", size=1), b"a")
    await records.quality.add(samples.quality_case(conversation.id, customer.id, turn_id="turn", suggestion_id=suggestion.id))
    words = [MessageIn(id="m9", author="customer", text="It is Ann again.", sent_at="-PT1S")]
    arrived = ConversationIn(conversation_id="t9", channel="chat", customer=CustomerIn(id="c1"), messages=words)
    await records.connections.put(ToolConnection(id="wool", kind="webhook", name="wool", created_at=NOON))
    await records.connections.receive("wool", "first", [Arrival(conversation=arrived)], NOON)
    await records.connections.want(
        Outgoing(
            id="note", connection_id="wool", conversation_id=conversation.id, key="k", action="note", text="x", due_at=NOON, made_at=NOON
        )
    )
    await records.experiments.add(samples.experiment())
    await records.quality.put_run(QualityRun(id="run", name="cases", made_at=NOON, posted_at=NOON))
    await records.scorecards.put_switch(samples.switch())
    await records.scorecards.put_rubric(samples.stored_rubric())
    await records.scorecards.add_sample(samples.sample(), [samples.scorecard(conversation.id, customer.id, message.id)])
    await records.scorecards.rate(samples.rating(message.id))
    await records.scorecards.answer(samples.scorecard(conversation.id, customer.id, answer="Ann never asked.", answered_at=NOON))
    return customer, conversation


@pytest.fixture
async def two(database: SqlDatabase) -> SqlDatabase:
    """A full tenant `default`, and `acme` with nothing."""
    await database.create_tenant("acme", TenantSettings())
    async with database.write("default") as records:
        await fill(records)
    return database


async def test_the_sample_fills_every_table(two: SqlDatabase) -> None:
    async with two.read("default") as records:
        for table in METADATA.tables.values():
            if "tenant_id" in table.c:
                assert await records.transaction.value(sa.select(sa.func.count()).select_from(table)), table.name


async def test_another_tenant_finds_nothing_in_any_group(two: SqlDatabase) -> None:
    async with two.read("default") as records:
        conversation = await records.conversations.find("t1")
    assert conversation is not None
    assert conversation.customer_id is not None
    customer_id, message_id = conversation.customer_id, conversation.messages[0].id
    async with two.read("acme") as records:
        found = [
            await records.customers.find("c1"),
            await records.customers.find(customer_id),
            await records.customers.record("c1"),
            await records.customers.records_of(customer_id),
            await records.customers.by_identity("email", "ann@example.com"),
            await records.matches.get("match"),
            await records.matches.of(customer_id),
            await records.customers.all(),
            await records.conversations.find("t1"),
            await records.conversations.find(conversation.id),
            await records.conversations.of_customer(customer_id),
            await records.conversations.contacts(customer_id, minutes(-99), minutes(99)),
            await records.conversations.queue(),
            await records.conversations.queue("u1"),
            await records.conversations.several([conversation.id]),
            await records.day.open_of(["kim"]),
            await records.day.owed(),
            await records.day.absent(minutes(1)),
            await records.day.wrap_ups_of(conversation.id),
            await records.day.figures(minutes(-99), minutes(99)),
            await records.senses.get([message_id]),
            await records.turns.get("turn"),
            await records.turns.current(conversation.id),
            await records.turns.ids(conversation.id),
            await records.suggestions.get("draft"),
            await records.suggestions.of_turn("turn"),
            await records.suggestions.of_conversation(conversation.id),
            await records.suggestions.provider_call("draft"),
            await records.suggestions.decisions("draft"),
            await records.suggestions.sent_of(conversation.id),
            await records.memories.get("memory"),
            await records.memories.candidates(customer_id, minutes(9), 9),
            await records.memories.of_customer(customer_id),
            [batch async for batch in records.memories.every()],
            await records.memories.promise("promise"),
            await records.memories.promises_of(customer_id, minutes(9)),
            await records.memories.promises_open(),
            await records.syncing.present("", 9),
            await records.syncing.some(["refunds"]),
            await records.syncing.pasts(["refunds"]),
            await records.syncing.drafted(["refunds"]),
            await records.articles.get("refunds"),
            await records.articles.many(["refunds"]),
            await records.articles.all(),
            await records.articles.with_levers(),
            await records.articles.fetch(["p1"], PassageFilter(at=NOON)),
            [batch async for batch in records.articles.every()],
            await records.articles.version(),
            (await records.articles.changes(0))[0] + [p.id for p in (await records.articles.changes(0))[1]],
            [one for one in await records.connections.all() if one.id == "wool"],
            await records.connections.find("wool"),
            await records.connections.sealed("wool"),
            await records.connections.waiting(minutes(9)),
            await records.connections.outgoing("note"),
            await records.connections.wanted("k"),
            await records.connections.latest("wool", conversation.id, "note"),
            await records.connections.held("wool", conversation.id),
            await records.connections.due(minutes(9)),
            await records.connections.traffic(),
            await records.connections.deliveries("wool", 9),
            await records.connections.writes("wool", 9),
            await records.handovers.get("handover"),
            await records.grants.get("grant"),
            await records.experiments.get("experiment"),
            await records.experiments.running(),
            await records.experiments.all(),
            await records.experiments.outcomes("experiment"),
            await records.grants.of_conversation(conversation.id),
            await records.grants.in_state(GRANT_STATES),
            await records.questions.get("question"),
            await records.questions.of_conversation(conversation.id),
            await records.questions.all(only_open=False),
            await records.handovers.of_conversation(conversation.id),
            await records.log.events(0),
            await records.log.last_event(),
            await records.gaps.all(),
            await records.gaps.get("gap"),
            await records.gaps.open("v1", 9),
            await records.gaps.set_aside("v1", 9),
            await records.gaps.without_vector("v2", 9),
            await records.gaps.threads("", 9),
            await records.gaps.known(["gap"]),
            await records.gaps.of_conversation(conversation.id),
            await records.turns.recent(9),
            await records.suggestions.taken(["turn"]),
            await records.admin.user("u1"),
            await records.admin.users(),
            await records.admin.keys(),
            await records.admin.spent(NOON.date()),
            await records.admin.remembered("key", "route"),
            await records.admin.buried(["digest"]),
            await records.admin.state("name"),
            await records.suggestions.open_citing("refunds"),
            await records.facts.change("change"),
            await records.facts.changes(("in_review",)),
            await records.facts.reply("reply"),
            await records.facts.replies(),
            await records.facts.waiting_texts(),
            await records.recalls.get("recall"),
            await records.recalls.all(),
            await records.recalls.cases("recall"),
            await records.recalls.open_cases(),
            await records.recalls.case("case"),
            await records.recalls.open_of(conversation.id),
            await records.recalls.sent_since(minutes(-99)),
            await records.access.user_by_email("kim@example.com"),
            await records.access.user_by_subject("subject"),
            await records.access.with_password(),
            await records.imports.source("source"),
            await records.imports.source_named("Help centre"),
            await records.imports.sources(),
            await records.imports.master_of("refunds"),
            await records.imports.known("source", ["1"]),
            await records.imports.brought("refunds"),
            await records.imports.unseen("source", minutes(99), 9),
            await records.imports.last_by("refunds", ""),
            await records.imports.get("import"),
            await records.imports.all(),
            await records.imports.unfinished(minutes(99)),
            await records.imports.waiting("import", 9),
            await records.imports.files("import"),
            await records.imports.counts("import"),
            await records.imports.last_position("import") + 1,
            await records.imports.size("import"),
            await records.quality.case("quality"),
            await records.quality.cases(("candidate",)),
            await records.quality.counts(),
            await records.quality.named("reply says: bag"),
            await records.quality.decided("rewritten", 9),
            await records.quality.runs(),
            await records.scorecards.switch(),
            await records.scorecards.rubric(),
            await records.scorecards.rubric(1),
            await records.scorecards.closed(minutes(-99), minutes(99)),
            await records.scorecards.samples(),
            await records.scorecards.card("card"),
            await records.scorecards.cards("sample"),
            await records.scorecards.cards_of("u1"),
        ]
    assert [answer for answer in found if answer] == []


async def test_another_tenant_changes_nothing(two: SqlDatabase) -> None:
    async with two.read("default") as records:
        conversation = await records.conversations.find("t1")
    assert conversation is not None
    assert conversation.customer_id is not None
    customer_id, message_id = conversation.customer_id, conversation.messages[0].id
    async with two.write("acme") as records:
        assert await records.customers.erase(customer_id) == {}
        assert await records.articles.remove("refunds") is None
        assert not await records.admin.revoke_key("k1", NOON)
        assert await records.access.end_session("session", NOON) == []
        assert await records.access.end_all("u1", NOON) == []
        assert not await records.access.use_link("link", NOON)
        assert not await records.access.set_subject_once("u1", "subject")
        decided = samples.grant(conversation.id, id="grant", state="granted", decided_at=NOON, expires_at=minutes(60))
        assert not await records.grants.decide(decided)
        assert not await records.grants.use("grant", message_id, NOON)
        assert not await records.questions.answer(samples.question(conversation.id, id="question", state="answered", answer="No."))
        assert not await records.day.end_absence("u1")
        assert not await records.facts.save_change(FactChange(id="change", old="a", new="b", author="u1", opened_at=NOON), 1)
        assert not await records.facts.remove_reply("reply")
        assert not await records.recalls.settle("case", "sent", "", NOON)
        assert not await records.quality.change(samples.quality_case(conversation.id, customer_id, state="approved"))
        assert not await records.scorecards.answer(samples.scorecard(conversation.id, customer_id, answer="x", answered_at=NOON))
        await records.turns.retire(conversation.id)
        await records.imports.mirror("refunds", None)
        await records.imports.mirror_all("source", on=False)
        await records.imports.close_file(ImportFile(import_id="import", position=0, name="a.md", state="refused"))
        await records.imports.drop_content("import")
        await records.imports.forget("source", "1")
        await records.imports.change(Import(id="import", source_id="source", name="x", state="failed", made_by="u1", made_at=NOON))
        for change in (
            records.access.set_password("u1", "hash"),
            records.conversations.add_message(conversation.id, samples.said("m2")),
            records.conversations.change(conversation.id, status="closed"),
            records.day.read_until("u1", conversation.id, message_id, NOON),
            records.day.connection_kind(conversation.id),
            records.turns.set_state("turn", "done"),
            records.suggestions.decide(samples.decision("draft")),
            records.memories.set_state("memory", "forgotten"),
            records.memories.set_promise_state("promise", "kept", NOON),
        ):
            with pytest.raises(NotFound):
                await change
    async with two.read("default") as records:
        assert await records.conversations.find("t1") == conversation
        assert await records.turns.current(conversation.id) is not None
        assert await records.articles.get("refunds") is not None
        assert [key.revoked_at for key in await records.admin.keys()] == [None]
        assert (await records.imports.master_of("refunds")) is not None
        assert (await records.imports.brought("refunds")) is not None
        assert [line.content for line in await records.imports.waiting("import", 9)] == [b"a"]
        assert [one.state for one in await records.imports.all()] == ["receiving"]


async def test_nothing_can_refer_to_another_tenants_record(two: SqlDatabase) -> None:
    async with two.read("default") as records:
        customer = await records.customers.find("c1")
    assert customer is not None
    with pytest.raises(NotFound):
        async with two.write("acme") as records:
            await records.memories.put([samples.memory(customer.id)])


async def test_two_tenants_may_use_the_same_ids(two: SqlDatabase) -> None:
    async with two.write("acme") as records:
        await fill(records, prefix="acme-")
    async with two.read("acme") as records:
        assert (await records.customers.all())[0].external_id == "c1"


async def test_postgres_shows_only_the_tenants_rows_without_any_condition(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await database.create_tenant("acme", TenantSettings())
    for tenant in ("default", "acme"):
        async with database.write(tenant) as records:
            await fill(records, prefix=tenant)
    async with database.write("acme") as records:
        for table in METADATA.tables.values():
            if "tenant_id" in table.c:
                seen = await records.transaction.column(sa.select(table.c.tenant_id).distinct())
                assert seen == ["acme"], table.name
        bypasses = sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert await records.transaction.value(bypasses) is False
        assert await records.transaction.run(sa.text("UPDATE customers SET name = 'gone'")) == 2
    with pytest.raises(CopilotError):
        async with database.write("acme") as records:
            await records.transaction.run(sa.text("INSERT INTO tombstones VALUES ('default', 'x', now())"))
    await database.close()


async def test_every_table_with_a_tenant_is_secured(postgres_url: str) -> None:
    def unsecured(connection: Connection) -> set[str]:
        secured = sa.text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        names = {row[0] for row in connection.execute(secured)}
        return {name for name, table in METADATA.tables.items() if "tenant_id" in table.c} - names

    database = open_database(postgres_url)
    async with database.read("default") as records:
        assert await records.transaction.connection.run_sync(unsecured) == set()
    await database.close()
