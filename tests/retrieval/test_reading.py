"""What other tools export, read as articles; and what cannot be read is said, with what to do."""

import copy
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from copilot.domain.errors import Invalid
from copilot.domain.imports import Found, SourceKind, Unread
from copilot.retrieval.articles import LONGEST_TEXT
from copilot.retrieval.reading import CATALOGUE, File, is_zip, members, read, reader_for
from copilot.retrieval.reading.base import text_of
from copilot.retrieval.reading.confluence import _without_cdata
from tests.retrieval.exports import (
    CHATWOOT,
    CONFLUENCE_INDEX,
    CONFLUENCE_PAGE,
    ENTITIES,
    INTERCOM,
    ZENDESK,
    as_json,
    lying,
    packed,
    pdf,
    word,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def opened(name: str, content: bytes | str, kind: SourceKind = "auto") -> list[Found | Unread]:
    given = content.encode() if isinstance(content, str) else content
    return list(read(File(name=name, content=given), kind, NOW))


def found(name: str, content: bytes | str, kind: SourceKind = "auto") -> dict[str, Found]:
    """By the source's own id; nothing may be left unread."""
    results = opened(name, content, kind)
    assert not [one for one in results if isinstance(one, Unread)], results
    return {one.external_id: one for one in results if isinstance(one, Found)}


def refusal(name: str, content: bytes | str, kind: SourceKind = "auto") -> str:
    with pytest.raises(Invalid) as caught:
        opened(name, content, kind)
    assert caught.value.todo
    return str(caught.value)


# --- help centres ------------------------------------------------------------------------------------------------------------------


def test_a_zendesk_help_centre() -> None:
    articles = found("export.json", as_json(ZENDESK))
    assert set(articles) == {"35467/en-us", "35467/de", "35468/en-us"}
    english, german, desk = (articles[key].article for key in ("35467/en-us", "35467/de", "35468/en-us"))
    assert (english.id, german.id, desk.id) == ("zendesk-35467", "zendesk-35467-de", "zendesk-35468")
    assert english.text == "## When\n\nThe fare is refunded within **seven days**.\n\n- to the card"
    assert english.tags == ("Flights", "Money back", "refund", "flight")
    assert (english.status, german.status) == ("published", "draft")
    assert (english.locale, german.locale) == ("en-us", "de")
    assert english.group == german.group == "zendesk-35467"
    assert desk.group is None
    assert (english.audience, desk.audience) == ("public", "internal"), "a user segment makes it internal"
    assert english.review_by is None
    assert german.review_by == datetime(2026, 1, 11, 9, 30, tzinfo=UTC), "outdated at the source: to be looked at"
    assert articles["35467/de"].address == "https://ternway.zendesk.com/hc/de/articles/35467"


def test_zendesk_translations_may_stand_beside_the_articles() -> None:
    export = copy.deepcopy(ZENDESK)
    export["translations"] = export["articles"][0].pop("translations")
    assert found("export.json", as_json(export)) == found("export.json", as_json(ZENDESK))


def test_an_intercom_export() -> None:
    articles = found("articles.json", as_json(INTERCOM))
    assert set(articles) == {"39/en", "39/fr", "40/en"}
    english, french, pets = (articles[key].article for key in ("39/en", "39/fr", "40/en"))
    assert (english.title, english.text, english.tags) == ("Lost bags", "Report a missing bag at the desk.", ("Baggage",))
    assert (english.status, french.status, pets.status) == ("published", "draft", "draft")
    assert (french.locale, french.group, english.group, pets.group) == ("fr", "intercom-39", "intercom-39", None)
    assert articles["39/fr"].address == "https://intercom.help/ternway/fr/articles/39"


def test_a_chatwoot_help_centre() -> None:
    articles = found("articles.json", as_json(CHATWOOT))
    english, german = articles["7"].article, articles["8"].article
    assert "| 1 | 20 EUR |" in english.text
    assert (english.status, german.status) == ("published", "draft")
    assert (english.tags, english.locale, german.locale) == (("Booking",), "en", "de")
    assert english.group == german.group == "chatwoot-7"


@pytest.mark.parametrize("export", [ZENDESK, INTERCOM, CHATWOOT], ids=["zendesk", "intercom", "chatwoot"])
def test_one_bad_article_does_not_stop_the_others(export: dict[str, Any]) -> None:
    broken = copy.deepcopy(export)
    rows = next(value for name, value in broken.items() if name in ("articles", "data", "payload"))
    good = len(opened("x.json", as_json(broken)))
    nothing = copy.deepcopy(rows[-1]) | {"id": 99, "body": "", "content": "", "title": "Nothing in it"}
    rows += [None, "text", nothing]
    results = opened("x.json", as_json(broken))
    unread = [one for one in results if isinstance(one, Unread)]
    assert len(results) - len(unread) == good
    assert [one.name for one in unread][-1] == "Nothing in it"
    assert len(unread) == 3
    assert "no text" in unread[-1].reason


@pytest.mark.parametrize("kind", ["zendesk", "intercom", "chatwoot"])
def test_json_that_is_not_the_vendors_is_refused(kind: SourceKind) -> None:
    assert kind.capitalize() in refusal("x.json", '{"people": [1, 2]}', kind)
    assert "not valid JSON" in refusal("x.json", '{"articles": [', kind)
    assert "not valid JSON" in refusal("x.json", "[" * 100_000, kind)


def test_json_of_nobody_is_refused_and_says_what_is_known() -> None:
    assert "Zendesk, Intercom or Chatwoot" in refusal("x.json", '{"people": []}')
    assert "Zendesk, Intercom or Chatwoot" in refusal("x.json", '{"articles": []}'), "nothing shows whose empty list it is"
    assert opened("x.json", '{"articles": []}', "zendesk") == []


# --- pages and documents -----------------------------------------------------------------------------------------------------------


def test_markdown_speaks_for_what_it_holds() -> None:
    page = found("a/refunds.md", "---\nid: refunds\ntitle: Refunds\nstatus: published\nowner: money\n---\n\nSeven days.")["a/refunds.md"]
    assert page.named
    assert set(page.says) == {"title", "text", "status", "owner"}
    plain = found("pets.md", "# Pets\n\nDogs fly too.")["pets.md"]
    assert (plain.article.title, plain.named, set(plain.says)) == ("Pets", False, {"title", "text", "status"})


def test_an_html_page_without_what_runs() -> None:
    html = """<html lang="de"><title>Umbuchen</title><body onload="steal()"><script>alert(1)</script><p onclick="x()">Kostenlos.
    <a href="javascript:alert(2)">hier</a> <a href=" java\nscript:alert(3)">da</a> <a href="https://ternway.com/x">Mehr</a></p>
    <iframe src="http://evil"></iframe><style>p{}</style><!-- secret --></body></html>"""
    page = found("umbuchen.html", html)["umbuchen.html"].article
    assert page.locale == "de"
    assert "Kostenlos." in page.text
    assert "[Mehr](https://ternway.com/x)" in page.text
    assert "hier" in page.text
    for bad in ("alert", "steal", "script", "iframe", "secret", "evil", "onclick"):
        assert bad not in page.text


def test_a_page_of_a_confluence_space() -> None:
    page = found("Rebooking_98402.html", CONFLUENCE_PAGE)["98402"].article
    assert (page.id, page.title, page.tags) == ("confluence-98402", "Rebooking", ("Desk", "Policies"))
    assert page.text.startswith("## Fees")
    assert "> Not for group fares." in page.text
    assert "| Light | 40 EUR |" in page.text
    for furniture in ("Kim Vale", "Attachments", "generated by", "toc"):
        assert furniture not in page.text
    assert opened("index.html", CONFLUENCE_INDEX) == []


def test_a_confluence_space_as_xml() -> None:
    pages = found("entities.xml", ENTITIES)
    assert set(pages) == {"98401", "98402"}, "old versions and deleted pages are not articles"
    page = pages["98402"].article
    assert (page.title, page.tags) == ("Rebooking", ("Desk", "Policies"))
    assert "Free within 24 hours. See refunds" in " ".join(page.text.split())
    assert "> Not for groups." in page.text
    assert "entities of its own" in refusal(
        "entities.xml", '<!DOCTYPE x [<!ENTITY a "b">]><hibernate-generic>&a;</hibernate-generic>', "confluence"
    )


def test_a_word_document() -> None:
    made = word(("Heading1", "Cabin bags"), ("Normal", "One bag of 8 kg is free."), ("Heading2", "Fees"), ("Normal", "More costs 20 EUR."))
    page = found("policies/bags_2026.docx", made)["policies/bags_2026.docx"].article
    assert (page.id, page.title) == ("bags_2026", "Cabin bags")
    assert page.text == "One bag of 8 kg is free.\n\n## Fees\n\nMore costs 20 EUR."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "password"),
        (b"not a zip", "not a Word document"),
        (packed({"a.txt": "x"}), "cannot be read"),
        (word(("Normal", "x"))[:200], "not a Word document"),
        (packed({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "entities"),
    ],
)
def test_word_documents_that_cannot_be_read(content: bytes, words: str) -> None:
    assert words in refusal("a.docx", content)


