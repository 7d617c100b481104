"""Figures are of groups: whatever a team did, a small one shows nothing, and neither does one of whom few took part (DESIGN §6)."""

from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.day import TeamFigures
from copilot.services.quality.figures import LEAST, TOO_SMALL, Period, period

COUNTS = st.integers(0, 500)
FIGURES = ("conversations", "promises_due", "promises_kept", "reasks", "mood_change", "repeats")


@st.composite
def teams(draw: st.DrawFn) -> TeamFigures:
    members = draw(st.integers(1, 12))
    due, talks = draw(COUNTS), draw(COUNTS)
    return TeamFigures(
        team="refunds",
        members=members,
        contributors=draw(st.integers(0, members)),
        conversations=talks,
        promises_due=due,
        promises_kept=draw(st.integers(0, due)),
        answers=draw(COUNTS),
        reasks=draw(COUNTS),
        mood_change=draw(st.none() | st.floats(-100, 100)),
        repeats=draw(st.integers(0, talks)),
    )


@given(teams())
def test_a_group_of_fewer_than_five_shows_nothing(team: TeamFigures) -> None:
    shown = period(team, 7)
    big = team.members >= LEAST and team.contributors >= LEAST
    assert shown.shown is big
    if not big:
        assert shown == Period(days=7, shown=False, reason=TOO_SMALL)
        assert [getattr(shown, name) for name in FIGURES] == [None] * len(FIGURES)


@given(teams())
def test_shares_are_shares(team: TeamFigures) -> None:
    shown = period(team.model_copy(update={"members": 9, "contributors": 9}), 30)
    assert (shown.promises_kept is None) == (team.promises_due == 0)
    for share in (shown.promises_kept, shown.repeats):
        assert share is None or 0 <= share <= 1
    assert (shown.reasks is None) == (team.answers == 0)
