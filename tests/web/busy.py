"""The sample company in the middle of a day: asks, a handover, a question and a memory wait. For looking at every page."""

from datetime import datetime, timedelta

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.case import SentText
from copilot.domain.conversation import Conversation
from copilot.domain.experiments import Experiment
from copilot.domain.knowledge import Limit
from copilot.domain.ports.records import Records
from copilot.domain.recalls import Recall, RecallCase
from copilot.domain.scorecards import Mark, Rubric
from copilot.domain.suggestion import HandoverPayload, Suggestion
from copilot.services.conversations.grants import AskedFor
from copilot.services.gaps.questions import Asked
from copilot.services.handovers.offering import Offer
from copilot.services.knowledge.facts import Chosen
from copilot.services.knowledge.importing import Wanted
from copilot.services.quality.candidates import RunGiven
from copilot.services.quality.case_making import Marked
from copilot.services.quality.scorecard_drawing import MOST, Period
from copilot.services.quality.scoring import Given, Shown
from copilot.testing.application import settle
from tests.web.cast import answer, caller
from tests.web.site import Site

MARTA = "live-marta-refund"
FACT = "24 hours"


async def arrange(site: Site) -> str:
    """Returns the id of the handover that waits."""
    app = site.application
    lea, priya = await caller(site, "agent-lea"), await caller(site, "agent-priya")
    why = "Ten years with us, promised by Friday twice, and nobody wrote. The refund itself is on its way; this is for the wait."
    await app.grants.ask(lea, MARTA, AskedFor(offer="travel credit", limit=_euros(40), reason=why))
    why = "Second bag in one year, and the suit for the wedding was in it."
    await app.grants.ask(priya, "live-kofi-bag", AskedFor(limit=_euros(75), reason=why))
    await app.questions.ask(lea, "live-noor-cello", Asked(text="Does a cello need a seat of its own on the small aircraft to Bergen?"))
    await site.say("live-elena-address", "Please only write to me by e-mail. My mother has died, I cannot talk on the phone.")
    await answer(site, "agent-lea", "live-elena-address", "I am very sorry, Elena. We write to you by e-mail from now on.")
    await site.say("live-elena-address", "Thank you. Can you change the address then?")
    tom = await caller(site, "agent-tom")
    await app.day.owing.absent(await caller(site, "agent-jonas"), "me", site.clock() + timedelta(days=3), tom.user_id)
    handover = await app.handovers.offer(lea, "live-katharina-annulliert", Offer(to_team="Journeys", brief=BRIEF))
    return handover.id


async def imported(site: Site) -> str:
    """Returns the id of an import of two files, one of which was refused."""
    me = await caller(site, "editor-edith")
    importing = site.application.importing
    started = await importing.begin(me.tenant_id, Wanted(source="Help centre", master=True), f"user:{me.user_id}")
    for position, (name, text) in enumerate((("pets.md", "# Pets\n\nDogs fly too."), ("broken.md", "---\nid: [\n---\n\nText."))):
        await importing.receive(me.tenant_id, started.id, position, name, text.encode())
    await importing.start(me.tenant_id, started.id, f"user:{me.user_id}")
    await settle(site.application)
    return started.id


async def changed(site: Site) -> str:
    """Returns the id of a change of one fact that waits for its second reader."""
    facts, me = site.application.facts, await caller(site, "editor-edith")
    found = await facts.search(me, FACT, "36 hours")
    chosen = tuple(place.id for place in found.places if place.by_rule and place.holder == "article")
    return (await facts.begin(me, Chosen(old=FACT, new="36 hours", places=chosen, note="From March on."))).id


async def recalled(site: Site) -> str:
    """Returns the id of a recall with one correction that Lea owes, for somebody who was told so for sure, and one who may have been."""
    lea, at = await site.person("agent-lea"), site.clock()
    about = {"id": "recall", "article_id": "refunds-how-long", "from_revision": 1, "to_revision": 1, "wrong": "5 days", "right": "10 days"}
    recall = Recall.model_validate(about | {"author": lea.id, "made_at": at})
    cases = []
    async with site.application.database.write(DEFAULT_TENANT) as records:
        for number, ref in enumerate((MARTA, "live-kofi-bag")):
            talk = await records.conversations.find(ref)
            assert talk is not None
            await records.conversations.change(talk.id, assignee=lea.id)
            given = {"recall_id": recall.id, "conversation_id": talk.id, "message_id": talk.messages[0].id, "customer_id": talk.customer_id}
            told = {"told": "Your refund takes 5 days.", "draft": "Hello, it takes 10 days. I am sorry.", "told_at": at, "changed_at": at}
            cases.append(RecallCase.model_validate(given | told | {"id": f"case-{number}", "user_id": lea.id, "sure": number == 0}))
        await records.recalls.add(recall, cases)
    return recall.id


