"""What is judged, by which prompt, and how a question is put. One prompt file each, one entry here."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from copilot.domain.ports.models import Prompts, RenderedPrompt
from copilot.kinds.prompting import fenced
from copilot.memory.sentences import sentences
from evals.judge.material import Material, Setting

PROMPTS = Path(__file__).parent / "prompts"
Name = Literal["empathy", "handover", "questions", "options", "entailment"]


@dataclass(frozen=True)
class Rubric:
    """One thing that is judged, and the kind whose text it is judged by. Both ways of asking stand in one prompt: they share its rules."""

    name: Name
    kind: str
    pairs: bool = True
    """Whether two drafts can be put beside each other."""

    def points(self, prompts: Prompts, material: Material) -> RenderedPrompt:
        """The question for one draft."""
        return self._pair(prompts, material.setting, material.text, None)

    def pair(self, prompts: Prompts, setting: Setting, first: str, second: str) -> RenderedPrompt:
        """The question for two drafts of one case."""
        return self._pair(prompts, setting, first, second)

    def _pair(self, prompts: Prompts, setting: Setting, first: str, second: str | None) -> RenderedPrompt:
        fence = _fence(self.name, setting)
        marks = ("draft", "") if second is None else ("first draft", "second draft")
        told = {
            "pair": second is not None,
            "first": fenced(marks[0], fence, [first]),
            "second": fenced(marks[1], fence, [second]) if second is not None else "",
        }
        return prompts.render(self.name, _evidence(setting, fence) | told)


def entailment(prompts: Prompts, material: Material) -> tuple[RenderedPrompt, list[str]]:
    """The question whether each sentence stands in its evidence, and the sentences."""
    found = [" ".join(one.text.split()) for one in sentences(material.text)]
    fence = _fence("entailment", material.setting)
    numbered = [f"{number}. {one}" for number, one in enumerate(found, 1)]
    return prompts.render("entailment", _evidence(material.setting, fence) | {"sentences": fenced("sentences", fence, numbered)}), found


def _evidence(setting: Setting, fence: str) -> dict[str, object]:
    return {
        "fence": fence,
        "now": setting.now,
        "speaker": setting.speaker,
        "conversation": fenced("conversation", fence, setting.conversation),
        "records": fenced("records", fence, setting.records),
        "knowledge": fenced("knowledge", fence, setting.knowledge),
    }


def _fence(name: str, setting: Setting) -> str:
    """The same for the same case, so that the same question comes out; `fenced` takes it out of the texts."""
    return hashlib.sha256(f"{name} {setting.model_dump_json()}".encode()).hexdigest()[:12]


CATALOGUE: dict[str, Rubric] = {
    rubric.name: rubric
    for rubric in (
        Rubric("empathy", "reply"),
        Rubric("handover", "handover"),
        Rubric("questions", "questions"),
        Rubric("options", "options"),
        Rubric("entailment", "reply", pairs=False),
    )
}
