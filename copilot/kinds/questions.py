"""questions: what a trusted advisor asks. Each says why it matters and what its answer decides; none asks what is on record."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field

from copilot.domain.errors import Invalid
from copilot.domain.levers import CASE_FACTS
from copilot.domain.memory import KnownDetail
from copilot.domain.suggestion import Abstention, Citation, Draft, Question, QuestionsPayload
from copilot.domain.turn import Turn
from copilot.kinds import case
from copilot.kinds.asked import asks_for_known
from copilot.kinds.base import Kind
from copilot.kinds.citing import Answer
from copilot.kinds.extract import Unit, telling_stems, units
from copilot.kinds.matter import matter
from copilot.kinds.prompting import handles
from copilot.kinds.wording import Wording, wording

MOST = 4
_TO_THE_READER = re.compile(r"\b(?:you|your|Sie|Ihr\w*|du|dein\w*|usted|su|tú|tu|tus)\b")
_FOLLOWS = re.compile(r"^(?:if|then|in that case|for|yes|no|wenn|dann|falls|si|entonces)\b", re.IGNORECASE)
_CHOOSING = re.compile(
    r"\b(?:which|choos\w+|guide|suits?|compare|right for|welche[rsnm]?|passt|vergleich|cuál|elegir|conviene|comparar)\b", re.IGNORECASE
)
_ANSWERED = 0.5
"""Share of a posed question's telling words that a fact on record has to hold to answer it."""


class AskedQuestion(Answer):
    """One question of a model's answer."""

    question: Annotated[str, Field(min_length=1, max_length=300)]
    why: Annotated[str, Field(min_length=1, max_length=400)]
    decides: Annotated[str, Field(min_length=1, max_length=300)]
    source: Annotated[str, Field(max_length=20)] = ""


class QuestionsAnswer(Answer):
    """Two to four questions, in the order to ask them."""

    questions: Annotated[list[AskedQuestion], Field(max_length=8)]


class Found(NamedTuple):
    """A question and the source it stands on (full id; empty: none)."""

    question: Question
    source: str


class Questions(Kind):
    """Situation (to confirm), problem (what is missing), what separates the solutions, what it is worth."""

    name = "questions"
    prompt = "questions"
    answer = QuestionsAnswer
    stream = ()

    def wanted(self, turn: Turn) -> str | None:
        """When a guide was found or something that a resolution needs is unknown."""
        if not turn.waiting or not case.switched_on(turn, self.name) or case.only_thanks(turn, wording(turn)):
            return None
        if any(not a.answered_by for a in turn.evidence.asks) or next(_posed(turn), None):
            return "a guide was found"
        missing = case.missing_needs(turn)
        return f"not on record: {', '.join(f.replace('_', ' ') for f in missing)}" if missing else None

    def abstains(self, turn: Turn) -> Abstention | None:
        """Nothing that would decide anything."""
        words = wording(turn)
        if _candidates(turn, words) if words else self._anything(turn):
            return None
        return Abstention(reason="No question would decide anything: what is needed is on record, and no guide was found.")

    def fallback(self, turn: Turn) -> Draft | Abstention:
        """The guide's own questions, and the fields that are missing or to be confirmed."""
        words = wording(turn)
        if words is None:
            return Abstention(
                reason=f"There are no phrases in the customer's language ({turn.language}). The guide's questions need a translation."
            )
        found = _candidates(turn, words)[:MOST]
        if not found:
            return Abstention(reason="The questions that were found are in another language than the customer's; they need a translation.")
        return _draft(found)

    def variables(self, turn: Turn) -> Mapping[str, Any]:
        """`candidates`: the questions found without a model, as lines."""
        by_source = {source: handle for handle, source in handles(turn).items()}
        lines = [
            f"- [{by_source.get(f.source, '-')}] {f.question.question} (why: {f.question.why} decides: {f.question.decides})"
            for f in _known_of(turn)
        ]
        return {"candidates": "\n".join(lines) or "(none)"}

    def compose(self, turn: Turn, answer: BaseModel) -> Draft | Abstention:
        """Questions that ask for what is on record are left out; raises Invalid when none is left."""
        if not isinstance(answer, QuestionsAnswer):
            raise Invalid("The answer holds no questions.")
        known = handles(turn)
        kept: list[Found] = []
        for asked in answer.questions:
            text = asked.question.strip()
            if asks_for_known(turn, text) or any(text.casefold() == f.question.question.casefold() for f in kept):
                continue
            question = Question(question=text, why=asked.why.strip(), decides=asked.decides.strip())
            kept.append(Found(question, known.get(asked.source.strip().strip("[]").upper(), "")))
        if not kept:
            raise Invalid("Every question asks for what is on record.", todo="Ask what would decide between two solutions.")
        return _draft(kept[:MOST])

    @staticmethod
    def _anything(turn: Turn) -> bool:
        return bool(case.missing_needs(turn)) or any(not a.answered_by for a in turn.evidence.asks) or next(_posed(turn), None) is not None


def _known_of(turn: Turn) -> list[Found]:
    words = wording(turn)
    return _candidates(turn, words) if words else []


def _draft(found: Sequence[Found]) -> Draft:
    """Numbered questions, each with its reason and what it decides."""
    blocks, citations, start = [], [], 0
    for number, (question, source) in enumerate(found, 1):
        head = f"{number}. {question.question}"
        block = f"{head}\n   {question.why}\n   → {question.decides}"
        if source:
            citations.append(Citation(span=(start + len(head) - len(question.question), start + len(head)), source=source))
        blocks.append(block)
        start += len(block) + 1
    payload = QuestionsPayload(questions=tuple(f.question for f in found))
    return Draft(text="\n".join(blocks), payload=payload, citations=tuple(citations))


