"""Articles whose source stays the master: what they say is changed there, what we lay over them is changed here."""

from copilot.domain.errors import Refused
from copilot.domain.knowledge import Article
from copilot.domain.ports.records import Records

THEIRS = ("title", "text", "locale", "status")
"""What only the source changes."""


async def refuse_masters(records: Records, article: Article, present: Article | None) -> None:
    """Raises Refused when `article` changes what its source is the master of."""
    source = await records.imports.master_of(article.id)
    if source is None or present is None:
        return
    changed = [name for name in THEIRS if getattr(article, name) != getattr(present, name)]
    if changed:
        raise Refused(
            f"“{source.name}” is the master of this article: its {' and '.join(changed)} can only be changed there.",
            todo="Change it there and import it again. Levers, audience, owner and tags can be changed here.",
        )
