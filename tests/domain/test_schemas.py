"""The shipped JSON Schemas are those of the types, and the sample company's files fit them."""

import json
from importlib.resources import files
from pathlib import Path

import frontmatter
import jsonschema
import pytest

from copilot.commands.demo import knowledge_folder, sample_conversations, sample_customers, sample_history
from copilot.domain.schemas import schemas, written


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_shipped_schema_is_current(name: str) -> None:
    shipped = (files("copilot") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert shipped == written(schemas()[name]), "run: make schemas"


def test_the_sample_fits_its_schemas() -> None:
    made = schemas()
    for conversation in sample_conversations():
        jsonschema.validate(conversation, made["conversation"])
    for line in (*sample_customers(), *sample_history()):
        jsonschema.validate(json.loads(line), made["customer"])


@pytest.mark.parametrize("path", sorted(knowledge_folder().rglob("*.md")), ids=lambda path: path.stem)
def test_every_sample_article_fits_the_front_matter_schema(path: Path) -> None:
    front = json.loads(json.dumps(frontmatter.loads(path.read_text(encoding="utf-8")).metadata, default=str))
    jsonschema.validate(front, schemas()["article"])


def test_a_wrong_file_does_not_fit() -> None:
    wrong = dict(sample_conversations()[0], channel="pigeon")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schemas()["conversation"])