def _candidates(turn: Turn, words: Wording) -> list[Found]:
    """Every honest question in the order to ask it, none twice, none that asks for a fresh detail."""
    found: list[Found] = []
    for candidate in (
        *_to_confirm(turn, words),
        *_missing(turn, words),
        *_of_guides(turn, words),
        *_of_levers(turn, words),
        *_posed_as(turn, words),
    ):
        asked = candidate.question.question
        if asks_for_known(turn, asked) or any(asked.casefold() == f.question.question.casefold() for f in found):
            continue
        found.append(candidate)
    return found


def _to_confirm(turn: Turn, words: Wording) -> Iterator[Found]:
    """Details that may have changed and matter here: offered, never asked for; only to someone proven."""
    for detail in turn.evidence.known_details:
        if detail.state == "fresh" or not _matters(turn, detail):
            continue
        label = words.label(detail.field)
        source = f"detail:{detail.field}"
        if detail.state == "disputed":
            question = Question(
                question=words.say("disputed_question", label=label), why=words.say("disputed_why"), decides=words.say("disputed_decides")
            )
            yield Found(question, source)
        elif case.may_disclose(turn):
            since = words.day(detail.as_of, turn.as_of)
            question = Question(
                question=words.say("confirm_question", label=label, value=detail.value),
                why=words.say("confirm_why", date=since),
                decides=words.say("confirm_decides"),
            )
            yield Found(question, source)


def _matters(turn: Turn, detail: KnownDetail) -> bool:
    """Whether the field plays a part: a resolution needs it, or it is spoken of."""
    if any(n.field == detail.field for n in turn.evidence.needs):
        return True
    names = case.field_words(detail.field)
    spoken = " ".join([*(m.text for m in turn.waiting), *(p.text for p in turn.evidence.passages[:2] if turn.evidence.coverage.covered)])
    return bool(names & set(re.findall(r"[^\W_]+", spoken.casefold())))


def _missing(turn: Turn, words: Wording) -> Iterator[Found]:
    """What a resolution requires and nobody has given."""
    found = matter(turn, words)
    for field in case.missing_needs(turn):
        article = next((n.article_id for n in turn.evidence.needs if n.field == field), "")
        source = _passage_of(turn, article)
        if source:
            decides = words.say("need_decides_article", title=case.title_of(turn, article))
        else:
            decides = words.say("need_decides", matter=found.text) if found else words.say("need_decides_plain")
        yield Found(Question(question=words.need(field), why=words.say("need_why"), decides=decides), source)


def _of_guides(turn: Turn, words: Wording) -> Iterator[Found]:
    """An editor's questions, where the record does not answer them and the language is the customer's."""
    if case.language_of_asks(turn) != words.language:
        return
    for asked in turn.evidence.asks:
        if asked.answered_by:
            continue
        title = case.title_of(turn, asked.article_id)
        why = asked.ask.why or words.say("guide_why", title=title)
        decides = asked.ask.decides or words.say("guide_decides", title=title)
        yield Found(Question(question=asked.ask.question, why=why, decides=decides), _passage_of(turn, asked.article_id))


def _of_levers(turn: Turn, words: Wording) -> Iterator[Found]:
    """The one fact that decides whether a lever applies."""
    for lever in case.usable_levers(turn):
        unknown = [c.field for c in lever.when.all if c.field not in CASE_FACTS and case.known(turn, c.field) is None]
        if lever.applies != "unknown" or len(unknown) != 1 or not case.askable(unknown[0]):
            continue
        question = Question(
            question=words.need(unknown[0]), why=words.say("lever_why"), decides=words.say("lever_decides", offer=lever.offer)
        )
        yield Found(question, f"lever:{lever.id}")


def _posed(turn: Turn) -> Iterator[tuple[Unit, str]]:
    """Questions that a guide without `asks` poses in its text, each with the sentence that says what follows."""
    with_asks = {a.article_id for a in turn.evidence.asks}
    for passage in case.quotable_passages(turn):
        said = units(passage)
        asked = [u for u in said if u.text.endswith("?") and _TO_THE_READER.search(u.text) and not u.row]
        guide = len(asked) > 1 or _CHOOSING.search(f"{passage.title} {passage.heading}")
        if passage.article_id in with_asks or not asked or not guide:
            continue
        for unit in asked:
            if not _on_record(turn, unit.text):
                after = next((u.text for u in said if u.position == unit.position + 1 and not u.text.endswith("?")), "")
                yield unit, after


def _posed_as(turn: Turn, words: Wording) -> Iterator[Found]:
    for unit, after in _posed(turn):
        title = unit.passage.title
        decides = after if _FOLLOWS.match(after) else words.say("guide_decides", title=title)
        yield Found(Question(question=unit.text, why=words.say("guide_why", title=title), decides=decides), unit.source)


def _on_record(turn: Turn, question: str) -> bool:
    """Whether a fact, a preference or a detail on record, or the customer here, has answered it."""
    language = (turn.language or turn.settings.languages[0])[:2]
    asked = set(telling_stems(question, language))
    known = [m.text for m in turn.evidence.memories if m.kind in ("fact", "preference")]
    known += [f"{d.field.replace('_', ' ')} {d.value}" for d in turn.evidence.known_details if d.state == "fresh"]
    known += [m.text for m in turn.window if m.author == "customer"]
    return any(len(asked & set(telling_stems(text, language))) >= max(1, _ANSWERED * len(asked)) for text in known) if asked else True


def _passage_of(turn: Turn, article_id: str) -> str:
    """The best passage of an article, as a citation's source; empty when none was found."""
    of_it = [p for p in turn.evidence.passages if p.article_id == article_id and p.audience == "public"]
    return f"passage:{of_it[0].passage_id}" if of_it else ""
