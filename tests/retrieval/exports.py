"""Exports as the vendors make them, field by field after their documentation; and files of the other kinds, made by hand."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

ZENDESK: dict[str, Any] = {
    "count": 2,
    "next_page": None,
    "page": 1,
    "page_count": 1,
    "per_page": 30,
    "previous_page": None,
    "articles": [
        {
            "id": 35467,
            "url": "https://ternway.zendesk.com/api/v2/help_center/articles/35467.json",
            "html_url": "https://ternway.zendesk.com/hc/en-us/articles/35467-Refunds",
            "author_id": 3465,
            "comments_disabled": True,
            "content_tag_ids": ["01GT23D51Y"],
            "draft": False,
            "promoted": False,
            "position": 0,
            "vote_sum": 12,
            "vote_count": 20,
            "section_id": 98838,
            "created_at": "2026-01-10T12:00:00Z",
            "updated_at": "2026-02-01T09:30:00Z",
            "edited_at": "2026-02-01T09:30:00Z",
            "name": "Refunds",
            "title": "Refunds for cancelled flights",
            "source_locale": "en-us",
            "locale": "en-us",
            "outdated": False,
            "outdated_locales": ["de"],
            "user_segment_id": None,
            "user_segment_ids": [],
            "permission_group_id": 123,
            "label_names": ["refund", "flight"],
            "body": "<h2>When</h2><p>The fare is refunded within <b>seven days</b>.</p><ul><li>to the card</li></ul>",
            "translations": [
                {
                    "id": 1,
                    "locale": "en-us",
                    "source_id": 35467,
                    "source_type": "Article",
                    "title": "Refunds for cancelled flights",
                    "body": "<h2>When</h2><p>The fare is refunded within <b>seven days</b>.</p><ul><li>to the card</li></ul>",
                    "draft": False,
                    "outdated": False,
                    "hidden": False,
                    "html_url": "https://ternway.zendesk.com/hc/en-us/articles/35467-Refunds",
                    "updated_at": "2026-02-01T09:30:00Z",
                },
                {
                    "id": 2,
                    "locale": "de",
                    "source_id": 35467,
                    "source_type": "Article",
                    "title": "Erstattung gestrichener Fl\u00fcge",
                    "body": "<p>Der Flugpreis wird innerhalb von sieben Tagen erstattet.</p>",
                    "draft": True,
                    "outdated": True,
                    "hidden": False,
                    "html_url": "https://ternway.zendesk.com/hc/de/articles/35467",
                    "updated_at": "2026-01-11T09:30:00Z",
                },
            ],
        },
        {
            "id": 35468,
            "html_url": "https://ternway.zendesk.com/hc/en-us/articles/35468",
            "draft": False,
            "section_id": 98838,
            "title": "Claims desk checklist",
            "source_locale": "en-us",
            "locale": "en-us",
            "outdated": False,
            "user_segment_id": 16,
            "label_names": [],
            "body": "<p>Check the payment queue first.</p>",
            "updated_at": "2026-02-01T09:30:00Z",
        },
    ],
    "sections": [{"id": 98838, "name": "Money back", "category_id": 888, "locale": "en-us", "parent_section_id": None}],
    "categories": [{"id": 888, "name": "Flights", "locale": "en-us"}],
}

INTERCOM: dict[str, Any] = {
    "type": "list",
    "pages": {"type": "pages", "page": 1, "per_page": 25, "total_pages": 1},
    "total_count": 2,
    "collections": [{"id": "145", "workspace_id": "ws", "name": "Baggage", "parent_id": None}],
    "data": [
        {
            "type": "article",
            "id": "39",
            "workspace_id": "this_is_an_id64",
            "title": "Lost bags",
            "description": "What to do when a bag is missing",
            "body": '<p class="no-margin">Report a missing bag at the desk.</p>',
            "author_id": 991267497,
            "state": "published",
            "created_at": 1719492696,
            "updated_at": 1719492700,
            "url": "https://intercom.help/ternway/en/articles/39-lost-bags",
            "parent_id": 145,
            "parent_ids": ["145"],
            "parent_type": "collection",
            "default_locale": "en",
            "translated_content": {
                "type": "article_translated_content",
                "fr": {
                    "type": "article_content",
                    "title": "Bagages perdus",
                    "description": "",
                    "body": "<p>D\u00e9clarez le bagage au comptoir.</p>",
                    "author_id": 991267497,
                    "state": "draft",
                    "created_at": 1719492696,
                    "updated_at": 1719492700,
                    "url": "https://intercom.help/ternway/fr/articles/39",
                },
                "es": None,
            },
        },
        {
            "type": "article",
            "id": "40",
            "workspace_id": "this_is_an_id64",
            "title": "Pets",
            "description": None,
            "body": "<p>Dogs fly too.</p>",
            "author_id": 1,
            "state": "draft",
            "url": None,
            "parent_id": None,
            "parent_ids": [],
            "parent_type": None,
            "default_locale": "en",
            "translated_content": None,
        },
    ],
}

CHATWOOT: dict[str, Any] = {
    "payload": [
        {
            "id": 7,
            "slug": "1719492696-seats",
            "title": "Choosing a seat",
            "content": "You choose a seat **after** booking.\n\n## Fees\n\n| Row | Fee |\n|---|---|\n| 1 | 20 EUR |",
            "description": "Seats",
            "status": "published",
            "position": 1,
            "account_id": 1,
            "updated_at": 1719492696,
            "meta": {},
            "locale": "en",
            "associated_article_id": None,
            "category": {"id": 3, "name": "Booking", "slug": "booking", "locale": "en"},
            "views": 5,
            "associated_articles": [{"id": 8, "title": "Sitzplatz"}],
        },
        {
            "id": 8,
            "slug": "1719492699-sitz",
            "title": "Sitzplatz w\u00e4hlen",
            "content": "Den Sitzplatz w\u00e4hlen Sie nach der Buchung.",
            "status": 0,
            "locale": "de",
            "associated_article_id": 7,
            "category": {"id": 4, "name": "Buchung", "slug": "buchung", "locale": "de"},
            "views": 0,
        },
    ],
    "meta": {"all_articles_count": 2, "articles_count": 2, "current_page": 1},
}

CONFLUENCE_PAGE = """<!DOCTYPE html>
<html>
    <head>
        <title>Desk : Rebooking</title>
        <link rel="stylesheet" href="styles/site.css" type="text/css" />
        <META http-equiv="Content-Type" content="text/html; charset=UTF-8">
    </head>
    <body class="theme-default aui-theme-default">
        <div id="page">
            <div id="main" class="aui-page-panel">
                <div id="main-header">
                    <div id="breadcrumb-section">
                        <ol id="breadcrumbs">
                            <li class="first"><span><a href="index.html">Desk</a></span></li>
                            <li><span><a href="Policies_98401.html">Policies</a></span></li>
                        </ol>
                    </div>
                    <h1 id="title-heading" class="pagetitle"><span id="title-text">Desk : Rebooking</span></h1>
                </div>
                <div id="content" class="view">
                    <div class="page-metadata">Created by <span class='author'> Kim Vale</span>, last modified on Jun 29, 2026</div>
                    <div id="main-content" class="wiki-content group">
                        <div class="toc-macro rbtoc1"><ul><li><a href="#x">Fees</a></li></ul></div>
                        <h2 id="Rebooking-Fees">Fees</h2>
                        <p>Rebooking is free within 24 hours. See <a href="Refunds_98555.html">Refunds</a>.</p>
                        <div class="confluence-information-macro confluence-information-macro-warning">
                          <div class="confluence-information-macro-body"><p>Not for group fares.</p></div></div>
                        <div class="table-wrap"><table class="confluenceTable"><tbody>
                          <tr><th class="confluenceTh">Fare</th><th class="confluenceTh">Fee</th></tr>
                          <tr><td class="confluenceTd">Light</td><td class="confluenceTd">40 EUR</td></tr></tbody></table></div>
                    </div>
                    <div class="pageSection group"><h2 id="attachments" class="pageSectionTitle">Attachments:</h2>
                      <a href="attachments/98402/98410.png">fees.png</a></div>
                </div>
            </div>
            <div id="footer" role="contentinfo"><p>Document generated by Confluence on Nov 01, 2026 10:00</p></div>
        </div>
    </body>
