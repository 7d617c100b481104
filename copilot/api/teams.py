"""For supervisors: how teams are doing. Groups of five or more; nobody's own figures (DESIGN §6)."""

from copilot.api.auth import App, Me
from copilot.api.routing import audience
from copilot.services.quality.figures import Figures

router = audience("teams")


@router.get("/teams/figures")
async def figures(app: App, me: Me) -> Figures:
    """Promises kept, re-asks, change of mood, repeat contacts, by team over 7 and 30 days. A smaller group is too small to show."""
    return await app.day.figuring.of_teams(me.tenant_id)
