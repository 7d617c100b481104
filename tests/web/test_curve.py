"""The panel's heat."""

from hypothesis import example, given
from hypothesis import strategies as st

from copilot.domain.case import QueueEntry
from copilot.services.conversations.queue import Marked
from copilot.testing.turns import NOW, furious
from copilot.web.panel.curve import mood


@given(base=st.floats(min_value=0, max_value=100))
@example(base=90.52)
def test_the_panel_tells_the_same_heat_as_the_row_beside_it(base: float) -> None:
    """Rounded from 90.52 once it was 91, and by way of 90.5 it was 90."""
    turn = furious(base=base, since=None)
    entry = QueueEntry(
        conversation_id=turn.conversation_id,
        conversation_ref=turn.conversation_ref,
        channel=turn.channel,
        status="open",
        assignee="",
        team="",
        customer_id=None,
        customer_name="",
        since=None,
        base=base,
        trend="steady",
        label="angry",
        turn_id=turn.id,
        contacts_30d=0,
        last_text="",
    )
    row = Marked(entry, mine=False, promise_soon=False).line(NOW, turn.settings)
    assert mood(turn, NOW, waiting=True).heat == round(row.heat)
