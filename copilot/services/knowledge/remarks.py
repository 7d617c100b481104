"""Comments of editors on articles and drafts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import new_id
from copilot.domain.editing import ArticleDraft, Comment
from copilot.domain.errors import Invalid, NotFound
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.services.conversations.reading import actor


@dataclass(frozen=True)
class Remarks:
    """Comments, oldest first; each can be settled once."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def of_article(self, tenant: str, article_id: str) -> list[Comment]:
        """Raises NotFound without article and draft."""
        async with self.database.read(tenant) as records:
            await _draft_of(records, article_id)
            return await records.editing.comments(article_id)

    async def say(self, caller: Caller, article_id: str, text: str, quote: str = "") -> Comment:
        """A remark on the article's open draft, if there is one. Raises NotFound without article and draft."""
        if not text.strip():
            raise Invalid("The comment is empty.", todo="Write what should change.")
        async with self.database.write(caller.tenant_id) as records:
            draft = await _draft_of(records, article_id)
            made = Comment(
                id=new_id(),
                article_id=article_id,
                draft_id=draft.id if draft else "",
                quote=quote.strip(),
                text=text.strip(),
                author=caller.who,
                at=self.clock(),
            )
            await records.editing.put_comment(made)
            await records.log.event("article.comment", subject_id=article_id, actor=actor(caller), data={"comment": made.id})
        self.wake(caller.tenant_id)
        return made

    async def resolve(self, caller: Caller, comment_id: str) -> Comment:
        """Settled; the first who says so counts."""
        async with self.database.write(caller.tenant_id) as records:
            comment = await records.editing.comment(comment_id)
            if comment is None:
                raise NotFound(f"There is no comment {comment_id!r}.", todo="List the article's comments.")
            if comment.resolved_at is not None:
                return comment
            who = caller.who
            done = comment.model_copy(update={"resolved_at": self.clock(), "resolved_by": who})
            await records.editing.put_comment(done)
            await records.log.event("article.comment", subject_id=comment.article_id, actor=actor(caller), data={"comment": done.id})
        self.wake(caller.tenant_id)
        return done


async def _draft_of(records: Records, article_id: str) -> ArticleDraft | None:
    draft = await records.editing.draft_of(article_id)
    if draft is None and await records.articles.get(article_id) is None:
        raise NotFound(f"There is no article {article_id!r}.", todo="Search for it, or list the articles.")
    return draft