async def judged(site: Site) -> dict[str, str]:
    """A case that waits, of Marta's reply, and two published runs. Ids of the `case` and the `suggestion`."""
    app, quentin = site.application, await caller(site, "qa-quentin")
    async with app.database.read(DEFAULT_TENANT) as records:
        talk = await records.conversations.find(MARTA)
        assert talk is not None
        reply = next(one for one in await records.suggestions.of_conversation(talk.id) if one.kind == "reply")
    words = reply.text.split(". ")[0]
    marked = Marked(suggestion_id=reply.id, side="must_not", words=words, ability="honesty", severity="high", tags=("refund",))
    case = await app.quality.making.mark(await caller(site, "agent-lea"), marked)
    for number, counts in enumerate(((122, 4), (138, 3))):
        figures = [
            {"metric": name, "version": 1, "value": k / 150, "low": max(0, k / 150 - 0.05), "high": k / 150 + 0.04, "n": 150, "k": k}
            | {"better": better}
            for name, k, better in zip(("as expected", "asks what is on record"), counts, ("higher", "lower"), strict=True)
        ]
        tried = {"model": "openai/gpt-4.1-mini", "prompts": "shorter"} if number else {}
        given = {"name": f"cases-2026030{number}", "made_at": site.clock() - timedelta(days=2 - number), "tried": tried, "figures": figures}
        await app.quality.cases.publish(quentin, RunGiven.model_validate(given))
    return {"case": case.id, "suggestion": reply.id}


async def tried(site: Site, *, over: bool = False) -> str:
    """Returns the id of an experiment that runs: 64 conversations of the past, in which the variant's replies were used less often.

    `over`: stopped for it.
    """
    app, at = site.application, site.clock()
    made = {"id": "tried", "name": "Shorter replies", "kinds": ("reply",), "model": "openai/gpt-4.1-mini", "share": 0.5, "salt": "ab" * 32}
    why = "Agents cut the third paragraph of most replies: a shorter draft should be changed less."
    plan = {"reason": why, "conversations": 400, "budget_microusd": 20_000_000, "begins_at": at - timedelta(days=3)}
    quentin = await site.person("qa-quentin")
    experiment = Experiment.model_validate(made | plan | {"made_by": quentin.id, "made_at": at - timedelta(days=3)})
    async with app.database.write(DEFAULT_TENANT) as records:
        await records.experiments.add(experiment)
        for number in range(64):
            await _drafted(records, number, at - timedelta(hours=number))
    if over:
        results = await app.quality.experiments.measured(DEFAULT_TENANT, experiment)
        await app.quality.experiments.finish(DEFAULT_TENANT, experiment, "harm", results)
    return experiment.id


async def _drafted(records: Records, number: int, at: datetime) -> None:
    """A reply of a conversation of its own, and what became of it."""
    variant = number % 2 == 1
    said = {"id": f"tried-{number}-m", "external_id": "m1", "author": "customer", "text": "Where is it?", "sent_at": at}
    talk = Conversation.model_validate({"id": f"tried-{number}", "external_id": f"tried-{number}", "channel": "chat", "messages": (said,)})
    talk = await records.conversations.upsert(talk.model_copy(update={"status": "closed"}))
    turn = await records.turns.mint(f"tried-{number}-t", talk.id, [], at)
    arm = {"experiment_id": "tried", "arm": "variant" if variant else "control", "producer": "model", "prompt": "reply@1:0a1b2c3d"}
    made = {"model": "openai/gpt-4.1-mini" if variant else "openai/gpt-4.1", "cost_microusd": 900 if variant else 4100}
    checks = [{"name": "unsupported", "outcome": "flag", "detail": "no source"}] if number % 9 == 0 else []
    state = "withheld" if number % 16 == 3 else "proposed"
    spent = {"latency_ms": 1400.0 + 13 * number - 500 * variant, "usage": {"input_tokens": 2900, "output_tokens": 170, "calls": 1}}
    draft = {"id": f"tried-{number}-s", "turn_id": turn.id, "kind": "reply", "text": "It is here.", "state": state, "checks": checks}
    await records.suggestions.put(Suggestion.model_validate(draft | arm | made | spent))
    if state == "proposed" and number % 8 in ((0, 2, 4) if not variant else (1,)):
        text = {"id": f"tried-{number}-x", "conversation_id": talk.id, "message_id": talk.messages[0].id, "suggestion_id": draft["id"]}
        sent = {"text": "It is here.", "edit_distance": 0.05 * (number % 5), "sent_at": at}
        await records.suggestions.put_sent(SentText.model_validate(text | sent))
    await records.turns.retire(talk.id)


