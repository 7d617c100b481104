"""A question in one language, passages in another: what a similarity is worth."""

import pytest

from copilot.adapters.hash_embedder import HashEmbedder
from copilot.retrieval.coverage import THRESHOLD
from copilot.retrieval.query import plain
from copilot.retrieval.search import Search, SearchResult
from copilot.retrieval.tongues import FOREIGN, borne_out, common
from copilot.testing.search import MemoryLexical, MemoryPassages, MemoryVectors
from tests.retrieval.test_search import ALLOW, COLLECTION, HOUSE, passage

GERMAN = [
    passage("karte", "Karte verloren oder gestohlen", "Sperren Sie die Karte in der App. Die Ersatzkarte kommt per Post.", locale="de"),
    passage("flug", "Ihr Flug wurde annulliert", "Sie können kostenlos umbuchen oder Geld zurück bekommen.", locale="de"),
]
ENGLISH = [p.model_copy(update={"locale": "en"}) for p in HOUSE]
MANY = passage("many", "Ternway House Alfama", "Ternway House Alfama has 40 rooms.", locale="en")


class Alike(HashEmbedder):
    """Reads English; whatever is German looks to it like anything German, as to the encoder that ships."""

    reads: frozenset[str] = frozenset({"en"})

    @property
    def languages(self) -> frozenset[str]:
        return self.reads

    def _fill(self, row, text):  # type: ignore[no-untyped-def]
        super()._fill(row, text)
        if "ie " in text or "ich" in text:
            row *= 0.5 / max(float((row @ row) ** 0.5), 1e-6)
            row[7] += 1.0


class Everything(Alike):
    """The same vectors from a model that says it reads all languages."""

    reads = frozenset()


async def ask(text: str, language: str, embedder: HashEmbedder, about: str = "") -> SearchResult:
    from copilot.retrieval.passages import passage_text_for_index

    query = plain(text, language).about(about) if about else plain(text, language)
    passages = [*GERMAN, *ENGLISH, MANY]
    vectors, lexical = MemoryVectors(), MemoryLexical()
    await vectors.upsert(COLLECTION, [p.id for p in passages], await embedder.encode([passage_text_for_index(p) for p in passages]))
    await lexical.replace("t", [], passages)
    return await Search(embedder, vectors, lexical).search("t", COLLECTION, query, MemoryPassages(passages), ALLOW)


async def test_where_the_encoder_does_not_read_the_language_words_decide() -> None:
    suitcase = await ask("Mein Koffer ist gestern nicht angekommen, was kann ich tun?", "de", Alike(512))
    assert any(hit.locale == "de" for hit in suitcase.hits)
    assert max(hit.score for hit in suitcase.hits) < THRESHOLD
    lost = await ask("Ich habe die Karte verloren, kommt eine Ersatzkarte per Post?", "de", Alike(512))
    assert (lost.hits[0].article_id, lost.hits[0].score >= THRESHOLD) == ("karte", True)


async def test_what_is_remembered_beside_a_question_takes_nothing_from_its_own_words() -> None:
    question = "Ich habe die Karte verloren, kommt eine Ersatzkarte per Post?"
    alone = await ask(question, "de", Alike(512))
    promised = "Wir melden uns wegen Ihrer Punkte aus Wien, Salzburg, Graz, Linz, Bregenz, Innsbruck, Villach, Klagenfurt und Eisenstadt"
    beside = await ask(question, "de", Alike(512), about=promised)
    assert {h.score for h in beside.hits if h.article_id == "karte"} == {h.score for h in alone.hits if h.article_id == "karte"}


async def test_an_encoder_that_reads_all_languages_is_believed() -> None:
    suitcase = await ask("Mein Koffer ist gestern nicht angekommen, was kann ich tun?", "de", Everything(512))
    assert suitcase.hits[0].score >= THRESHOLD
    assert suitcase.degraded == ""


async def test_a_shared_name_is_no_answer_in_another_language() -> None:
    named = "¿Tiene piscina Ternway House Alfama?"
    assert max(hit.score for hit in (await ask(named, "es", Alike(512))).hits) <= FOREIGN < THRESHOLD
    assert max(hit.score for hit in (await ask(named, "es", Everything(512))).hits) > THRESHOLD


async def test_the_agent_is_told_why_little_is_found() -> None:
    assert "does not read German" in (await ask("Wo ist mein Koffer?", "de-AT", Alike(512))).degraded
    assert (await ask("Where is my bag?", "en-GB", Alike(512))).degraded == ""


@pytest.mark.parametrize(
    ("asked", "passage_in", "read", "by"),
    [
        ("en-GB", "en", {"en"}, "meaning"),
        ("", "", {"en"}, "meaning"),
        ("de", "de-AT", {"en"}, "words"),
        ("de", "en", {"en"}, "names"),
        ("en", "de", {"en"}, "names"),
        ("de", "en", {"en", "de"}, "meaning"),
        ("sv", "fi", (), "meaning"),
    ],
)
def test_what_two_languages_have_in_common(asked: str, passage_in: str, read: set[str], by: str) -> None:
    assert common(asked, passage_in, read) == by


def test_of_a_letter_a_few_lines_stand_in_its_answer() -> None:
    assert borne_out(0.6, 8) > THRESHOLD > borne_out(0.2, 8)
    assert borne_out(0.15, 50) > THRESHOLD > borne_out(0.15, 10)
