"""The judge's own way to a model: one plain question, one whole answer.

Nothing of the copilot's own way (masking, streaming, repair, fallback models, breakers, its model's settings) takes part, so that a defect
there cannot colour a verdict. Inspect's providers would do; its OpenAI provider needs a release of `openai` that LiteLLM does not allow.
"""

import asyncio
from typing import Any, TypeVar

from tenacity import AsyncRetrying, stop_after_attempt, wait_exponential

from copilot.adapters.models import vendor
from copilot.adapters.models.answers import instructed
from copilot.adapters.prompts import FilePrompts
from copilot.domain.errors import Unavailable
from copilot.domain.ports.models import RenderedPrompt
from evals.answers import prices
from evals.answers.purse import MICRO, Asked, Purse
from evals.answers.store import Store, key_of
from evals.judge.rubrics import PROMPTS
from evals.judge.verdicts import Verdict, last_verdict

MOST_TOKENS = 2000
"""Of an answer, thoughts included."""
PATIENCE_S, TRIES = 120, 3
Answer = TypeVar("Answer", bound=Verdict)


class Judge:
    """Asks for verdicts. `name` as LiteLLM names a model, such as openai/gpt-5."""

    def __init__(self, name: str, base: str = "", store: Store | None = None, purse: Purse | None = None) -> None:
        self.name, self._base = name, base
        self._store, self.purse = store, purse or Purse()
        self.prompts = FilePrompts(PROMPTS)
        self._litellm: Any = None

    async def ask(self, prompt: RenderedPrompt, answer: type[Answer]) -> Answer:
        """The last verdict of its answer; asked once more where there is none.

        Raises Unavailable without a verdict or an answer, BudgetSpent when nothing more may be spent.
        """
        question = {"judge": self.name, "where": self._base, "messages": [one.model_dump() for one in prompt.messages]}
        key = key_of({**question, "schema": answer.model_json_schema()})
        kept = self._store.get(key) if self._store else None
        verdict = last_verdict(str(kept.get("text")), answer) if kept else None
        if verdict is not None:
            self.purse.kept += self.purse.trial is None
            return verdict
        if self.purse.trial is not None:
            self.purse.trial.append(Asked(self.name, prices.tokens(self.name, prompt.messages)))
            raise Unavailable("Nothing is asked in a trial pass.")
        for _ in range(2):
            text = await self._asked(prompt, answer)
            verdict = last_verdict(text, answer)
            if verdict is not None:
                if self._store:
                    self._store.put(key, {"text": text})
                return verdict
        self.purse.fail("The judge gave no verdict.")
        raise NoVerdict("The judge gave no verdict, though it was asked twice.")

    async def close(self) -> None:
        """Its connections."""
        if self._litellm is not None:
            await vendor.hang_up(self._litellm)
            self._litellm = None

    async def _asked(self, prompt: RenderedPrompt, answer: type[Answer]) -> str:
        self.purse.check()
        if self._litellm is None:
            self._litellm = await asyncio.to_thread(vendor.load)
        try:
            said = await self._tried(self._parameters(prompt, answer))
        except Exception as error:  # whatever the vendors' SDKs raise is one question without an answer
            self.purse.fail(f"{self.name}: {type(error).__name__}")
            raise Unavailable(
                f"The judge {self.name} did not answer ({type(error).__name__}: {str(error)[:200]}).", todo="Check its name and its key."
            ) from error
        used = said.usage
        self.purse.pay(round((prices.price(self.name, used.prompt_tokens, used.completion_tokens) or 0.0) * MICRO))
        return str(said.choices[0].message.content or "")

    async def _tried(self, parameters: dict[str, Any]) -> Any:
        trying = AsyncRetrying(stop=stop_after_attempt(TRIES), wait=wait_exponential(0.4, max=10), sleep=asyncio.sleep, reraise=True)
        return await trying(self._litellm.acompletion, **parameters)

    def _parameters(self, prompt: RenderedPrompt, answer: type[Answer]) -> dict[str, Any]:
        beside = self._litellm.supports_response_schema(model=self.name)
        parameters: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": one.role, "content": one.content} for one in instructed(prompt.messages, answer, spell_out=not beside)],
            "max_tokens": MOST_TOKENS,
            "timeout": PATIENCE_S,
            "max_retries": 0,
            "num_retries": 0,
            "drop_params": True,
            "no-log": True,
        }
        if beside:
            parameters["response_format"] = answer
        if self._base:
            parameters["api_base"] = self._base
            if not self._litellm.validate_environment(self.name)["keys_in_environment"]:
                parameters["api_key"] = "none"  # the clients insist on a key; a server of one's own wants none
        return parameters


class NoVerdict(Unavailable):
    """It answered, and there was no verdict in it."""
