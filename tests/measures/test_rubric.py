"""The rubric: the one that ships is the same in three languages; one that does not hold is refused where it is wrong."""

import pytest

from copilot.domain.errors import Invalid
from copilot.measures import CATALOGUE
from copilot.measures.rubric import LANGUAGES, read, shipped, written


def test_the_one_that_ships_is_the_same_in_each_language() -> None:
    made = {name: shipped(name) for name in LANGUAGES}
    shapes = {name: [(p.point, p.measure, len(p.levels)) for p in rubric.points] for name, rubric in made.items()}
    assert len({str(shape) for shape in shapes.values()}) == 1
    assert len({level for rubric in made.values() for point in rubric.points for level in point.levels}) > 100
    assert shipped("de-AT") == made["de"]
    assert shipped("fr") == made["en"]


def test_most_points_are_filled_in_by_a_measure() -> None:
    measures = [point.measure for point in shipped("en").points]
    assert sum(map(bool, measures)) >= 10
    assert set(filter(None, measures)) <= CATALOGUE.keys()


def test_what_is_written_is_read_again() -> None:
    assert read(written(shipped("es"))) == shipped("es")


POINT = "- {point: a, title: A, question: Q, levels: [no, yes]}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: [", "not YAML at line"),
        ("name: A\npoints: []", "points"),
        (f"name: A\npoints:\n{POINT}\n{POINT}", "named twice: a"),
        ("name: A\npoints:\n- {point: a, title: A, question: Q, levels: ['yes']}", "points.0.levels"),
        ("name: A\npoints:\n- {point: a, title: A, question: Q, levels: ['yes', ' ']}", "anchor"),
        ("name: A\npoints:\n- {point: a, title: A, question: Q, levels: [no, yes], measure: charm}", "no measure 'charm'"),
        ("x" * 60_001, "more than"),
    ],
)
def test_what_is_none_is_refused_with_the_place(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read(text.replace("[no, yes]", "['no', 'yes']"))