async def scored(site: Site) -> dict[str, str]:
    """Scorecards of all that was closed in the last two weeks: all but two rated, one of Tom's disputed. Ids of a `scorecard` to rate.

    Fewer than are wanted, so that each is drawn: who is in it is no matter of chance.
    """
    work, ada = site.application.scorecards, await caller(site, "admin-ada")
    quentin = await caller(site, "qa-quentin")
    await work.having.switch(ada, True, "Refunds were promised without a date last month; we want to see whether that has changed.")
    until = site.clock()
    sample = await work.drawing.draw(quentin, Period(since=until - timedelta(days=14), until=until, wanted=MOST, twice=0.4))
    rubric = (await work.having.rubric(DEFAULT_TENANT)).rubric
    listed = await work.scoring.listed(quentin, sample.id)
    for number, one in enumerate(listed[:-2]):
        shown = await work.scoring.shown(quentin, one.id)
        await work.scoring.rate(quentin, one.id, _marks(shown, rubric, number))
        if one.twice and number % 3:
            await work.scoring.rate(ada, one.id, _marks(shown, rubric, number + number % 2))
    tom = await caller(site, "agent-tom")
    mine = (await work.scoring.own(tom)).cards
    await work.scoring.answer(tom, mine[0].scored.card.id, "I gave the day on the phone; the note has it. Please listen to it.", True)
    return {"scorecard": listed[-1].id}


def _marks(shown: Shown, rubric: Rubric, number: int) -> Given:
    """Mostly what was measured, with a comment on the first answer."""
    answer = next(message for message in shown.conversation.messages if message.is_answer)
    marks = []
    for place, point in enumerate(rubric.points):
        measured = next((one for one in shown.measured if one.measure == point.measure), None)
        level = measured.level(point.best) if measured else None if point.point in ("handover", "ownership", "silence") else point.best
        level = max(0, level - 1) if level and (number + place) % 7 == 0 else level
        comment = "The sum is named; the day on which it arrives is not." if point.point == "promise" else ""
        marks.append(Mark(point=point.point, level=level, comment=comment, message_id=answer.id if comment else None))
    return Given(marks=tuple(marks), note="Calm and plain. One date more, and nothing would be open.")


def _euros(amount: int) -> Limit:
    return Limit.model_validate({"amount": amount, "currency": "EUR"})


BRIEF = HandoverPayload.model_validate(
    {
        "urgency": "She stands at the airport; the last flight today leaves in three hours.",
        "reason": "Rebooking onto a partner's flight needs the Journeys team.",
        "story": ["Her flight was cancelled this morning.", "She asks for a seat today, not tomorrow."],
        "tried": ["Looked for our own flights: both are full."],
        "promises": [],
        "emotion": "Tense, and polite so far.",
        "known": ["Booking reference and e-mail are on record: do not ask again."],
        "actions": [],
        "if_then": ["If the partner has no seat: hotel and the first flight tomorrow."],
        "risks": ["She mentioned a connection she must not miss."],
        "introduction": "Frau Vogel, {next agent} bucht Flüge bei Partnern um und kennt Ihren Fall.",
    }
)


async def write(site: Site) -> str:
    """Edith is writing in a published article, with something to mend; returns the draft's id."""
    me = await caller(site, "editor-edith")
    editing = site.application.editing
    draft = await editing.edit(me, "refunds-how-long")
    text = draft.article.text.replace("\n\n", "\n\nSee also [what we owe you](what-we-owe-you).\n\n", 1)
    return (await editing.save(me, draft.id, draft.version, draft.article.model_copy(update={"text": text}))).id
