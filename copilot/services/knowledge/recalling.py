"""Recall: a published article was wrong. Who was told so, counted for editors and listed for leads; and the corrections they are owed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.checks.facts import places, replaced
from copilot.domain.base import Frozen, new_id
from copilot.domain.conversation import Conversation
from copilot.domain.editing import Revision
from copilot.domain.errors import Invalid, NotFound
from copilot.domain.ports.records import Database, Records
from copilot.domain.recalls import CaseRow, Progress, Recall, RecallCase, SentWords
from copilot.domain.staff import Caller, User
from copilot.domain.tenant import TenantSettings
from copilot.kinds.day_words import day_words
from copilot.services.conversations.reading import actor
from copilot.services.conversations.standing import bare, renewed
from copilot.services.knowledge.told import Wrong, told, wrong_of

BATCH = 500


class Recalled(Frozen):
    """What is recalled. Without `to_revision`: only `from_revision`."""

    article_id: str
    from_revision: int
    to_revision: int | None = None
    wrong: str
    right: str
    note: str = ""


class Counted(Frozen):
    """A recall and how far its corrections are."""

    recall: Recall
    progress: Progress


@dataclass(frozen=True)
class _Told:
    words: SentWords
    sentence: str
    sure: bool


@dataclass(frozen=True)
class Recalling:
    """Finds who was told what turned out wrong."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def preview(self, caller: Caller, given: Recalled) -> Progress:
        """How many messages said so, and how many may have. Nothing is stored."""
        found, _ = await self._found(caller, given)
        sure = sum(one.sure for one in found)
        return Progress(told=sure, may_be=len(found) - sure, open=len(found))

    async def begin(self, caller: Caller, given: Recalled) -> Counted:
        """The recall with a drafted correction for each customer who was told so. Raises Invalid when the revisions do not say it."""
        found, wrong = await self._found(caller, given)
        recall = Recall(
            id=new_id(),
            author=caller.who,
            made_at=self.clock(),
            **given.model_dump(exclude={"to_revision"}),
            to_revision=given.to_revision or given.from_revision,
        )
        async with self.database.write(caller.tenant_id) as records:
            cases = await self._cases(records, recall, found, wrong)
            if not cases:
                recall = recall.model_copy(update={"closed_at": self.clock()})
            await records.recalls.add(recall, cases)
            await records.log.event("recall.made", subject_id=recall.id, actor=actor(caller), data={"cases": len(cases)})
            for case in cases:
                await records.log.event("correction.due", conversation_id=case.conversation_id, subject_id=case.id)
            progress = (await records.recalls.progress([recall.id]))[recall.id]
        self.wake(caller.tenant_id)
        return Counted(recall=recall, progress=progress)

    async def listed(self, tenant: str) -> list[Counted]:
        """Newest first."""
        async with self.database.read(tenant) as records:
            found = await records.recalls.all()
            progress = await records.recalls.progress([recall.id for recall in found])
        return [Counted(recall=recall, progress=progress[recall.id]) for recall in found]

    async def get(self, tenant: str, recall_id: str) -> Counted:
        """Raises NotFound."""
        async with self.database.read(tenant) as records:
            recall = await _recall(records, recall_id)
            progress = (await records.recalls.progress([recall_id]))[recall_id]
        return Counted(recall=recall, progress=progress)

    async def cases(self, tenant: str, recall_id: str) -> list[CaseRow]:
        """Exactly who was told so. Raises NotFound."""
        async with self.database.read(tenant) as records:
            await _recall(records, recall_id)
            return await records.recalls.cases(recall_id)

    async def _found(self, caller: Caller, given: Recalled) -> tuple[list[_Told], Wrong]:
        first, last = given.from_revision, given.to_revision or given.from_revision
        if not given.wrong.strip() or not given.right.strip():
            raise Invalid("A recall says what was wrong and what is right.", todo="Write both.")
        async with self.database.read(caller.tenant_id) as records:
            if await records.articles.get(given.article_id) is None:
                raise NotFound(f"There is no article {given.article_id!r}.", todo="Search for it, or list the articles.")
            revisions = [r for r in await records.editing.revisions(given.article_id) if first <= r.article.revision <= last]
        wrong = await asyncio.to_thread(wrong_of, [r.article for r in revisions], given.wrong.strip(), given.right.strip())
        if not wrong.sources:
            which = f"revision {first}" if first == last else f"revisions {first} to {last}"
            raise Invalid(f"{which.capitalize()} of this article does not say “{given.wrong}”.", todo="Look at its revisions.")
        return await self._told(caller.tenant_id, revisions, wrong), wrong

    async def _told(self, tenant: str, revisions: Sequence[Revision], wrong: Wrong) -> list[_Told]:
        """Everything sent since the first wrong revision was saved: a draft that quotes it may have gone out much later."""
        since, after, found = min(r.saved_at for r in revisions), "", list[_Told]()
        while True:
            async with self.database.read(tenant) as records:
                batch = await records.recalls.sent_since(since, after, BATCH)
            found += await asyncio.to_thread(_matching, [words for _, words in batch], wrong)
            if len(batch) < BATCH:
                return found
            after = batch[-1][0]

    async def _cases(self, records: Records, recall: Recall, found: Sequence[_Told], wrong: Wrong) -> list[RecallCase]:
        """Who was erased since they were found is not there any more."""
        settings, people = await records.admin.settings(), await records.admin.users()
        talks: dict[str, Conversation] = {}
        ids = list(dict.fromkeys(one.words.conversation_id for one in found))
        for start in range(0, len(ids), BATCH):
            talks |= await records.conversations.several(ids[start : start + BATCH])
        there = [one for one in found if one.words.conversation_id in talks]
        return [self._case(recall, one, wrong, talks[one.words.conversation_id], settings, people) for one in there]

    def _case(
        self, recall: Recall, one: _Told, wrong: Wrong, talk: Conversation, settings: TenantSettings, people: Sequence[User]
    ) -> RecallCase:
        sender = one.words.user_id or one.words.author
        user = next((u for u in people if sender and sender in (u.id, u.external_id, u.name)), None)
        return RecallCase(
            id=new_id(),
            recall_id=recall.id,
            conversation_id=talk.id,
            message_id=one.words.message_id,
            customer_id=talk.customer_id,
            user_id=user.id if user else "",
            sure=one.sure,
            told=one.sentence,
            draft=correction(one.sentence, one.words.sent_at, wrong, recall.note, talk, settings, self.clock()),
            told_at=one.words.sent_at,
            changed_at=self.clock(),
        )


