"""Hundreds of hostile texts by every way a text reaches the browser: none runs, nothing leaves the origin, and all of it can be read.

The browser's own defence, our Content-Security-Policy, is switched off: the pages have to hold by themselves. One test has it on and
sees that it never had to step in.
"""

import os
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.errors import Invalid
from copilot.domain.quality import QualityCase
from copilot.domain.suggestion import CheckResult
from copilot.kinds.asking import Said, Source
from copilot.services.conversations.suggest import Suggest
from copilot.services.gaps.asking import Answered, Asking, Nearest
from copilot.services.running.live import Growing
from tests.patience import eventually
from tests.web.conftest import PATIENCE_MS
from tests.web.guard import Guard, Sink, missing, shown
from tests.web.hostile import ATTACKS, WRAPPINGS, Payload, payloads
from tests.web.laden import ARTICLE, CUSTOMER, FAILED, TALK, WRITING, Loading, every
from tests.web.serving import Served
from tests.web.site import CONSOLE, Company, Site, until

AT_LEAST = 300
FULL = bool(os.environ.get("FULL"))
OPENS = """source => {
  const button = document.querySelector("button[data-source]");
  button.dataset.source = source;
  button.click();
}"""
MARKDOWN = re.compile(r"[\[\]*_`&\\\n~\u200b-\u206f]|^<\{sink|^<https")
"""In the shape of a text that Markdown does not show as it is written."""
ELEMENT = re.compile(r"<[a-zA-Z]+[^a-zA-Z:{\u200b]")