def test_a_word_document_that_says_too_little_of_itself_is_not_unpacked_to_its_end() -> None:
    """Its part says that it holds a hundred bytes, checksum and all; its data come to a hundred million."""
    tracemalloc.start()
    assert "cannot be read" in refusal("a.docx", lying("word/document.xml", b"A", 100_000_000, says=100))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000, peak


def test_aliases_in_front_matter_are_refused_before_they_grow() -> None:
    grown = ["v0: &v0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    grown += [f"v{n}: &v{n} [{', '.join([f'*v{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "it refers to *v0" in refusal("a.md", "---\nid: a\ntitle: A\n" + "\n".join(grown) + "\n---\n\nText.\n")


@pytest.mark.parametrize("value", [".inf", ".nan", "[[1]]", "{a: 1}", "0x" + "f" * 5000, "1.0e+300"])
def test_a_clause_that_could_not_be_stored_is_refused(value: str) -> None:
    clause = f"levers:\n- id: l\n  offer: o\n  when:\n    all:\n    - {{field: f, op: '=', value: {value}}}\n"
    with pytest.raises(Invalid, match=r"value: a (value|number) is"):
        opened("a.md", f"---\nid: a\ntitle: A\n{clause}---\n\nText.\n")


def test_cdata_that_never_ends_is_looked_for_once() -> None:
    assert _without_cdata("<p><![CDATA[a < b]]></p><![CDATA[c") == "<p>a &lt; b</p><![CDATA[c"
    endless = "<![CDATA[" * 200_000
    assert _without_cdata(endless) == endless


def test_a_member_of_an_archive_without_a_name_costs_that_member() -> None:
    content = packed({".": "x", "a.md": "# A\n\nText."})
    assert [isinstance(one, File) for one in members(File(name="a.zip", content=content))] == [False, True]


def test_a_pdf() -> None:
    made = pdf(("Pets on board", "Dogs fly in the cabin up to eight kilo-", "grams with their bag."), ("Larger dogs fly below.",))
    page = found("pets.pdf", made)["pets.pdf"].article
    assert page.title == "Pets on board"
    assert page.text == "Dogs fly in the cabin up to eight kilograms with their bag.\n\nLarger dogs fly below."
    assert found("x.pdf", pdf(("One line",), title="Named"))["x.pdf"].article.title == "Named"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pdf(("secret",), password="tern"), "password"),
        (pdf(()), "pictures"),
        (b"%PDF-1.7 and nothing more", "cannot be read"),
        (pdf(("x",))[:300], "cannot be read"),
    ],
    ids=["password", "pictures", "nothing", "cut"],
)
def test_pdfs_that_cannot_be_read(content: bytes, words: str) -> None:
    assert words in refusal("a.pdf", content)


def test_a_corpus() -> None:
    results = opened(
        "corpus.jsonl", '{"_id": "1", "title": "A", "text": "Words."}\n{"_id": \n\n{"_id": "2", "title": "B", "text": "More."}'
    )
    assert [one.external_id for one in results if isinstance(one, Found)] == ["1", "2"]
    assert [one.name for one in results if isinstance(one, Unread)] == ["corpus.jsonl:2"]


# --- bytes -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text", "note"),
    [
        ("Zürich".encode(), "Zürich", ""),
        ("Zürich".encode("utf-8-sig"), "Zürich", ""),
        ("Zürich".encode("utf-16"), "Zürich", ""),
        ("Zürich".encode("utf-16-be"), "", ""),
        ("Zürich".encode("utf-32"), "Zürich", ""),
        ("A “café” in Zürich costs 5 €.".encode("cp1252"), "A “café” in Zürich costs 5 €.", "Read as Windows-1252."),
        ('<meta charset="iso-8859-2"><p>Łódź'.encode("iso-8859-2"), '<meta charset="iso-8859-2"><p>Łódź', "Read as iso8859-2."),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 with mark", "utf-16 without", "utf-32", "windows", "declared"],
)
def test_text_is_read_by_its_mark_or_as_western(content: bytes, text: str, note: str) -> None:
    file = File(name="a.md", content=content)
    if not text:
        with pytest.raises(Invalid, match="UTF-8"):
            text_of(file)
    else:
        assert text_of(file) == (text, note)


def test_other_encodings_are_named_and_refused() -> None:
    japanese = "返金は七日以内に行われます。手荷物は一個まで無料です。".encode("shift_jis")
    assert "not UTF-8" in (reason := refusal("a.md", japanese))
    assert "cp932" in reason or "shift_jis" in reason


def test_an_article_has_a_largest_size() -> None:
    assert "Make several articles" in refusal("a.md", "word " * (LONGEST_TEXT // 4))
    assert "Make several articles" in refusal("a.html", "<p>" + "word " * (LONGEST_TEXT // 4))
    export = copy.deepcopy(INTERCOM)
    export["data"][1]["body"] = "word " * 1_000_000
    (unread,) = [one for one in opened("a.json", as_json(export)) if isinstance(one, Unread)]
    assert "4,999,999 characters" in unread.reason


@pytest.mark.parametrize("name", ["a.md", "a.html"])
def test_nothing_is_refused(name: str) -> None:
    assert refusal(name, "   \n")


def test_an_unknown_kind_is_refused() -> None:
    assert "Zendesk" in refusal("a.xlsx", b"\x00\x01")


def test_every_reader_is_the_first_to_know_its_own() -> None:
    own: dict[str, tuple[str, bytes]] = {
        "zendesk": ("x.json", as_json(ZENDESK)),
        "intercom": ("x.json", as_json(INTERCOM)),
        "chatwoot": ("x.json", as_json(CHATWOOT)),
        "markdown": ("x.md", b"# Pets"),
        "confluence": ("x.html", CONFLUENCE_PAGE.encode()),
        "html": ("x.htm", b"<p>x"),
        "docx": ("x.docx", word(("Normal", "x"))),
        "pdf": ("x.pdf", pdf(("x",))),
        "beir": ("x.jsonl", b"{}"),
    }
    assert {reader.kind for reader in CATALOGUE} == set(own)
    for kind, (name, content) in own.items():
        assert reader_for(File(name=name, content=content), "auto").kind == kind


# --- archives ----------------------------------------------------------------------------------------------------------------------


def unpacked(content: bytes) -> dict[str, str]:
    """Name → what it holds, or why it was not taken."""
    results = members(File(name="a.zip", content=content))
    return {one.name: one.content.decode() if isinstance(one, File) else one.reason for one in results}


def test_an_archive_is_the_files_in_it() -> None:
    files: dict[str, str | bytes] = {
        "a/b.md": "# B",
        "a/pic.png": b"\x89PNG",
        "__MACOSX/a/b.md": "x",
        "a/.hidden.md": "x",
        "c.html": "<p>c",
    }
    assert unpacked(packed(files)) == {"a/b.md": "# B", "c.html": "<p>c"}
    assert is_zip(File(name="a.zip", content=packed({})))
    assert not is_zip(File(name="a.docx", content=word(("Normal", "x"))))


@pytest.mark.parametrize("name", ["../../etc/passwd.md", "/etc/cron.md", "a/../../b.md", "C:/windows/x.md", "..\\..\\x.md"])
def test_names_that_point_out_of_the_archive_are_refused(name: str) -> None:
    assert "points out" in next(iter(unpacked(packed({name: "x"})).values()))


def test_links_archives_and_passwords_within_are_refused() -> None:
    import zipfile

    link = zipfile.ZipInfo("link.md")
    link.external_attr = 0o120777 << 16
    content = packed({"inner.zip": packed({"a.md": "x"}), "good.md": "# Good"})
    held = unpacked(content)
    assert "archive within an archive" in held["inner.zip"]
    assert held["good.md"] == "# Good"
    import io

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "link" in unpacked(made.getvalue())["link.md"]
    encrypted = bytearray(packed({"secret.md": "x"}))
    for at in (encrypted.index(b"PK\x03\x04") + 6, encrypted.index(b"PK\x01\x02") + 8):
        encrypted[at] |= 1
    assert "password" in unpacked(bytes(encrypted))["secret.md"]


def test_bombs_are_not_unpacked() -> None:
    with pytest.raises(Invalid, match="times larger"):
        unpacked(packed({"bomb.md": b"0" * 50_000_000}))
    with pytest.raises(Invalid, match="files"):
        unpacked(packed({f"{n}.md": "" for n in range(20_001)}))
    many = packed({f"{n}.md": b"0" * 30_000_000 for n in range(8)})
    with pytest.raises(Invalid, match="MB"):
        unpacked(many)


def test_an_archive_that_lies_about_a_size_is_caught_while_it_is_read() -> None:
    lying = bytearray(packed({"a.md": b"0" * 2_000_000}))
    for at in (lying.index(b"PK\x03\x04") + 22, lying.index(b"PK\x01\x02") + 24):
        lying[at : at + 4] = (100).to_bytes(4, "little")
    reason = unpacked(bytes(lying))["a.md"]
    assert "damaged" in reason or "larger than the archive says" in reason


@pytest.mark.parametrize("content", [b"PK\x03\x04 and then nothing", packed({"a.md": "text" * 100})[:-40]], ids=["signature only", "cut"])
def test_a_broken_archive_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match="Pack it again"):
        unpacked(content)
