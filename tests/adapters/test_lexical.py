"""Lexical search: the double and Tantivy held to the same behaviour; then languages and folders."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from copilot.adapters.lexical import TantivyLexical
from copilot.domain.knowledge import Passage
from copilot.domain.ports.search import LexicalIndex
from copilot.testing.search import MemoryLexical


def passage(key: str, title: str, text: str, heading: str = "", locale: str = "en") -> Passage:
    return Passage(id=f"{key}~1", article_id=key, title=title, heading=heading, text=text, locale=locale)


HOUSE = [
    passage("refund", "How long a refund takes", "Within ten working days the money is back on your card."),
    passage("cancel", "Cancelling a flight", "A cancelled flight is refunded in full."),
    passage("acorn", "Acorn Guest House", "Breakfast is included."),
    passage("worth", "Worth House", "Breakfast costs 12 EUR, wi-fi is free."),
    passage("code", "Overdue payments", "Error RF-20418 means that the bank refused.", heading="Messages"),
]


@pytest.fixture(params=["memory", "tantivy", "tantivy-folder"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LexicalIndex]:
    made: LexicalIndex
    if request.param == "memory":
        made = MemoryLexical()
    else:
        made = TantivyLexical(tmp_path / "lexical" if request.param == "tantivy-folder" else None)
    yield made
    made.close()


async def found(index: LexicalIndex, *words: str, tenant: str = "t") -> list[str]:
    return [key.partition("~")[0] for key, _ in await index.query(tenant, dict.fromkeys(words, 1.0), 10)]


def falling(hits: list[tuple[str, float]]) -> bool:
    return all(a[1] >= b[1] > 0 for a, b in pairwise(hits))


def overwrite(folder: Path, pattern: str, content: bytes) -> None:
    files = list(folder.glob(pattern))
    assert files
    for file in files:
        file.write_bytes(content)


def names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def test_stems_meet_and_titles_weigh_more(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    assert await found(index, "refunds") == ["refund", "cancel"]
    assert await found(index, "refunds", "flights") == ["cancel", "refund"]
    assert await found(index, "zebra") == []


async def test_weights_decide(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    heavy = await index.query("t", {"breakfast": 0.01, "cancelling": 1.0}, 10)
    assert heavy[0][0] == "cancel~1"
    assert falling(heavy)


async def test_given_passages_are_rated_as_a_query_rates_them(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    words = {"refunds": 1.0, "breakfast": 0.5, "card": 1.0, "zebra": 1.0}
    rated = await index.match("t", words, ["worth~1", "refund~1", "code~1", "unknown~1", "refund~1"])
    assert rated.keys() == {"worth~1", "refund~1"}
    asked = dict(await index.query("t", words, 10))
    assert {key: match.score for key, match in rated.items()} == pytest.approx({key: asked[key] for key in rated})
    assert await index.match("t", words, []) == {}
    assert await index.match("t", {}, ["refund~1"]) == {}
    assert await index.match("never seen", words, ["refund~1"]) == {}


async def test_the_share_is_of_what_the_words_tell(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    everything = await index.match("t", {"overdue": 1.0, "20418": 0.3, "messages": 0.1}, ["code~1"])
    assert everything["code~1"].share == pytest.approx(1.0)
    # A word of one passage tells more than one of two, and one that nobody has most of all.
    rare = (await index.match("t", {"breakfast": 1.0, "costs": 1.0}, ["acorn~1"]))["acorn~1"].share
    assert 0 < rare < 0.49
    unheard = (await index.match("t", {"card": 1.0, "zebra": 1.0}, ["refund~1"]))["refund~1"].share
    assert 0 < unheard < 0.49
    light = (await index.match("t", {"card": 1.0, "zebra": 0.1}, ["refund~1"]))["refund~1"].share
    assert light > 0.8


async def test_codes_hyphens_and_headings_are_found(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    assert await found(index, "20418") == ["code"]
    assert await found(index, "wifi") == ["worth"]
    assert await found(index, "messages") == ["code"]


async def test_replace_is_searchable_at_once(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    await index.replace(
        "t", ["acorn~1", "unknown"], [passage("worth", "Worth House", "Supper only."), passage("new", "Pets", "Dogs welcome.")]
    )
    assert await index.count("t") == 5
    assert await found(index, "breakfast") == []
    assert await found(index, "dogs") == ["new"]
    assert await found(index, "supper") == ["worth"]


async def test_tenants_are_apart(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    await index.replace("T ", [], HOUSE[:1])
    assert await found(index, "breakfast", tenant="T ") == []
    assert await index.count("T ") == 1
    await index.clear("t")
    assert await index.count("t") == 0
    assert await found(index, "refund", tenant="T ") == ["refund"]
    assert await found(index, "refund", tenant="never seen") == []


async def test_what_is_made_beside_answers_when_it_is_told_to(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    build = await index.beside("t")
    await build.replace([], HOUSE[:2])
    await build.replace(["cancel~1"], [passage("new", "Pets", "Dogs welcome.")])
    assert await build.count() == 2
    assert await found(index, "breakfast") == ["acorn", "worth"]
    await index.replace("t", [], [passage("late", "Cats", "Cats welcome.")])
    assert await found(index, "cats") == ["late"]
    await build.serve()
    assert await index.count("t") == 2
    assert await found(index, "dogs") == ["new"]
    assert await found(index, "breakfast") == await found(index, "cats") == []
    await index.replace("t", [], [passage("late", "Cats", "Cats welcome.")])
    assert await found(index, "cats") == ["late"]


async def test_what_is_made_beside_and_given_up_leaves_the_other(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    for _ in range(2):
        build = await index.beside("t")
        await build.replace([], HOUSE[:1])
        await build.discard()
    assert await index.count("t") == len(HOUSE)
    assert await found(index, "breakfast") == ["acorn", "worth"]
    build = await index.beside("new")
    await build.replace([], HOUSE[:1])
    await build.serve()
    assert await found(index, "refund", tenant="new") == ["refund"]


@pytest.mark.parametrize("killed", ["while it was filled", "between the two moves"])
async def test_after_a_kill_the_one_that_answered_answers_again(tmp_path: Path, killed: str) -> None:
    index = TantivyLexical(tmp_path)
    await index.replace("t", [], HOUSE)
    build = await index.beside("t")
    await build.replace([], HOUSE[:1])
    if killed == "between the two moves":
        (name,) = (name for name in names(tmp_path) if not name.endswith(".next"))
        (tmp_path / name).rename(tmp_path / f"{name}.last")
    again = TantivyLexical(tmp_path)
    assert await again.count("t") == len(HOUSE)
    assert await found(again, "breakfast") == ["acorn", "worth"]
    assert again.recreated == []
    assert len(names(tmp_path)) == 1, "nothing is left beside"


@pytest.mark.parametrize("word", ["title:refund", '"refund"', "refund OR flight", "re*", "-refund", "{", "", "\x00", "a" * 70_000, "🙂"])
async def test_words_are_never_a_query_language(index: LexicalIndex, word: str) -> None:
    await index.replace("t", [], HOUSE)
    assert await found(index, word) == []


async def test_nothing_asked_is_nothing_found(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    assert await index.query("t", {}, 10) == []
    assert await index.query("t", {"refund": 1.0}, 0) == []
    assert await index.named("t", {}, 10) == []


async def test_named_finds_the_title_that_was_said(index: LexicalIndex) -> None:
    await index.replace("t", [], HOUSE)
    sure = await index.named("t", dict.fromkeys(["we", "like", "the", "acorn", "guest", "house"], 1.0), 10)
    assert sure[0][0] == "acorn~1"
    assert 0.7 < sure[0][1] <= 1
    assert falling(sure)
    earlier = dict(await index.named("t", {"acorn": 0.5, "guest": 0.5, "house": 0.5}, 10))
    assert earlier["acorn~1"] < sure[0][1]


async def test_ordinary_words_name_less_than_names(index: LexicalIndex) -> None:
    many = [passage(f"n{i}", f"Note {i}", "a refund, and a refund again") for i in range(20)]
    await index.replace("t", [], [*HOUSE, passage("plain", "Refund", "short"), *many])
    named = dict(await index.named("t", {"refund": 1.0, "acorn": 1.0, "guest": 1.0, "house": 1.0}, 50))
    assert named["acorn~1"] > 0.6 > named["plain~1"]


async def test_german_stems_and_stop_words() -> None:
    index = TantivyLexical(None)
    await index.replace(
        "t", [], [*HOUSE, passage("flug", "Annullierte Flüge", "Wir erstatten die Kosten für die Buchung.", locale="de-AT")]
    )
    assert await found(index, "flug") == ["flug"]
    assert await found(index, "Erstattung") == ["flug"]
    assert await found(index, "die", "für") == []


async def test_languages_without_a_stemmer_are_found_as_written() -> None:
    index = TantivyLexical(None)
    await index.replace(
        "t", [], [passage("ja", "返金", "返金は十日以内です", locale="ja"), passage("pl", "Zwrot", "Zwrot pieniędzy", locale="pl")]
    )
    assert await found(index, "返金") == ["ja"]
    assert await found(index, "pieniedzy") == ["pl"]


async def test_a_folder_keeps_what_it_holds(tmp_path: Path) -> None:
    first = TantivyLexical(tmp_path)
    await first.replace("t", [], HOUSE)
    first.close()
    again = TantivyLexical(tmp_path)
    assert await again.count("t") == len(HOUSE)
    await again.replace("t", ["refund~1"], [])
    assert await again.count("t") == len(HOUSE) - 1
    assert again.recreated == []


@pytest.mark.parametrize("damage", [b"", b"{broken", b'{"index_settings": {}}'])
async def test_a_damaged_folder_starts_empty_and_says_so(tmp_path: Path, damage: bytes) -> None:
    first = TantivyLexical(tmp_path)
    await first.replace("t", [], HOUSE)
    first.close()
    overwrite(tmp_path, "*/meta.json", damage)
    again = TantivyLexical(tmp_path)
    assert await again.count("t") == 0
    assert again.recreated == ["t"]
    await again.replace("t", [], HOUSE)
    assert await found(again, "refunds") == ["refund", "cancel"]


async def test_missing_segment_files_count_as_damage(tmp_path: Path) -> None:
    first = TantivyLexical(tmp_path)
    await first.replace("t", [], HOUSE)
    first.close()
    overwrite(tmp_path, "*/*.store", b"x")
    again = TantivyLexical(tmp_path)
    assert await again.count("t") == 0
    assert again.recreated == ["t"]


async def test_tenant_names_cannot_leave_the_folder(tmp_path: Path) -> None:
    index = TantivyLexical(tmp_path / "lexical")
    for tenant in ("../../up", "a/b", "", "x" * 500):
        await index.replace(tenant, [], HOUSE[:1])
    assert len(names(tmp_path / "lexical")) == 4
    assert names(tmp_path) == ["lexical"]
