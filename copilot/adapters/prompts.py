"""The prompt files: Markdown with front matter, a system part and a user part, Jinja2 inside."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, UndefinedError, meta
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import Field, ValidationError

from copilot.domain.base import Frozen
from copilot.domain.errors import Invalid, NotFound, Unavailable
from copilot.domain.ports.models import ChatMessage, RenderedPrompt

_OTHERS = ("conversation", "records", "knowledge", "candidates", "picks", "actions")
"""Variables that hold what customers, articles and records say."""
_PART = re.compile(r"^<!-- *(system|user) *-->[^\S\n]*\n", re.MULTILINE)


def prompts_folder() -> Path:
    """Where the product's prompts are: beside the package in the repository, inside it in the wheel. Raises Unavailable."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "shipped" / "prompts", package.parent / "prompts"):
        if folder.is_dir():
            return folder
    raise Unavailable("The prompts are missing.", todo="Reinstall the package: it brings them in copilot/shipped/prompts.")


class _Front(Frozen):
    """What stands before the text."""

    name: str = Field(min_length=1, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    version: int = Field(ge=1)
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Prompt:
    id: str
    file: str
    variables: frozenset[str]
    system: Template
    user: Template


class TextPrompts:
    """The Prompts port over texts that were read and checked.

    Values are inserted as they are: nothing in them is read as template or as a part.
    """

    def __init__(self, prompts: Mapping[str, _Prompt]) -> None:
        self._prompts = dict(prompts)

    def names(self) -> tuple[str, ...]:
        """The names of all prompts, sorted."""
        return tuple(sorted(self._prompts))

    def render(self, name: str, variables: Mapping[str, Any]) -> RenderedPrompt:
        """Both parts with the variables filled in. Raises Invalid for missing or unknown ones, NotFound for an unknown prompt."""
        prompt = self._prompts.get(name)
        if prompt is None:
            raise NotFound(f"There is no prompt {name!r}.", todo=f"There are: {', '.join(self.names()) or 'none'}.")
        _same(prompt.variables, set(variables), f"Prompt {name!r}", "was not given", "was given but is not declared")
        try:
            system, user = prompt.system.render(variables), prompt.user.render(variables)
        except (UndefinedError, SecurityError, TypeError) as error:
            raise Invalid(f"Prompt {name!r} ({prompt.file}) could not be rendered: {error}.") from None
        messages = (ChatMessage(role="system", content=system.strip()), ChatMessage(role="user", content=user.strip()))
        return RenderedPrompt(id=prompt.id, messages=messages)

    def instead(self, texts: Mapping[str, str]) -> "TextPrompts":
        """As the port says: such a text takes the same variables, and what others said stands in its user part only."""
        changed = dict(self._prompts)
        for name, text in texts.items():
            before = self._prompts.get(name)
            if before is None:
                raise NotFound(f"There is no prompt {name!r}.", todo=f"There are: {', '.join(self.names()) or 'none'}.")
            named, prompt = _read(f"{name}.md", text)
            if named != name:
                raise Invalid(f"{name}.md calls itself {named!r}.", todo=f"Write `name: {name}` in its front matter.")
            _same(before.variables, prompt.variables, f"{name}.md", "is missing", "is not given to this prompt")
            _try(name, prompt)
            changed[name] = prompt
        return TextPrompts(changed)


class FilePrompts(TextPrompts):
    """The prompts of a folder of `*.md`. Every file is checked here, so that a mistake stops the start and not a draft.

    A file declares `name`, `version` and `variables` in its front matter; then `<!-- system -->` and `<!-- user -->`, each on a
    line of its own, begin its two parts.

    Raises Invalid, naming the file and the variable or part, or NotFound for a folder that is not there.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise NotFound(f"There is no folder {folder} with prompts.")
        prompts: dict[str, _Prompt] = {}
        for path in sorted(folder.glob("*.md")):
            name, prompt = _read(path.name, path.read_text(encoding="utf-8"))
            if name in prompts:
                raise Invalid(f"{path.name} and {prompts[name].file} have the same name {name!r}.", todo="Rename one.")
            prompts[name] = prompt
        super().__init__(prompts)


def _try(name: str, prompt: _Prompt) -> None:
    """Render it once with harmless values. Raises Invalid: a mistake must stop the start and not a draft."""
    values = {variable: f"⟦{variable}⟧" for variable in prompt.variables}
    try:
        system = prompt.system.render(values)
        prompt.user.render(values)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise Invalid(f"{name}.md could not be rendered: {error}.", todo="Insert the variables as they are: {{ name }}.") from None
    said = next((variable for variable in _OTHERS if f"⟦{variable}⟧" in system), "")
    if said:
        raise Invalid(
            f"{name}.md: {said!r} stands in the system part, where it would be read as our instructions.", todo="Move it to the user part."
        )


@cache
def _environment() -> Environment:
    # Prompts are text for a model, not HTML: escaping would put &amp; into every draft.
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )


@lru_cache(maxsize=256)
def _read(file: str, text: str) -> tuple[str, _Prompt]:
    """A prompt and its name. The same text is checked once in a process. Raises Invalid."""
    try:
        metadata, body = frontmatter.parse(text)
    except yaml.YAMLError as error:
        raise Invalid(f"{file}: the front matter is not YAML ({str(error).splitlines()[0]}).") from None
    try:
        front = _Front.model_validate(metadata)
    except ValidationError as error:
        problem = error.errors()[0]
        raise Invalid(f"{file}: front matter field {'.'.join(map(str, problem['loc']))!r}: {problem['msg']}.") from None
    parts = _parts(file, body)
    (system, of_system), (user, of_user) = (_checked(file, parts[name]) for name in ("system", "user"))
    _same(set(front.variables), of_system | of_user, file, "is declared but not used", "is used but not declared")
    prompt = _Prompt(
        id=f"{front.name}@{front.version}:{hashlib.sha256(text.encode()).hexdigest()[:8]}",
        file=file,
        variables=frozenset(front.variables),
        system=system,
        user=user,
    )
    return front.name, prompt


def _parts(file: str, body: str) -> dict[str, str]:
    """{"system": …, "user": …}. Raises Invalid when one is missing, empty or there twice, or when text stands before the first."""
    before, *found = _PART.split(f"{body}\n")
    if before.strip():
        raise Invalid(f"{file}: there is text before the first part.", todo="Begin with a line <!-- system -->.")
    names, texts = found[::2], found[1::2]
    for name in ("system", "user"):
        if names.count(name) != 1:
            problem = "is missing" if name not in names else "is there twice"
            raise Invalid(f"{file}: the part {name!r} {problem}.", todo=f"Begin it once with a line <!-- {name} -->.")
    parts = dict(zip(names, texts, strict=True))
    empty = next((name for name, text in parts.items() if not text.strip()), None)
    if empty is not None:
        raise Invalid(f"{file}: the part {empty!r} is empty.")
    return parts


def _checked(file: str, source: str) -> tuple[Template, set[str]]:
    """A part as a template, and the variables that it uses."""
    environment = _environment()
    try:
        tree = environment.parse(source)
        template = environment.from_string(source)  # unknown filters and tests show only here
    except TemplateSyntaxError as error:
        raise Invalid(f"{file}: {error.message} (line {error.lineno} of its part).") from None
    except TemplateError as error:
        raise Invalid(f"{file}: {error}.") from None
    if next(meta.find_referenced_templates(tree), "") != "":
        raise Invalid(f"{file}: a prompt may not include or import another.", todo="Write it out: one file is what a suggestion records.")
    return template, meta.find_undeclared_variables(tree)


def _same(expected: Iterable[str], found: Iterable[str], where: str, missing: str, unknown: str) -> None:
    """Raises Invalid with the first kind of difference, every variable named."""
    for names, problem in ((set(expected) - set(found), missing), (set(found) - set(expected), unknown)):
        if names:
            listed = ", ".join(sorted(map(repr, names)))
            verb = problem if len(names) == 1 else problem.replace("is ", "are ").replace("was ", "were ")
            raise Invalid(f"{where}: variable {listed} {verb}." if len(names) == 1 else f"{where}: variables {listed} {verb}.")
