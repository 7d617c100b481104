"""Questions to colleagues and their answers."""

import sqlalchemy as sa

from copilot.adapters.database.tables.asked import questions
from copilot.adapters.database.transaction import Group, fields, mine
from copilot.domain.grants import ColleagueQuestion

_ROW = sa.select(*fields(questions, ColleagueQuestion)).where(mine(questions))
_ANSWERED = ("state", "answer", "answered_by", "answered_name", "answered_at", "article_id")


class SqlQuestions(Group):
    """The `ColleagueQuestions` port."""

    async def add(self, question: ColleagueQuestion) -> None:
        await self._db.add(questions, [{name: getattr(question, name) for name in ColleagueQuestion.model_fields}])

    async def get(self, question_id: str) -> ColleagueQuestion | None:
        row = await self._db.row(_ROW.where(questions.c.id == question_id))
        return ColleagueQuestion(**row) if row else None

    async def answer(self, question: ColleagueQuestion) -> bool:
        """Store the answer; False when somebody answered before."""
        open_ = sa.update(questions).where(mine(questions), questions.c.id == question.id, questions.c.state == "open")
        return await self._db.run(open_.values({name: getattr(question, name) for name in _ANSWERED})) == 1

    async def of_conversation(self, conversation_id: str) -> list[ColleagueQuestion]:
        """Oldest first."""
        statement = _ROW.where(questions.c.conversation_id == conversation_id).order_by(questions.c.asked_at, questions.c.id)
        return [ColleagueQuestion(**row) for row in await self._db.rows(statement)]

    async def all(self, *, only_open: bool, limit: int = 200) -> list[ColleagueQuestion]:
        """Newest first."""
        statement = _ROW.order_by(questions.c.asked_at.desc(), questions.c.id.desc()).limit(limit)
        if only_open:
            statement = statement.where(questions.c.state == "open")
        return [ColleagueQuestion(**row) for row in await self._db.rows(statement)]
