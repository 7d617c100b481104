"""reply: the answer to the customer's unanswered messages. Warm, competent, warm (CRAFT, Replies)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from copilot.domain.errors import Invalid
from copilot.domain.suggestion import Abstention, Draft, ReplyPayload
from copilot.domain.turn import Turn
from copilot.kinds.base import Kind
from copilot.kinds.case import broken_promise, only_thanks, switched_on, touches_record
from copilot.kinds.citing import Answer, Quotes, placed
from copilot.kinds.composing import shortened
from copilot.kinds.prompting import handles, stance
from copilot.kinds.reply_plain import plain_reply
from copilot.kinds.wording import wording


class ReplyAnswer(Answer):
    """What the model returns. `abstain`: what is missing when the evidence does not answer; then the texts are empty."""

    acknowledgement: Annotated[str, Field(max_length=2000)]
    resolution: Annotated[str, Field(max_length=4000)]
    next_step: Annotated[str, Field(max_length=1500)]
    abstain: Annotated[str, Field(max_length=600)] = ""
    citations: Quotes = []


class Reply(Kind):
    """Names the person and the thing, resolves it from cited passages, says what happens next; silent where knowledge is."""

    name = "reply"
    prompt = "reply"
    answer = ReplyAnswer
    stream = ("acknowledgement", "resolution", "next_step")

    def wanted(self, turn: Turn) -> str | None:
        """When a customer waits for an answer."""
        return "a customer waits for an answer" if turn.waiting and switched_on(turn, self.name) else None

    def abstains(self, turn: Turn) -> Abstention | None:
        """Nobody waits, knowledge does not cover it, or contradicts itself. Thanks need no knowledge, nor does asking for proof."""
        if not turn.waiting:
            return Abstention(reason="Nobody waits for an answer: an agent spoke last. Promises still open are on the customer card.")
        if only_thanks(turn, wording(turn)) or touches_record(turn):
            return None
        coverage = turn.evidence.coverage
        if coverage.covered and coverage.conflict and not turn.evidence.asks:
            # Where a guide was found, figures differ by product: its questions decide, not its owner.
            return _conflict(turn)
        return None if coverage.covered or broken_promise(turn) else _uncovered(turn)

    def fallback(self, turn: Turn) -> Draft | Abstention:
        """Phrases for the case, and whole sentences of public passages."""
        return plain_reply(turn)

    def variables(self, turn: Turn) -> Mapping[str, Any]:
        """`stance`: what this case allows and forbids, in words."""
        return {"stance": stance(turn)}

    def compose(self, turn: Turn, answer: BaseModel) -> Draft | Abstention:
        """The three paragraphs; raises Invalid when there is nothing to send and no reason why."""
        if not isinstance(answer, ReplyAnswer):
            raise Invalid("The answer is no reply.")
        parts = [part.strip() for part in (answer.acknowledgement, answer.resolution, answer.next_step)]
        if answer.abstain.strip() and not parts[1]:
            return Abstention(reason=answer.abstain.strip())
        text = "\n\n".join(part for part in parts if part)
        if not text:
            raise Invalid("The reply is empty.", todo="Write it, or say in `abstain` what is missing.")
        payload = ReplyPayload(acknowledgement=parts[0], resolution=parts[1], next_step=parts[2])
        return Draft(text=text, payload=payload, citations=placed(text, answer.citations, handles(turn)))


def _uncovered(turn: Turn) -> Abstention:
    """Why silence, and what would help."""
    coverage = turn.evidence.coverage
    because = coverage.reason.rstrip(". ") or f"the best passage scores {coverage.score:.2f}, and {coverage.threshold:.2f} is needed"
    return Abstention(
        reason=f"{because}. Send the acknowledgement with a time, and ask whoever owns the subject; "
        "dismissing this as “knowledge missing” tells the editors."
    )


def _conflict(turn: Turn) -> Abstention:
    """Both sides, with what separates them."""
    hits = {p.passage_id: p for p in turn.evidence.passages}
    sides = [hits[i] for i in turn.evidence.coverage.conflict if i in hits]
    shown = []
    for hit in sides[:3]:
        dated = f", valid from {hit.valid_from:%d %B %Y}" if hit.valid_from else ""
        shown.append(f"“{hit.title}”{dated}: “{shortened(hit.text, 160)}”")
    if not shown:
        return Abstention(reason="Articles contradict each other on this question. Ask their owner which holds before you answer.")
    return Abstention(
        reason="Articles contradict each other. "
        + " | ".join(shown)
        + " Ask the customer for what separates them (a date, a place, a fare), "
        "or the article's owner which holds."
    )
