"""An article enters the record: a new revision, its passages, and everything that has to know of it, in one transaction."""

from collections.abc import Sequence

from copilot.domain.errors import Refused
from copilot.domain.knowledge import Article, Passage
from copilot.domain.ports.articles import SavedArticle
from copilot.domain.ports.records import Records
from copilot.retrieval.passages import split
from copilot.services.knowledge.outdating import outdate

SOURCE = "source:"
"""How the actor begins when a source brings its own article (`domain.imports.Source.author`)."""


async def store(records: Records, article: Article, actor: str, passages: Sequence[Passage] | None = None) -> SavedArticle:
    """Save the article as a new revision if it changed. Every way in ends here: pages, files, imports.

    Raises Refused for another text of an article whose source is the master, unless the source itself brings it.

    `passages`: as `split` made them before the transaction, where that may take long.
    """
    if not actor.startswith(SOURCE):
        await refuse_mirrored(records, article, await records.articles.get(article.id))
    saved = await records.articles.save(article, split(article) if passages is None else passages, actor)
    if saved.changed:
        data = {"status": article.status, "revision": saved.article.revision}
        await records.log.event("article.saved", subject_id=article.id, actor=actor, data=data)
        await outdate(records, saved)
    return saved


async def refuse_mirrored(records: Records, wanted: Article, present: Article | None) -> None:
    """Raises Refused for another text of an article whose source is the master. Levers, audience and all else may be laid over it."""
    if present is None or (wanted.title, wanted.text.strip()) == (present.title, present.text.strip()):
        return
    master = await records.imports.master_of(present.id)
    if master is not None:
        raise Refused(
            f"The text of {present.id!r} comes from the source {master.name!r}, which is its master.",
            todo="Change it there and import again, or end that it is the master. Levers, audience and owner can be changed here.",
        )
