"""Agents say that a passage is wrong; editors answer, and the agent hears back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copilot.domain.base import new_id
from copilot.domain.curation import Flag, FlagReason
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database
from copilot.domain.staff import Caller
from copilot.services.conversations.reading import actor, conversation


@dataclass(frozen=True)
class Flags:
    """Flags of a tenant. Whoever answers customers may raise one; editors answer it, once."""

    database: Database
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def raise_(self, caller: Caller, passage_id: str, reason: FlagReason, note: str = "", ref: str = "") -> Flag:
        """Flag a passage (or an article by its id), in a conversation if `ref` names one. The same by the same person is one flag."""
        if caller.user_id is None:
            raise Refused("A flag belongs to a person.", todo="Use a key that was created for a user (keys create --user).")
        article_id, of_passage, _ = passage_id.partition("~")
        async with self.database.write(caller.tenant_id) as records:
            if await records.articles.get(article_id) is None:
                raise NotFound(f"There is no article {article_id!r}.", todo="It may have been taken away since.")
            own = await records.curation.flags(("open",), article_id=article_id, author=caller.user_id)
            passage = passage_id if of_passage else ""
            for before in own:
                if before.passage_id == passage:
                    return before
            talk = await conversation(records, ref) if ref else None
            turn = await records.turns.current_status(talk.id) if talk else None
            flag = Flag(
                id=new_id(),
                article_id=article_id,
                passage_id=passage,
                conversation_id=talk.id if talk else "",
                turn_id=turn.id if turn else "",
                reason=reason,
                note=self.privacy.cut(note.strip()),
                author=caller.user_id,
                author_name=caller.name,
                flagged_at=self.clock(),
            )
            await records.curation.put_flag(flag)
            await records.log.event("article.flagged", subject_id=article_id, actor=actor(caller), data={"flag": flag.id})
        self.wake(caller.tenant_id)
        return flag

    async def answer(self, caller: Caller, flag_id: str, state: Literal["fixed", "kept"], answer: str) -> Flag:
        """What became of it, in words; the agent who raised it is told."""
        if not answer.strip():
            raise Invalid("The answer is empty.", todo="Tell the agent in a sentence what you did, or why it stays.")
        async with self.database.write(caller.tenant_id) as records:
            flag = await records.curation.flag(flag_id)
            if flag is None:
                raise NotFound(f"There is no flag {flag_id!r}.", todo="List the flags.")
            if flag.state != "open":
                raise Conflict("This flag was answered already.", todo="Read the answer.")
            done = flag.model_copy(
                update={
                    "state": state,
                    "answer": answer.strip(),
                    "answered_by": caller.who,
                    "answered_at": self.clock(),
                }
            )
            await records.curation.put_flag(done)
            data = {"flag": flag.id, "state": state}
            await records.log.event("article.flag_answered", subject_id=flag.article_id, actor=actor(caller), data=data)
        self.wake(caller.tenant_id)
        return done

    async def of(self, caller: Caller, *, only_open: bool = False, article_id: str = "") -> list[Flag]:
        """Newest first: for editors all, for others their own."""
        mine = "" if caller.role in ("editor", "admin") else caller.who
        async with self.database.read(caller.tenant_id) as records:
            return await records.curation.flags(("open",) if only_open else ("open", "fixed", "kept"), article_id=article_id, author=mine)