@dataclass
class Ground:
    """A site full of hostile texts, and the server that they call."""

    site: Site
    sink: Sink
    payloads: list[Payload]

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.payloads]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(company: Company, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    sink = Sink()
    async with Served(sink.app) as there, Site(company.copy(tmp_path_factory.mktemp("hostile") / "data")) as site:
        all_ = payloads(there.address)
        await Loading(site, all_).everywhere()
        yield Ground(site, sink, all_)


@dataclass
class Visit:
    """A page of somebody on that site, watched."""

    ground: Ground
    page: Page
    guard: Guard

    async def reads(self, address: str, texts: Sequence[str], selector: str = "body") -> None:
        """Opens a page: all of the texts can be read there, and none did anything."""
        await self.page.goto(address)
        await self.sees(texts, selector)

    async def sees(self, texts: Sequence[str], selector: str = "body") -> None:
        assert missing(texts, await shown(self.page, selector)) == []
        await self.guard.nothing_happened(self.page)


async def answered(asked: list[str]) -> bool:
    return bool(asked)


async def opened(browser: Browser, ground: Ground, ref: str, *, policy: bool = False) -> Visit:
    context = await browser.new_context(base_url=ground.site.address, bypass_csp=not policy, viewport={"width": 1280, "height": 768})
    context.set_default_timeout(PATIENCE_MS)
    guard = Guard(ground.site.address, ground.sink)
    await guard.over(context)
    await ground.site.sign_in(context, ref)
    return Visit(ground, await context.new_page(), guard)


@pytest_asyncio.fixture(loop_scope="session")
async def lea(browser: Browser, ground: Ground) -> AsyncIterator[Visit]:
    visit = await opened(browser, ground, "agent-lea")
    yield visit
    await visit.page.context.close()
    assert visit.guard.happened == []


@pytest_asyncio.fixture(loop_scope="session")
async def henrik(browser: Browser, ground: Ground) -> AsyncIterator[Visit]:
    visit = await opened(browser, ground, "lead-henrik")
    yield visit
    await visit.page.context.close()
    assert visit.guard.happened == []


def test_there_are_hundreds_and_no_two_are_the_same() -> None:
    shapes = {one.shape for one in payloads("http://sink.example")}
    assert len(shapes) == len(ATTACKS) * len(WRAPPINGS) >= AT_LEAST


async def test_whoever_looks_sees_every_element_that_is_not_ours(lea: Visit) -> None:
    """The guard itself: attacks written as HTML, where they cannot run. A second body is none: its handlers would be the page's own."""
    await lea.page.goto("/desk")
    elements = [one.text for one in lea.ground.payloads[: len(ATTACKS)] if ELEMENT.match(one.text) and "<body" not in one.text]
    assert len(elements) > 30
    unnoticed = []
    for element in elements:
        await lea.page.evaluate("html => document.getElementById('acknowledging').innerHTML = html", element)
        if not await lea.guard.intruders(lea.page):
            unnoticed.append(element)
    assert unnoticed == []


async def test_what_runs_is_noticed(browser: Browser, ground: Ground) -> None:
    """The guard itself: on a page that has no defences an attack runs, asks, calls home, and leaves its mark."""
    sink = Sink()
    async with Served(sink.app) as there:
        visit = await opened(browser, ground, "agent-lea")
        visit.guard.sink = sink
        await visit.page.goto("/desk")
        element = next(one.text for one in payloads(there.address) if one.shape.startswith("<img src=x onerror"))
        await visit.page.evaluate("html => void document.body.append(document.createRange().createContextualFragment(html))", element)
        await until(visit.page, "window.ran")
        await eventually(lambda: answered(sink.asked), "the call")
        assert any("dialog" in one for one in visit.guard.happened)
        assert any("left the origin" in one for one in visit.guard.happened)
        await visit.page.context.close()


async def test_names_in_the_queue(lea: Visit) -> None:
    await lea.reads("/desk?rows=1000", lea.ground.texts, ".case-name")


async def test_a_conversation_its_writers_and_files(lea: Visit) -> None:
    await lea.reads(f"/desk?conversation={TALK}", lea.ground.texts, ".message .text")
    await lea.sees(lea.ground.texts, ".files")
    await lea.sees(lea.ground.texts, ".talk-head h2")


async def test_the_cue_the_customer_and_the_draft(lea: Visit) -> None:
    panel = "[data-region=panel]"
    await lea.page.goto(f"/panel?conversation={TALK}")
    for summary in await lea.page.locator(f"{panel} details > summary").all():
        await summary.evaluate("one => one.parentElement.open = true")
    for place in (".advice", ".why-text", ".who h2", ".known", ".again", ".who .plain-list", ".draft-text", ".notes", ".sources"):
        await lea.sees(lea.ground.texts, f"{panel} {place}")
    await lea.page.locator(f"{panel} .dot").first.focus()
    await lea.sees(lea.ground.texts[-20:-19], f"{panel} .readout")


async def test_a_draft_while_it_is_written(lea: Visit) -> None:
    live, texts = lea.ground.site.application.live, lea.ground.texts
    await lea.page.goto(f"/desk?conversation={WRITING}")
    growing = Growing(tenant_id=DEFAULT_TENANT, conversation_id=WRITING, suggestion_id="growing", kind="reply")
    whole = every(lea.ground.payloads)
    place = lea.page.locator("[data-stream]")
    for end in range(0, len(whole) + 2000, 2000):
        live.grow(growing, whole[:end])
    await expect(place).to_contain_text(texts[-1].split()[-1])
    await lea.sees(texts, "[data-stream]")


async def test_an_article_as_a_source(lea: Visit) -> None:
    """Markdown takes some signs away; what is left stands there as words, each block under its name."""
    await lea.page.goto(f"/panel?conversation={TALK}")
    await lea.page.get_by_role("button", name="Source 1: Article").first.click()
    dialog = lea.page.locator("#source")
    await dialog.locator("summary").click()
    await lea.sees(lea.ground.texts, "#source h2")
    names = [one.name for one in lea.ground.payloads]
    plain = [one.text for one in lea.ground.payloads if one.shape in ATTACKS and not MARKDOWN.search(one.shape)]
    assert len(plain) > 30
    for place in ("#source .passage", "#source .fold .prose"):
        await lea.sees([*names, *plain], place)


async def test_other_sources(lea: Visit) -> None:
    await lea.page.goto(f"/panel?conversation={TALK}")
    for kind in ("Memory", "Promise", "Allowance"):
        await lea.page.locator(f"button.source:has-text('{kind}')").first.click()
        await expect(lea.page.locator("#source")).to_be_visible()
        await lea.sees(lea.ground.texts[:1], "#source")
        await lea.page.keyboard.press("Escape")
    await lea.page.evaluate(OPENS, f"conversation:{TALK}")
    await expect(lea.page.locator("#source .thread-list")).to_be_visible()
    await lea.sees(lea.ground.texts, "#source .thread-list")


async def test_questions_options_and_what_was_asked(lea: Visit) -> None:
    await lea.page.goto(f"/panel?conversation={TALK}")
    await lea.sees(lea.ground.texts, ".grants")
    await lea.sees(lea.ground.texts, ".colleague")
    for tool, places in (("questions", ("",)), ("options", (" .parts",))):
        await lea.page.locator(f"[data-tool={tool}]").click()
        for place in places:
            await lea.sees(lea.ground.texts, f"#tool-{tool}{place}")
    await lea.page.locator("[data-tool=handover]").click()
    await expect(lea.page.locator("#tool-handover .brief")).to_be_visible()
    await lea.sees(lea.ground.texts, "#tool-handover .brief")


async def test_memories(lea: Visit) -> None:
    await lea.reads(f"/customers/{CUSTOMER}/memory", lea.ground.texts, ".item .said")
    await lea.sees(lea.ground.texts, "h1")


async def test_promises(lea: Visit) -> None:
    await lea.reads("/promises", lea.ground.texts, ".item .said")
    await lea.page.locator("[data-act=give]").first.click()
    await lea.sees([], "dialog[open]")


async def test_wrap_up_and_end_of_shift(lea: Visit) -> None:
    await lea.reads(f"/wrap-up/{TALK}", lea.ground.texts, "h1")
    await lea.sees(lea.ground.texts, "[data-promise] .said")
    await lea.reads("/shift", lea.ground.texts, ".shift-list")


async def test_a_handover(lea: Visit) -> None:
    (handover,) = [h for h in await lea.ground.site.application.handovers.offered(CONSOLE) if h.conversation_id == TALK]
    await lea.reads(f"/handovers/{handover.id}", lea.ground.texts, ".bit-story")
    await lea.sees(lea.ground.texts, "h1")


async def test_the_supervisors_view(henrik: Visit) -> None:
    await henrik.page.goto("/supervisor")
    await henrik.page.locator("[data-all]").click()
    await expect(henrik.page.locator("[data-all]")).to_have_count(0)
    await henrik.sees(henrik.ground.texts, "[data-region=conversations]")
    await henrik.sees(henrik.ground.texts, "[data-region=decisions] .ask blockquote")
    await henrik.sees(henrik.ground.texts, "[data-region=decisions] [data-question] .said")
    await henrik.sees([], "[data-region=due]")


async def test_reasons_why_there_is_no_draft(lea: Visit) -> None:
    await lea.reads(f"/panel?conversation={FAILED}", lea.ground.texts, ".reply .notice")
    await lea.page.locator("[data-tool=questions]").click()
    await lea.sees(lea.ground.texts, "#tool-questions")


async def test_errors_of_an_action(lea: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the service says went wrong, in a message at the edge of the page."""

    async def refuses(*_: object) -> None:
        raise Invalid(every(lea.ground.payloads), todo=every(lea.ground.payloads))

    monkeypatch.setattr(type(lea.ground.site.application.decisions), "decide", refuses)
    await lea.page.goto(f"/desk?conversation={TALK}")
    await lea.page.locator("[data-main] [data-act=dismiss]").click()
    await expect(lea.page.locator(".toast")).to_be_visible()
    await lea.sees(lea.ground.texts, ".toast")


async def test_error_pages(lea: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuses(*_: object, **__: object) -> None:
        raise Invalid(every(lea.ground.payloads), todo=every(lea.ground.payloads))

    for one in lea.ground.payloads[:: len(lea.ground.payloads) if not FULL else 1]:
        ref = one.text.replace("\n", " ")[:120]
        await lea.reads(f"/customers/{quote(ref, safe='')}/memory", [ref], "main")
    monkeypatch.setattr("copilot.web.pages.queue.shown", refuses)
    await lea.reads("/desk", lea.ground.texts, "main")


async def test_ones_own_words_and_what_the_check_says(lea: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    words = every(lea.ground.payloads[:20])

    async def finds(*_: object) -> tuple[CheckResult, ...]:
        return (CheckResult(name=every(lea.ground.payloads), outcome="flag", detail=every(lea.ground.payloads), span=(0, len(words))),)

    monkeypatch.setattr(Suggest, "review", finds)
    await lea.page.goto(f"/desk?conversation={TALK}")
    field = lea.page.locator("form.composer textarea")
    await field.fill(words)
    await lea.page.locator("[data-check]").click()
    await expect(lea.page.locator(".finding").first).to_be_visible()
    await lea.sees(lea.ground.texts, ".finding-about")
    await lea.sees(lea.ground.texts[:20], "[data-mirror] mark")
    await field.fill("")


async def test_an_answer_to_ones_question(lea: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = every(lea.ground.payloads)
    source = Source(source=f"article:{ARTICLE}", kind="public", title=whole, may_say=True)
    said = Said(text=whole, sources=(source,))
    answers = [
        Answered(covered=True, sentences=(said,), text=whole, checks=(CheckResult(name="shape", outcome="flag", detail=whole),)),
        Answered(covered=False, reason=whole, nearest=(Nearest(article_id=ARTICLE, title=whole),)),
    ]

    async def answers_with(*_: object) -> Answered:
        return answers.pop(0)

    monkeypatch.setattr(Asking, "ask", answers_with)
    await lea.page.goto(f"/panel?conversation={TALK}")
    await lea.page.locator("[data-tool=ask]").click()
    for sign in ("Put it in my answer", "Not covered"):
        await lea.page.locator("form.ask input").fill("What holds here?")
        await lea.page.locator("form.ask button").click()
        await expect(lea.page.locator("#tool-ask .answer")).to_contain_text(sign)
        await lea.sees(lea.ground.texts, "#tool-ask .answer")


async def test_an_acknowledgement_before_it_is_sent(lea: Visit) -> None:
    await lea.page.goto(f"/desk?conversation={TALK}")
    await lea.page.locator(".talk-acknowledge").click()
    await expect(lea.page.locator("dialog.acknowledging [data-name]")).to_be_visible()
    await expect(lea.page.locator("dialog.acknowledging .draft")).to_contain_text(lea.ground.payloads[0].text)
    await lea.sees(lea.ground.texts, "dialog.acknowledging h2")
    await lea.sees(lea.ground.texts, "dialog.acknowledging .draft")


async def test_a_case_and_why_a_draft_came_about(browser: Browser, ground: Ground) -> None:
    """Cases are stored as whoever wrote them: these were never read by anybody who could have cleaned them."""
    texts = ground.texts
    body = {
        "case": every(ground.payloads),
        "why": every(ground.payloads),
        "ability": "honesty",
        "severity": "high",
        "tags": texts,
        "customer": {"name": every(ground.payloads), "note": every(ground.payloads)},
        "conversation": [{"customer": text, "ago": "1m", "name": text} for text in texts],
        "must_not": [{"say": text, "in": "reply"} for text in texts],
    }
    plain = {"id": "hostile", "name": every(ground.payloads), "source": "made", "origin": "hostile", "made_at": ground.site.clock()}
    draft = {"kind": "reply", "text": every(ground.payloads), "sent": every(ground.payloads)}
    async with ground.site.application.database.write(DEFAULT_TENANT) as records:
        await records.quality.add(QualityCase.model_validate(plain | {"draft": draft, "body": body}))
        talk = await records.conversations.find(TALK)
        assert talk is not None
        reply = next(one for one in await records.suggestions.of_conversation(talk.id) if one.kind == "reply")
    visit = await opened(browser, ground, "qa-quentin")
    await visit.reads("/quality", texts, "[data-region=quality]")
    await visit.reads("/quality/cases/hostile", texts, "[data-region=quality-case] .thread")
    await visit.sees(texts, "[data-region=quality-case] .draft-text")
    await visit.sees(texts, "[data-region=quality-case] .expecteds")
    await visit.reads(f"/quality/drafts/{reply.id}", texts, "main")
    await visit.page.context.close()
    assert visit.guard.happened == []


async def test_the_policy_never_had_to_step_in(browser: Browser, ground: Ground) -> None:
    visit = await opened(browser, ground, "agent-lea", policy=True)
    await visit.reads(f"/desk?conversation={TALK}", ground.texts, ".message .text")
    await visit.page.locator("[data-region=panel] button.source").first.click()
    await expect(visit.page.locator("#source .prose").first).to_be_visible()
    await visit.sees([], "#source")
    await visit.page.context.close()


async def test_names_of_colleagues(lea: Visit) -> None:
    """Last: from here on two of them have another name."""
    loading = Loading(lea.ground.site, lea.ground.payloads)
    for ref in ("agent-lea", "agent-tom"):
        await loading.rename(ref)
    await lea.reads(f"/desk?conversation={TALK}", lea.ground.texts, "#person summary")
    await lea.page.locator("[data-tool=handover]").click()
    await expect(lea.page.locator("#tool-handover .brief")).to_be_visible()
    await lea.sees([], "#tool-handover")
    await lea.reads("/promises", [], "#give")
    await lea.reads("/shift", [], "[data-to]")
