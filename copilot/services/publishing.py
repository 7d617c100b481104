"""An article enters the record: a new revision, its passages, and everything that has to know of it, in one transaction."""

from collections.abc import Sequence

from copilot.domain.knowledge import Article, Passage
from copilot.domain.ports.records import Records, SavedArticle
from copilot.retrieval.passages import split
from copilot.services.outdating import outdate


async def store(records: Records, article: Article, actor: str, passages: Sequence[Passage] | None = None) -> SavedArticle:
    """Save the article as a new revision if it changed. Every way in ends here: pages, files, imports.

    `passages`: as `split` made them before the transaction, where that may take long.
    """
    saved = await records.articles.save(article, split(article) if passages is None else passages, actor)
    if saved.changed:
        data = {"status": article.status, "revision": saved.article.revision}
        await records.log.event("article.saved", subject_id=article.id, actor=actor, data=data)
        await outdate(records, saved)
    return saved