def correction(
    sentence: str, told_at: datetime, wrong: Wrong, note: str, talk: Conversation, settings: TenantSettings, now: datetime
) -> str:
    """What we told them and when, what is right, what it means for them, an apology. It repeats only what was told in this conversation.

    So it needs no proof of who they are: nothing in it comes from a record.
    """
    words = day_words(renewed(bare(talk, settings, now), talk, now, settings))
    found = [place for place in places(sentence, wrong.value, wrong.right, words.language) if place.instead is not None]
    right = replaced(sentence, found) if found else wrong.right
    said = words.say("correction", made=words.day(told_at, now), told=_closed(sentence), right=_closed(right))
    parts = (words.say("update_hello_nobody"), said, note.strip(), words.say("correction_end"))
    return " ".join(part for part in parts if part)


def _closed(text: str) -> str:
    text = text.strip()
    return text if text[-1:] in ".!?…" else f"{text}."


def _matching(batch: Sequence[SentWords], wrong: Wrong) -> list[_Told]:
    return [_Told(words, *found) for words in batch if (found := told(words, wrong)) is not None]


async def _recall(records: Records, recall_id: str) -> Recall:
    found = await records.recalls.get(recall_id)
    if found is None:
        raise NotFound(f"There is no recall {recall_id!r}.", todo="List the recalls.")
    return found


def whose(row: CaseRow, people: Mapping[str, User]) -> str:
    """Our id of who corrects it: who takes care of the conversation, else who said it; empty: nobody who works here."""
    named = (u for u in people.values() if row.assignee and row.assignee in (u.id, u.external_id, u.name))
    user = next((u for u in named if u.active), None) or people.get(row.case.user_id)
    return user.id if user is not None and user.active else ""
