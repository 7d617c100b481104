"""The prompt files: Markdown with front matter, a system part and a user part, Jinja2 inside."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


class FilePrompts:
    """The Prompts port over a folder of `*.md`. Every file is checked here, so that a mistake stops the start and not a draft.

    A file declares `name`, `version` and `variables` in its front matter; then `<!-- system -->` and `<!-- user -->`, each on a
    line of its own, begin its two parts. Values are inserted as they are: nothing in them is read as template or as a part.

    Raises Invalid, naming the file and the variable or part, or NotFound for a folder that is not there.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise NotFound(f"There is no folder {folder} with prompts.")
        self._prompts: dict[str, _Prompt] = {}
        environment = _environment()
        for path in sorted(folder.glob("*.md")):
            name, prompt = _read(path, environment)
            if name in self._prompts:
                raise Invalid(f"{path.name} and {self._prompts[name].file} have the same name {name!r}.", todo="Rename one.")
            self._prompts[name] = prompt

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


def _environment() -> Environment:
    # Prompts are text for a model, not HTML: escaping would put &amp; into every draft.
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )


def _read(path: Path, environment: Environment) -> tuple[str, _Prompt]:
    text = path.read_text(encoding="utf-8")
    try:
        metadata, body = frontmatter.parse(text)
    except yaml.YAMLError as error:
        raise Invalid(f"{path.name}: the front matter is not YAML ({str(error).splitlines()[0]}).") from None
    try:
        front = _Front.model_validate(metadata)
    except ValidationError as error:
        problem = error.errors()[0]
        raise Invalid(f"{path.name}: front matter field {'.'.join(map(str, problem['loc']))!r}: {problem['msg']}.") from None
    parts = _parts(path.name, body)
    used = set().union(*(_used(path.name, source, environment) for source in parts.values()))
    _same(set(front.variables), used, path.name, "is declared but not used", "is used but not declared")
    prompt = _Prompt(
        id=f"{front.name}@{front.version}:{hashlib.sha256(text.encode()).hexdigest()[:8]}",
        file=path.name,
        variables=frozenset(front.variables),
        system=environment.from_string(parts["system"]),
        user=environment.from_string(parts["user"]),
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


def _used(file: str, source: str, environment: Environment) -> set[str]:
    try:
        tree = environment.parse(source)
        environment.from_string(source)  # unknown filters and tests show only here
    except TemplateSyntaxError as error:
        raise Invalid(f"{file}: {error.message} (line {error.lineno} of its part).") from None
    except TemplateError as error:
        raise Invalid(f"{file}: {error}.") from None
    if next(meta.find_referenced_templates(tree), "") != "":
        raise Invalid(f"{file}: a prompt may not include or import another.", todo="Write it out: one file is what a suggestion records.")
    return meta.find_undeclared_variables(tree)


def _same(expected: Iterable[str], found: Iterable[str], where: str, missing: str, unknown: str) -> None:
    """Raises Invalid with the first kind of difference, every variable named."""
    for names, problem in ((set(expected) - set(found), missing), (set(found) - set(expected), unknown)):
        if names:
            listed = ", ".join(sorted(map(repr, names)))
            verb = problem if len(names) == 1 else problem.replace("is ", "are ").replace("was ", "were ")
            raise Invalid(f"{where}: variable {listed} {verb}." if len(names) == 1 else f"{where}: variables {listed} {verb}.")
