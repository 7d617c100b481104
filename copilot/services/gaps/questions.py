"""A question to colleagues: asked where knowledge is silent, answered once, and the answer is born a draft article.

The draft is never published by itself, and holds nothing that the record says of the customer: everybody may read articles.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen, new_id
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.grants import ColleagueQuestion, QuestionTo
from copilot.domain.knowledge import Article
from copilot.domain.memory import KnownDetail
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller, User
from copilot.memory import details
from copilot.retrieval.passages import split
from copilot.services.conversations.reading import actor, conversation
from copilot.services.quality.anonymous import without_values
from copilot.services.searching.indexing import Indexes

SEES_ALL: tuple[str, ...] = ("supervisor", "admin")
"""Roles that see every question, because somebody has to notice one that nobody answers."""
TAG = "from-a-colleague"
_TITLE = 120


class Asked(Frozen):
    """A question and whom it goes to. `name`: the team, or the user by id or external id."""

    text: str
    to: QuestionTo = "everyone"
    name: str = ""


@dataclass(frozen=True)
class Questions:
    """Questions and answers between colleagues."""

    database: Database
    indexes: Indexes
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def ask(self, caller: Caller, ref: str, asked: Asked) -> ColleagueQuestion:
        """Put a question to everyone, a team or a person."""
        if not asked.text.strip():
            raise Invalid("The question is empty.", todo="Write what you want to know.")
        async with self.database.write(caller.tenant_id) as records:
            talk = await conversation(records, ref)
            user = await _user(records, caller)
            question = ColleagueQuestion(
                id=new_id(),
                conversation_id=talk.id,
                text=self.privacy.cut(asked.text.strip()),
                to=asked.to,
                to_name=await _addressee(records, asked),
                asked_by=caller.who,
                asked_name=user.name if user else caller.name,
                asked_at=self.clock(),
            )
            await records.questions.add(question)
            await self._tell(records, caller, question, "question.asked")
        self.wake(caller.tenant_id)
        return question

    async def answer(self, caller: Caller, question_id: str, text: str) -> ColleagueQuestion:
        """Answer it, once; the asker is told, and the answer becomes a draft article of the answerer."""
        if not text.strip():
            raise Invalid("The answer is empty.", todo="Write what you know.")
        async with self.database.write(caller.tenant_id) as records:
            question = await _find(records, question_id)
            user = await _user(records, caller)
            if user is None:
                raise Refused("A person answers a question.", todo="Use a key that was created for a user.")
            if caller.role not in SEES_ALL and not _concerns(question, user):
                raise Refused("This question was asked to somebody else.", todo="Tell them, or have it asked to everyone.")
            article = await self._article(records, question, user, self.privacy.cut(text.strip()))
            answered = question.model_copy(
                update={
                    "state": "answered",
                    "answer": self.privacy.cut(text.strip()),
                    "answered_by": user.id,
                    "answered_name": user.name,
                    "answered_at": self.clock(),
                    "article_id": article.id,
                }
            )
            if question.state != "open" or not await records.questions.answer(answered):
                raise Conflict(
                    "This question was answered already.", todo="Read the answer; add to the draft article if it lacks something."
                )
            await records.articles.save(article, split(article), actor(caller))
            await records.log.event("article.saved", subject_id=article.id, actor=actor(caller), data={"status": article.status})
            await self._tell(records, caller, answered, "question.answered")
        await self.indexes.catch_up(caller.tenant_id)
        self.wake(caller.tenant_id)
        return answered

    async def all(self, caller: Caller, *, only_open: bool) -> Sequence[ColleagueQuestion]:
        """Those the caller asked or may answer, newest first; supervisors see all."""
        async with self.database.read(caller.tenant_id) as records:
            found = await records.questions.all(only_open=only_open)
            user = await _user(records, caller)
        mine = caller.who
        return [q for q in found if caller.role in SEES_ALL or q.asked_by == mine or _concerns(q, user)]

    async def of_conversation(self, caller: Caller, ref: str) -> Sequence[ColleagueQuestion]:
        """Oldest first."""
        async with self.database.read(caller.tenant_id) as records:
            return await records.questions.of_conversation((await conversation(records, ref)).id)

    async def _article(self, records: Records, question: ColleagueQuestion, user: User, answer: str) -> Article:
        """A draft for the editors: internal until one of them makes it fit for customers."""
        known = await self._known(records, question.conversation_id)
        asked, said = without_values(question.text, known), without_values(answer, known)
        title = " ".join(asked.split())
        source = f"Source: an answer by {user.name} to a colleague's question, {self.clock():%d %B %Y}."
        return Article(
            id=f"answer-{question.id}",
            title=title if len(title) <= _TITLE else f"{title[: _TITLE - 1].rsplit(' ', 1)[0]}…",
            text=f"{asked}\n\n{said}\n\n{source}",
            status="draft",
            audience="internal",
            owner=user.name,
            tags=(TAG,),
        )

    async def _known(self, records: Records, conversation_id: str) -> tuple[KnownDetail, ...]:
        """What the profile says of the person the conversation is with."""
        talk = await conversation(records, conversation_id)
        customer = await records.customers.find(talk.customer_id) if talk.customer_id else None
        return details.ledger(customer, [], [], self.clock()) if customer is not None else ()

    async def _tell(self, records: Records, caller: Caller, question: ColleagueQuestion, type_: str) -> None:
        await records.log.event(type_, conversation_id=question.conversation_id, subject_id=question.id, actor=actor(caller))


def _concerns(question: ColleagueQuestion, user: User | None) -> bool:
    """Whether it was put to this person, by name, by team, or as one of all."""
    if question.to == "everyone":
        return True
    if user is None:
        return False
    return question.to_name == (user.team if question.to == "team" else user.id)


async def _addressee(records: Records, asked: Asked) -> str:
    """Raises NotFound for a team or person that does not exist."""
    if asked.to == "everyone":
        return ""
    if asked.to == "user":
        user = await records.admin.user(asked.name) if asked.name else None
        if user is None or not user.active:
            raise NotFound(f"There is no user {asked.name!r}.", todo="Check the id, or ask everyone.")
        return user.id
    if not asked.name or not any(user.team == asked.name and user.active for user in await records.admin.users()):
        raise NotFound(f"Nobody is in a team {asked.name!r}.", todo="Check the team's name, or ask everyone.")
    return asked.name


async def _user(records: Records, caller: Caller) -> User | None:
    return await records.admin.user(caller.user_id) if caller.user_id else None


async def _find(records: Records, question_id: str) -> ColleagueQuestion:
    question = await records.questions.get(question_id)
    if question is None:
        raise NotFound(f"There is no question {question_id!r}.", todo="List the questions.")
    return question
