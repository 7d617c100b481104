from collections.abc import Iterable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.adapters.database import SqlDatabase, open_database
from copilot.domain.knowledge import Passage
from copilot.domain.ports.search import PassageFilter
from tests.adapters.database.samples import article, minutes, piece

NOW = PassageFilter(at=minutes(0))


async def test_an_article_comes_back_with_its_revision(database: SqlDatabase) -> None:
    levers = [
        {"id": "goodwill", "offer": "credit", "limit": {"amount": 12.5, "currency": "EUR"}, "when": "company's fault", "until": minutes(9)}
    ]
    written = article(levers=levers, tags=("money",), group="refunds", asks=[{"field": "why", "question": "Why?"}])
    async with database.write("default") as records:
        saved = await records.articles.save(written, [piece("p1"), piece("p2")], author="u1")
        assert (saved.changed, saved.removed, [p.id for p in saved.added]) == (True, (), ["p1", "p2"])
        assert await records.articles.get("refunds") == written
        assert await records.articles.many(["refunds", "none"]) == {"refunds": written}
        assert await records.articles.count() == (1, 2)


async def test_saving_the_same_again_is_no_revision(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.articles.save(article(), [piece("p1")])
        version = await records.articles.version()
        again = await records.articles.save(article(revision=7), [piece("p1")])
        assert (again.changed, again.added, again.article.revision) == (False, (), 1)
        assert await records.articles.version() == version


async def test_a_change_is_a_revision_and_names_what_an_index_has_to_do(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.articles.save(article(), [piece("p1"), piece("p2")])
        saved = await records.articles.save(article(text="Now 7 days."), [piece("p2", position=4), piece("p3")])
        assert (saved.article.revision, saved.removed, [p.id for p in saved.added]) == (2, ("p1",), ["p3"])
        retitled = await records.articles.save(article(text="Now 7 days."), [piece("p2", title="Money back"), piece("p3")])
        assert (retitled.article.revision, retitled.removed, [p.id for p in retitled.added]) == (2, ("p2",), ["p2"])


async def test_only_published_passages_can_be_searched(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        saved = await records.articles.save(article(status="draft"), [piece("p1")])
        assert (saved.changed, saved.added) == (True, ())
        assert await records.articles.fetch(["p1"], NOW) == {}
        published = await records.articles.save(article(), [piece("p1")])
        assert [p.id for p in published.added] == ["p1"]
        assert list(await records.articles.fetch(["p1", "p9"], NOW)) == ["p1"]
        archived = await records.articles.save(article(status="archived"), [piece("p1")])
        assert archived.removed == ("p1",)
        assert await records.articles.count() == (0, 0)
        assert [batch async for batch in records.articles.every()] == []


async def test_fetch_holds_every_rule(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.articles.save(article("plain"), [piece("plain"), piece("guide", audience="internal")])
        await records.articles.save(article("inner", audience="internal"), [piece("inner")])
        await records.articles.save(article("soon", valid_from=minutes(1)), [piece("soon")])
        await records.articles.save(article("later"), [piece("later", valid_from=minutes(1))])
        await records.articles.save(article("british", locale="en-GB"), [piece("british", locale="en-GB")])
        await records.articles.save(article("german", locale="de"), [piece("german", locale="de")])
        await records.articles.save(article("card", products=("card",)), [piece("card")])
        ids = ["plain", "guide", "inner", "soon", "later", "british", "german", "card"]

        async def fetched(**allow: object) -> set[str]:
            return set(await records.articles.fetch(ids, NOW.model_copy(update=allow)))

        assert await fetched() == set(ids) - {"soon", "later"}
        assert await fetched(at=minutes(1)) == set(ids)
        assert await fetched(audiences=("public",)) == {"plain", "british", "german", "card"}
        assert await fetched(audiences=("internal",)) == {"guide", "inner"}
        assert await fetched(locales=("en",)) == {"plain", "guide", "inner", "british", "card"}
        assert await fetched(products=("hotel",)) == set(ids) - {"soon", "later", "card"}
        found = await records.articles.fetch(["inner"], NOW)
    assert (found["inner"].article_id, found["inner"].audience) == ("inner", "internal")


async def test_the_record_compares_languages_and_products(database: SqlDatabase) -> None:
    locales = {"any": "", "en": "en", "british": "en_GB", "oxford": "en-gb-oxendict", "us": "en-US", "eng": "eng", "german": "DE"}
    products = {"none": (), "card": ("card",), "both": ("card", "hotel"), "odd": ('a "quoted" one', "100%")}
    async with database.write("default") as records:
        for key, locale in locales.items():
            await records.articles.save(article(key, locale=locale), [piece(key, locale=locale)])
        for key, names in products.items():
            await records.articles.save(article(key, products=names), [piece(key)])

        async def fetched(ids: Iterable[str], **allow: tuple[str, ...]) -> set[str]:
            return set(await records.articles.fetch(list(ids), NOW.model_copy(update=allow)))

        assert await fetched(locales, locales=("en",)) == {"any", "en", "british", "oxford", "us"}
        assert await fetched(locales, locales=("EN_gb",)) == {"any", "en", "british", "oxford"}
        assert await fetched(locales, locales=("en-us", "de-AT")) == {"any", "en", "us", "german"}
        assert await fetched(locales, locales=("%",)) == {"any"}
        assert await fetched(products, products=("hotel",)) == {"none", "both"}
        assert await fetched(products, products=("card", "boat")) == {"none", "card", "both"}
        assert await fetched(products, products=('a "quoted" one',)) == {"none", "odd"}
        assert await fetched(products, products=("car",)) == {"none"}


async def test_all_pieces_of_an_article_that_may_be_shown(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.articles.save(article(), [piece("p1"), piece("p2", audience="internal"), piece("p3", valid_from=minutes(1))])
        await records.articles.save(article("other"), [piece("p4")])
        await records.articles.save(article("draft", status="draft"), [piece("p5")])
        assert set(await records.articles.pieces(["refunds", "draft", "none"], NOW)) == {"p1", "p2"}
        public = NOW.model_copy(update={"audiences": ("public",)})
        assert set(await records.articles.pieces(["refunds", "other"], public)) == {"p1", "p4"}
        assert await records.articles.pieces([], NOW) == {}


async def test_a_removed_article_is_gone_and_its_numbers_are_not_used_again(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.articles.save(article(), [piece("p1")])
        gone = await records.articles.remove("refunds")
        assert gone is not None
        assert gone.removed == ("p1",)
        assert await records.articles.remove("refunds") is None
        assert await records.articles.get("refunds") is None
        again = await records.articles.save(article(), [piece("p1")])
    assert again.article.revision == 2


async def test_articles_are_listed_by_id_and_status(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        for ref, status in (("b", "draft"), ("a", "published"), ("c", "published")):
            await records.articles.save(article(ref, status=status), [])
        assert [a.id for a in await records.articles.all()] == ["a", "b", "c"]
        assert [a.id for a in await records.articles.all("published", after="a")] == ["c"]


_TEXTS = st.dictionaries(st.sampled_from("pqrs"), st.sampled_from(["one", "two"]), max_size=4)
_STEP = st.tuples(st.sampled_from(["x", "y"]), st.sampled_from(["published", "draft", "removed"]), _TEXTS, st.booleans())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_STEP, max_size=8))
async def test_a_replica_that_catches_up_holds_what_is_published(
    sqlite_url: str, steps: list[tuple[str, str, dict[str, str], bool]]
) -> None:
    """Whatever is saved, and whenever a replica asks: after `changes` its index holds exactly the searchable passages."""
    database = open_database(sqlite_url)
    index: dict[str, str] = {}
    seen = 0
    try:
        async with database.write("default") as records:
            index = {p.id: p.text async for batch in records.articles.every() for p in batch}
            seen = await records.articles.version()
            for ref, status, texts, asks in (*steps, ("x", "draft", {}, True)):
                if status == "removed":
                    await records.articles.remove(ref)
                else:
                    passages = [Passage(id=ref + name, article_id=ref, title="T", text=text) for name, text in texts.items()]
                    await records.articles.save(article(ref, status=status), passages)
                if asks:
                    removed, added = await records.articles.changes(seen)
                    seen = await records.articles.version()
                    for id_ in removed:
                        index.pop(id_, None)
                    assert not index.keys() & {p.id for p in added}
                    index |= {p.id: p.text for p in added}
                    assert index == {p.id: p.text async for batch in records.articles.every(batch=2) for p in batch}
    finally:
        await database.close()