</html>"""

CONFLUENCE_INDEX = """<!DOCTYPE html><html><head><title>Desk (Desk)</title></head><body><div id="main-content" class="wiki-content group">
<div class="pageSection"><h2>Space Details:</h2></div><div class="pageSection"><h2>Available Pages:</h2>
<ul><li><a href="Rebooking_98402.html">Rebooking</a></li></ul></div></div></body></html>"""

ENTITIES = """<?xml version="1.0" encoding="UTF-8"?>
<hibernate-generic datetime="2026-11-01 10:00:00">
<object class="Space" package="com.atlassian.confluence.spaces"><id name="id">65537</id><property name="name"><![CDATA[Desk]]></property>
<property name="key"><![CDATA[DESK]]></property></object>
<object class="Page" package="com.atlassian.confluence.pages"><id name="id">98401</id>
<property name="title"><![CDATA[Policies]]></property>
<property name="contentStatus"><![CDATA[current]]></property>
<property name="space" class="Space" package="com.atlassian.confluence.spaces"><id name="id">65537</id></property></object>
<object class="Page" package="com.atlassian.confluence.pages"><id name="id">98402</id>
<property name="title"><![CDATA[Rebooking]]></property>
<property name="contentStatus"><![CDATA[current]]></property>
<property name="parent" class="Page" package="com.atlassian.confluence.pages"><id name="id">98401</id></property>
<property name="space" class="Space" package="com.atlassian.confluence.spaces"><id name="id">65537</id></property></object>
<object class="Page" package="com.atlassian.confluence.pages"><id name="id">98300</id>
<property name="title"><![CDATA[Rebooking]]></property>
<property name="contentStatus"><![CDATA[current]]></property>
<property name="originalVersion" class="Page" package="com.atlassian.confluence.pages"><id name="id">98402</id></property></object>
<object class="Page" package="com.atlassian.confluence.pages"><id name="id">98499</id>
<property name="title"><![CDATA[Binned]]></property>
<property name="contentStatus"><![CDATA[deleted]]></property></object>
<object class="BodyContent" package="com.atlassian.confluence.core"><id name="id">1</id>
<property name="body"><![CDATA[<h2>Fees</h2><p>Free within 24 hours. \
<ac:link><ri:page ri:content-title="Refunds" /><ac:plain-text-link-body>\
<![CDATA[See refunds]]]]><![CDATA[></ac:plain-text-link-body></ac:link></p>\
<ac:structured-macro ac:name="info"><ac:parameter ac:name="title">T\
</ac:parameter>\
<ac:rich-text-body><p>Not for groups.</p></ac:rich-text-body></ac:structured-macro>]]></property>
<property name="content" class="Page" package="com.atlassian.confluence.pages"><id name="id">98402</id></property>
<property name="bodyType">2</property></object>
<object class="BodyContent" package="com.atlassian.confluence.core"><id name="id">2</id>
<property name="body"><![CDATA[<p>All policies.</p>]]>
</property><property name="content" class="Page" package="com.atlassian.confluence.pages"><id name="id">98401</id></property>
<property name="bodyType">2</property></object>
</hibernate-generic>"""


def packed(files: Mapping[str, str | bytes], **options: Any) -> bytes:
    """A zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def lying(name: str, letter: bytes, times: int, *, says: int) -> bytes:
    """A zip whose one member holds much more than its headers say; they are right for its first `says` bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    part = letter * min(times, 1_000_000)
    data = b"".join([packer.compress(part) for _ in range(times // len(part))]) + packer.flush()
    told = struct.pack("<IIIHH", zlib.crc32(letter * says), len(data), says, len(name), 0)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + told + name.encode() + data
    central = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + told + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def word(*paragraphs: tuple[str, str]) -> bytes:
    """A .docx of (style, text): the three parts that Word needs."""
    styled = "".join(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>' for style, text in paragraphs)
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    document = f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{styled}</w:body></w:document>'
    return packed({"[Content_Types].xml": types, "_rels/.rels": relations, "word/document.xml": document})


def pdf(*pages: tuple[str, ...], password: str = "", title: str = "") -> bytes:
    """A PDF of pages of lines in Helvetica."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})})
        shown = "".join(f"({line}) Tj 0 -16 Td " for line in lines)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 50 780 Td {shown}ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    if title:
        writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password, algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
