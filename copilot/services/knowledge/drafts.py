"""What writing articles reads of the record – drafts, articles, revisions, free ids – and what a draft has to be."""

from copilot.domain.editing import ArticleDraft, Revision
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.knowledge import Article
from copilot.domain.ports.records import Records
from copilot.retrieval import merging
from copilot.retrieval.articles import bound


def complete(article: Article) -> None:
    """Raises Invalid when it cannot be published as it is."""
    sound(article)
    if not article.text.strip():
        raise Invalid("The article is empty.", todo="Write what customers or agents should know.")


def sound(article: Article) -> None:
    """Raises Invalid when it cannot even be kept as a draft. A draft may be empty: it is still being written."""
    if not article.title.strip():
        raise Invalid("The article has no title.", todo="Give it one.")
    if merging.unmerged(article):
        raise Invalid(
            "The text still holds two versions of a passage.", todo="Choose one, and remove the lines with <<<<<<<, ======= and >>>>>>>."
        )
    bound(article.text, article.title[:80])
    ids = [lever.id for lever in article.levers]
    twice = next((ident for ident in ids if ids.count(ident) > 1), None)
    if twice is not None:
        raise Invalid(f"Two levers have the id {twice!r}.", todo="Give each lever its own id.")


async def found(records: Records, draft_id: str) -> ArticleDraft:
    """Open or closed. Raises NotFound."""
    draft = await records.editing.draft(draft_id)
    if draft is None:
        raise NotFound(f"There is no draft {draft_id!r}.", todo="Open the article and begin one.")
    return draft


async def opened(records: Records, draft_id: str) -> ArticleDraft:
    """Raises NotFound, and Conflict for one that is closed."""
    draft = await found(records, draft_id)
    if not draft.open:
        raise Conflict(f"This draft is {draft.state}.", todo="Begin a new one from the article.")
    return draft


async def alone(records: Records, draft_id: str) -> ArticleDraft:
    """An open draft that goes its own way: one of a change of a fact is read and published with all the others."""
    draft = await opened(records, draft_id)
    if draft.change_id:
        raise Conflict("This draft is part of a change of one fact.", todo="Review, publish or discard that change as a whole.")
    return draft


async def article(records: Records, article_id: str) -> Article:
    """Raises NotFound."""
    found = await records.articles.get(article_id)
    if found is None:
        raise NotFound(f"There is no article {article_id!r}.", todo="Search for it, or list the articles.")
    return found


async def revision(records: Records, article_id: str, number: int) -> Revision:
    """Raises NotFound."""
    found = await records.editing.revision(article_id, number)
    if found is None:
        raise NotFound(f"The article {article_id!r} has no revision {number}.", todo="List its revisions.")
    return found


async def no_circle(records: Records, article_id: str, to_id: str) -> None:
    """Raises Invalid when the article would lead to itself."""
    onward = await records.editing.redirect(to_id)
    if to_id == article_id or (onward is not None and onward.to_id == article_id):
        raise Invalid(f"{article_id!r} would lead to itself.", todo="Name another article.")


async def free_id(records: Records, wanted: str) -> str:
    """The id, or with the next number that is free. Raises Invalid for what cannot be one."""
    if any(c.isspace() or not c.isprintable() for c in wanted) or not 0 < len(wanted) <= 200:
        raise Invalid(f"{wanted!r} cannot be an id.", todo="Use up to 200 letters, digits and dashes, without spaces.")
    ident, number = wanted, 1
    while await records.editing.revision(ident, 1) is not None or await records.editing.draft_of(ident) is not None:
        number += 1
        ident = f"{wanted}-{number}"
    return ident
