"""A draft is tried: what search finds with it is what it finds once it is published."""

import copy
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from copilot.adapters.lexical import TantivyLexical
from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.commands.demo import fill
from copilot.domain.knowledge import Article, Hit
from copilot.domain.staff import Caller
from copilot.services.conversations.decisions import DecisionIn
from copilot.services.searching.trying import Overlay
from copilot.testing.application import close_application, make_application, open_application, settle
from copilot.testing.search import MemoryVectors

EDITOR = Caller(tenant_id=DEFAULT_TENANT, role="editor", key_id="edda")
CELLO = Article(
    id="cello",
    title="A seat for a cello",
    text="A cello, a guitar or a bass flies on a second seat. Book it by phone.\n\n## Which row\n\nBy the window, never in an exit row.\n",
    status="published",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MemoryVectors]:
    """The sample company with real words, every live conversation drafted, once for all tests of this file."""
    folder, vectors = tmp_path_factory.mktemp("company"), MemoryVectors()
    application = make_application(folder, vectors=vectors, lexical=TantivyLexical(folder / "words"))
    await open_application(application)
    await fill(application, quiet_period_s=0)
    await settle(application)
    await close_application(application)
    return folder, vectors


@pytest.fixture
async def company(loaded: tuple[Path, MemoryVectors], tmp_path: Path) -> AsyncIterator[Application]:
    """A copy."""
    shutil.copytree(loaded[0], tmp_path, dirs_exist_ok=True)
    application = make_application(tmp_path, vectors=copy.deepcopy(loaded[1]), lexical=TantivyLexical(tmp_path / "words"))
    await application.open()
    await application.engine.launch()
    yield application
    await close_application(application)


async def found(application: Application, overlay: Overlay | None = None) -> dict[str, tuple[Hit, ...]]:
    """What every turn finds, by turn."""
    judging, hits = application.gaps.trying.judging, {}
    async with application.database.read(DEFAULT_TENANT) as records:
        turns = await records.turns.recent(500)
        assert len(turns) >= 10
        for turn in turns:
            talk = await records.conversations.find(turn.conversation_id)
            assert talk is not None
            case = await judging.case(records, talk, turn.as_of)
            asked = await judging.asked(case)
            given = (overlay.engine, overlay.knowledge) if overlay else (None, None)
            hits[turn.id] = (await judging.turn(case, asked, *given)).hits
    return hits


async def changed(application: Application, name: str) -> Article:
    """A draft of each kind."""
    async with application.database.read(DEFAULT_TENANT) as records:
        refunds = await records.articles.get("refunds-how-long")
    assert refunds is not None
    rewritten = refunds.text.replace("working days", "calendar days").replace("## When it is late", "## When it is very late")
    assert rewritten != refunds.text
    return {
        "new": CELLO,
        "rewritten": refunds.model_copy(update={"text": rewritten, "levers": ()}),
        "renamed": refunds.model_copy(update={"title": "Money back: how long it takes"}),
        "internal": refunds.model_copy(update={"audience": "internal"}),
        "archived": refunds.model_copy(update={"status": "archived"}),
    }[name]


@pytest.mark.parametrize("name", ["new", "rewritten", "renamed", "internal", "archived"])
async def test_what_is_found_with_a_draft_is_what_is_found_once_it_is_published(company: Application, name: str) -> None:
    article = await changed(company, name)
    before = await found(company)
    async with company.gaps.trying.overlay(DEFAULT_TENANT, article) as overlay:
        predicted = await found(company, overlay)
        assert await found(company) == before
    await company.knowledge.save(DEFAULT_TENANT, [article])
    after = await found(company)
    assert predicted == after
    assert after != before


async def test_the_result_says_what_changes_and_changes_nothing(company: Application) -> None:
    draft = await company.editing.begin(EDITOR, CELLO)
    tried = await company.gaps.trying.run(EDITOR, draft.id, 100)
    cello = [change for change in tried.changes if change.conversation_id == "live-noor-cello"]
    assert [change.after.sources[0].article_id for change in cello] == ["cello"]
    assert cello[0].effect in ("answers", "leads")
    assert "cello" in cello[0].question
    assert "Noor" not in cello[0].question
    assert all(source.article_id != "cello" for change in tried.changes for source in change.before.sources)
    assert await company.editing.draft(DEFAULT_TENANT, draft.id) == draft


async def test_a_good_answer_that_would_stand_on_nothing_is_named(company: Application) -> None:
    async with company.database.write(DEFAULT_TENANT) as records:
        for turn in await records.turns.recent(500):
            replies = [s for s in await records.suggestions.of_turn(turn.id) if s.kind == "reply" and s.state == "proposed"]
            cited = [hit.article_id for s in replies for hit in turn.evidence.passages if f"passage:{hit.passage_id}" in str(s.citations)]
            if cited:
                break
        else:
            pytest.fail("no reply of the sample cites an article")
    tom = await company.staff.create_key(DEFAULT_TENANT, "agent", "Tom", "tom")
    caller = Caller(tenant_id=DEFAULT_TENANT, role="agent", key_id=tom.key.id, user_id=tom.key.user_id)
    draft = await company.editing.edit(EDITOR, cited[0], archive=True)
    assert not [c for c in (await company.gaps.trying.run(EDITOR, draft.id)).changes if c.turn_id == turn.id and c.disturbs]
    await company.decisions.decide(caller, replies[0].id, DecisionIn(id="used", action="used"))
    (change,) = [c for c in (await company.gaps.trying.run(EDITOR, draft.id)).changes if c.turn_id == turn.id]
    assert "would not be found any more" in change.disturbs
    assert (await company.gaps.trying.run(EDITOR, draft.id)).changes[0].disturbs
