"""A topic becomes the draft of an article: by a model where there is one and its text survives, else in colleagues' own sentences.

Nobody publishes it but an editor. It is made of what `answers_of` shows: texts without who asked and who answered.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from copilot.domain.base import Frozen
from copilot.domain.editing import ArticleDraft
from copilot.domain.errors import Unavailable
from copilot.domain.knowledge import Article
from copilot.domain.ports.models import ModelAnswer, ModelRequest
from copilot.domain.ports.records import Database
from copilot.domain.staff import Caller
from copilot.domain.topics import Topic, gaps_of
from copilot.graph.draft import Drafter
from copilot.kinds.citing import Answer
from copilot.kinds.prompting import fenced
from copilot.services.gaps import first_draft
from copilot.services.gaps.topics import GapTopics
from copilot.services.knowledge.editing import Editing

TAG: Final = "from-a-gap"
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_FOREIGN = re.compile("[\u27e6\u27e7]|https?://|www\\.|<[a-z/!]|!\\[|\\]\\(", re.IGNORECASE)
"""Placeholders, links, pictures and HTML: no draft of ours holds them."""


class ArticleAnswer(Answer):
    """What a model writes. `doubts`: for the editor."""

    title: Annotated[str, Field(min_length=3, max_length=160)]
    text: Annotated[str, Field(max_length=8000)]
    doubts: Annotated[str, Field(max_length=1000)] = ""


class Written(Frozen):
    """A draft's title and text, and what the editor is told."""

    title: str
    text: str
    note: str


@dataclass(frozen=True)
class GapDrafts:
    """Writes first drafts."""

    database: Database
    topics: GapTopics
    editing: Editing
    drafter: Drafter
    clock: Callable[[], datetime]

    async def write(self, caller: Caller, gap_id: str) -> ArticleDraft:
        """The open draft that was begun from this topic, or a new one. Raises NotFound and Conflict as `GapTopics.members`."""
        topic = await self.topics.topic(caller.tenant_id, gap_id)
        open_ = await self._begun(caller, topic)
        if open_ is not None:
            return open_
        written = await self._by_model(caller, topic) or _by_colleagues(topic)
        article = Article(
            id="",
            title=written.title,
            text=written.text,
            status="published",
            owner=caller.name or caller.user_id or "",
            tags=(TAG,),
        )
        # Whose words it is made of, questions and answers: when one of these people is erased, it goes with them.
        sources = dict.fromkeys([topic.id, *(answer.gap_id for answer in topic.answers), *topic.quoted])
        return await self.editing.begin(caller, article, origin=f"gap:{','.join(sources)}", note=written.note)

    async def _begun(self, caller: Caller, topic: Topic) -> ArticleDraft | None:
        theirs = set(topic.gap_ids)
        async with self.database.read(caller.tenant_id) as records:
            drafts = await records.editing.drafts(("draft", "in_review", "approved"))
        return next((draft for draft in drafts if theirs & set(gaps_of(draft.origin))), None)

    async def _by_model(self, caller: Caller, topic: Topic) -> Written | None:
        """None without a model, without answers to write from, and when what it wrote may not be shown."""
        if not self.drafter.models.configured or not topic.answers:
            return None
        async with self.database.read(caller.tenant_id) as records:
            company = (await records.admin.settings()).company
        prompt = self.drafter.prompts.render("article", _variables(topic, company))
        request = ModelRequest(
            tenant_id=caller.tenant_id, purpose="article", messages=prompt.messages, answer=ArticleAnswer, max_tokens=2000
        )
        try:
            got = await self.drafter.models.ask(request)
        except Unavailable:
            return None
        await self._spent(caller, got)
        value = got.value
        if not isinstance(value, ArticleAnswer) or not sound(value, topic):
            return None
        note = f"{_origin(topic)} Written by {got.model} from their words; it may have read them wrongly. Read every sentence."
        return Written(title=value.title.strip(), text=value.text.strip(), note=" ".join([note, value.doubts.strip()]).strip()[:2000])

    async def _spent(self, caller: Caller, got: ModelAnswer) -> None:
        async with self.database.write(caller.tenant_id) as records:
            await records.admin.spend(self.clock().date(), got.cost_microusd, got.usage.input_tokens, got.usage.output_tokens)


def sound(value: ArticleAnswer, topic: Topic) -> bool:
    """Whether what a model wrote says something, holds no figure that nobody gave, and nothing that does not belong into an article."""
    given = "\n".join([topic.question, *topic.questions, *(answer.text for answer in topic.answers)])
    written = f"{value.title}\n{value.text}"
    steps = re.sub(r"^\s*\d+[.)]\s", "", written, flags=re.MULTILINE)
    invented = set(_NUMBER.findall(steps)) - set(_NUMBER.findall(given))
    return bool(value.text.strip()) and not invented and not _FOREIGN.search(written)


def _by_colleagues(topic: Topic) -> Written:
    """Colleagues' sentences as they are; without any, the questions, for somebody who knows the answer."""
    said = first_draft.text([answer.text for answer in topic.answers])
    if said:
        return Written(
            title=first_draft.title(topic.question),
            text=said,
            note=f"{_origin(topic)} Their own sentences, without a model. Check each against what holds today.",
        )
    asked = "\n".join(f"- {' '.join(question.split())}" for question in (topic.question, *topic.questions))
    return Written(
        title=first_draft.title(topic.question),
        text=f"Write here what customers should know. They asked:\n\n{asked}",
        note=f"Asked {_times(topic.count)}; nobody's answer is on record, so the answer is yours to write.",
    )


def _origin(topic: Topic) -> str:
    colleagues = "one colleague's answer" if len(topic.answers) == 1 else f"{len(topic.answers)} answers of colleagues"
    return f"Asked {_times(topic.count)}; drafted from {colleagues}."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _variables(topic: Topic, company: str) -> dict[str, str]:
    fence = secrets.token_hex(6)
    return {
        "fence": fence,
        "company": company,
        "question": fenced("question", fence, [topic.question]),
        "wordings": fenced("other wordings", fence, topic.questions),
        "answers": fenced("answers of colleagues", fence, ["\n\n---\n\n".join(answer.text for answer in topic.answers)]),
    }
