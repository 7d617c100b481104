"""For agents: a question answered from knowledge and this customer's history; and where both are silent, by a colleague."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query

from copilot.api import examples
from copilot.api.asked import AnsweredView, QuestionsView, QuestionView
from copilot.api.auth import App, Me
from copilot.api.bodies import AnswerIn, AskIn, QuestionIn, example
from copilot.api.connections import Ref
from copilot.api.routing import audience
from copilot.bootstrap import Application
from copilot.domain.grants import ColleagueQuestion
from copilot.domain.staff import Caller
from copilot.services.gaps.questions import Asked

router = audience("questions")


async def _shown(app: Application, me: Caller, found: Sequence[ColleagueQuestion]) -> list[QuestionView]:
    refs: dict[str, str] = {}
    for ident in {question.conversation_id for question in found}:
        refs[ident] = (await app.reading.thread(me.tenant_id, ident)).conversation.external_id
    return [QuestionView.of(question, refs[question.conversation_id], me) for question in found]


@router.post("/conversations/{ref:path}/ask")
async def ask(app: App, me: Me, ref: Ref, given: Annotated[AskIn, example(examples.ASK)]) -> AnsweredView:
    """Answered from knowledge, public and internal, and this customer's history, each sentence with its sources; or not covered.

    Nothing is stored but that it happened.
    """
    answer = await app.asking.ask(me, ref, given.question)
    thread = await app.reading.thread(me.tenant_id, ref)
    return AnsweredView.of(answer, {m.id: m.external_id for m in thread.conversation.messages if m.external_id})


@router.post("/conversations/{ref:path}/questions", status_code=201)
async def ask_colleagues(app: App, me: Me, ref: Ref, given: Annotated[QuestionIn, example(examples.QUESTION)]) -> QuestionView:
    """Ask everyone, a team or a person. The answer comes as the event `question.answered`."""
    asked = Asked(text=given.text, to=given.to, name=given.name)
    return (await _shown(app, me, [await app.questions.ask(me, ref, asked)]))[0]


@router.get("/conversations/{ref:path}/questions")
async def of_conversation(app: App, me: Me, ref: Ref) -> QuestionsView:
    """What was asked in a conversation, with the answers, oldest first."""
    return QuestionsView(questions=await _shown(app, me, await app.questions.of_conversation(me, ref)))


@router.get("/questions")
async def questions(
    app: App, me: Me, only_open: Annotated[bool, Query(alias="open", description="Only those that wait for an answer.")] = False
) -> QuestionsView:
    """Questions you asked or may answer, newest first; supervisors see all."""
    return QuestionsView(questions=await _shown(app, me, await app.questions.all(me, only_open=only_open)))


@router.post("/questions/{question_id}/answer")
async def answer(app: App, me: Me, question_id: str, given: Annotated[AnswerIn, example(examples.ANSWER)]) -> QuestionView:
    """Answer it, once. The answer is also born a draft article of yours, without what the record says of the customer."""
    return (await _shown(app, me, [await app.questions.answer(me, question_id, given.text)]))[0]
