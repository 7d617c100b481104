"""Articles nobody looks after."""

from collections.abc import Iterator

from copilot.domain.linting import Finding
from copilot.retrieval.linting.base import Folder, Rule, grave


class Owner(Rule):
    """No owner: nobody hears when customers find it wrong. A draft may wait for one (warning); an HTML page cannot name one."""

    name = "owner"

    def run(self, folder: Folder) -> Iterator[Finding]:
        """One finding an article that is not archived."""
        for page, article in folder.living:
            if page.is_markdown and not article.owner.strip():
                yield self.finding(
                    page, page.field_line("owner"), grave(article), "it has no owner.", "Add the team or person: `owner: name`."
                )
