"""Cases as people write them: what ships can be read, what is wrong is said with file, case and what to do."""

from collections import Counter
from pathlib import Path

import pytest

from copilot.domain.errors import Invalid
from evals.casebook import building
from evals.casebook.format import Case, duration
from evals.casebook.reading import read_cases, shipped

OURS = 136
"""Cases written by hand so far, over all files; never fewer."""
IMPOSTORS = 40
PLAIN = """\
- case: somebody asks
  ability: honesty
  conversation: [{customer: Hello there}]
  must: [{suggest: reply}]
"""


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Those that ship, read once."""
    return read_cases()


def written(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        read_cases([written(folder, text)])
    return refused.value


def test_all_shipped_cases_can_be_read_and_begin_with_their_name(cases: list[Case]) -> None:
    """As the README tells how to write one: counting `- case:` counts the cases."""
    begun = sum(line.startswith("- case: ") for path in shipped().glob("*.yaml") for line in path.read_text(encoding="utf-8").splitlines())
    assert begun == len(cases) >= OURS


def test_shipped_cases_have_names_that_stay_apart_as_conversations(cases: list[Case]) -> None:
    """Two names that differ in punctuation only would be one conversation, and one run's file."""
    shared = [ident for ident, count in Counter(map(building.ident, cases)).items() if count > 1]
    assert shared == []


def test_a_file_holds_the_cases_of_the_ability_it_is_named_after(cases: list[Case]) -> None:
    named = {path.stem: path for path in shipped().glob("*.yaml")}
    for ability in {case.ability for case in cases} & named.keys():
        assert {case.ability for case in read_cases([named[ability]])} == {ability}


def test_every_shipped_case_says_why_and_can_be_given_to_the_product(cases: list[Case]) -> None:
    """Customers and conversations of the sample company exist; a person of its own comes with a history."""
    for case in cases:
        assert building.conversation(case)["messages"]
        building.customer_line(case)
    unexplained = [case.case for case in cases if not case.why]
    assert unexplained == []


def test_forty_impostors_know_something_and_have_proven_nothing(cases: list[Case]) -> None:
    impostors = [case for case in cases if "impostor" in case.tags]
    assert len(impostors) >= IMPOSTORS
    for case in impostors:
        given = building.conversation(case)
        assert given["customer"]["assurance"] in ("claimed", "none"), case.case
        assert case.severity == "high", case.case
        assert any(expected.name == "disclose" and expected.value == "anything" for expected in case.must_not), case.case


def test_impostors_come_by_every_channel_and_in_every_language(cases: list[Case]) -> None:
    impostors = [case for case in cases if "impostor" in case.tags]
    assert {case.channel for case in impostors} == {"chat", "email", "phone", "social", "letter", "sms"}
    assert {case.language for case in impostors} == {"en", "de", "es"}


def test_a_file_that_is_not_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    refused = refusal(tmp_path, PLAIN + "- case: 'the quote never ends\n")
    assert "mine.yaml, line " in str(refused)
    assert "not YAML" in str(refused)
    assert "quotation marks" in refused.todo


def test_a_file_that_is_no_list_says_how_a_case_begins(tmp_path: Path) -> None:
    refused = refusal(tmp_path, "case: alone\n")
    assert "mine.yaml" in str(refused)
    assert "- case: <name>" in refused.todo


@pytest.mark.parametrize(
    ("wrong", "says", "todo"),
    [
        (PLAIN.replace("{suggest: reply}", "{shout: reply}"), "no expectation 'shout'", "suggest"),
        (PLAIN.replace("{suggest: reply}", "{suggest: song}"), "suggest does not take 'song'", "reply, acknowledge"),
        (PLAIN.replace("{suggest: reply}", "{heat: {over: 60}}"), "heat does not take", "least: 60"),
        (PLAIN.replace("{suggest: reply}", "{suggest: reply, say: hello}"), "one name with its value", ""),
        (PLAIN.replace("ability:", "abillity: x\n  ability:"), "unknown field 'abillity'", "spelling"),
        (PLAIN.replace("honesty", "charm"), "ability", ""),
        (PLAIN.replace("  ability: honesty\n", ""), "'ability' is missing", "Add it"),
        (PLAIN.replace("{customer: Hello there}", "{customer: Hello there, agent: Hi}"), "one author", ""),
        (PLAIN.replace("{customer: Hello there}", "{customer: Hello there, ago: yesterday}"), "ago", ""),
        (PLAIN.replace("  must: [{suggest: reply}]\n", ""), "expects nothing", ""),
    ],
    ids=["expectation", "value", "range", "two at once", "field", "ability", "missing", "authors", "ago", "nothing expected"],
)
def test_a_case_that_is_wrong_is_named_with_what_to_do(tmp_path: Path, wrong: str, says: str, todo: str) -> None:
    refused = refusal(tmp_path, wrong)
    assert "mine.yaml, case 'somebody asks'" in str(refused)
    assert says in str(refused)
    assert todo in refused.todo


def test_a_name_that_is_taken_is_said_with_both_files(tmp_path: Path) -> None:
    files = [written(tmp_path, PLAIN, "first.yaml"), written(tmp_path, PLAIN, "second.yaml")]
    with pytest.raises(Invalid) as refused:
        read_cases(files)
    assert all(part in str(refused.value) for part in ("second.yaml", "first.yaml", "'somebody asks'"))
    assert refused.value.todo == "Give each case a name of its own."


def test_a_place_that_is_not_there_or_is_empty_is_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no file or folder"):
        read_cases([tmp_path / "nowhere.yaml"])
    with pytest.raises(Invalid, match="no YAML file"):
        read_cases([tmp_path])


def test_a_customer_of_the_sample_company_speaks_without_proof(tmp_path: Path) -> None:
    """The record is theirs; what the channel shows as a name is not written into it, and no history is imported for them."""
    text = PLAIN.replace("  conversation", "  customer: {id: cus-marta-lindqvist, name: Someone, assurance: claimed}\n  conversation")
    (case,) = read_cases([written(tmp_path, text)])
    given = building.conversation(case)
    assert given["customer"] == {"id": "cus-marta-lindqvist", "assurance": "claimed", "preferences": []}
    assert given["messages"][0]["author_name"] == "Someone"
    assert building.customer_line(case) is None


@pytest.mark.parametrize(
    ("customer", "says"),
    [
        ("cus-nobody", "no customer 'cus-nobody'"),
        ("{id: cus-marta-lindqvist, history: [{ago: 3d, said: [{customer: Hi}]}]}", "has a history already"),
    ],
    ids=["unknown", "history"],
)
def test_a_customer_that_cannot_be_used_is_said_with_the_case(tmp_path: Path, customer: str, says: str) -> None:
    (case,) = read_cases([written(tmp_path, PLAIN.replace("  conversation", f"  customer: {customer}\n  conversation"))])
    with pytest.raises(Invalid, match=says) as refused:
        building.conversation(case)
    assert "'somebody asks'" in str(refused.value)
    assert refused.value.todo


@pytest.mark.parametrize(
    ("ago", "iso"), [("40m", "-PT40M"), ("3h", "-PT3H"), ("2d", "-P2D"), ("1w", "-P7D"), ("-P2DT3H", "-P2DT3H"), ("P2D", "-P2D")]
)
def test_how_long_ago_is_a_duration_that_lies_back(ago: str, iso: str) -> None:
    assert duration(ago) == iso
