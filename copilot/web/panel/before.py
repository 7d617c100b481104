"""The story of somebody who comes from another channel, as the panel opens with it."""

from typing import Final

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Conversation
from copilot.services.conversations.switching import Story
from copilot.services.handovers.briefs import News
from copilot.web.handing import CHANNELS, Part, parts

SHOWN: Final = ("reason", "story", "tried", "promises", "known", "risks")
"""What it was about, what was tried, what was promised, what must not be asked again, what to mind."""


class Before(Frozen):
    """`unfolded`: nobody of us has answered here yet."""

    ref: str
    channel: str
    open: bool
    last_at: Instant
    told: bool
    less_sure: bool
    unfolded: bool
    line: str
    parts: tuple[Part, ...]


def shown(story: Story | None, talk: Conversation) -> Before | None:
    """None: they were in no other channel lately."""
    if story is None:
        return None
    brief = story.brief
    return Before(
        ref=story.conversation_id,
        channel=CHANNELS[story.channel],
        open=story.open,
        last_at=story.last_at,
        told=story.told,
        less_sure=story.less_sure,
        unfolded=not any(message.is_answer for message in talk.messages),
        line=brief.reason,
        parts=tuple(part for part in parts(brief, News(), "ended") if part.name in SHOWN and part.value),
    )
