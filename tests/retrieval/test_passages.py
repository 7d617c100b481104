"""Articles → passages."""

from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.knowledge import Article, Passage
from copilot.retrieval.passages import LONGEST_WHOLE, TARGET_WORDS, passage_text_for_index, split


def article(text: str, **fields: object) -> Article:
    return Article.model_validate({"id": "a", "title": "Refunds", "text": text, **fields})


def internal(passages: list[Passage]) -> str:
    return "\n".join(p.text for p in passages if p.audience == "internal")


def public(passages: list[Passage]) -> str:
    return "\n".join(p.text for p in passages if p.audience == "public")


def test_sections_carry_their_headings() -> None:
    passages = split(article("# Refunds\n\nIntro.\n\n## By card\n\nTen days.\n\n### Abroad\n\nTwelve days.\n\n## By cash\n\nNow."))
    assert [(p.heading, p.text) for p in passages] == [
        ("", "Intro."),
        ("By card", "Ten days."),
        ("By card › Abroad", "Twelve days."),
        ("By cash", "Now."),
    ]
    assert [p.position for p in passages] == [0, 1, 2, 3]


def test_for_the_agent_is_internal_to_the_next_heading_of_its_level() -> None:
    passages = split(article("Open.\n\n## FOR THE AGENT:\n\nSecret.\n\n### Details\n\nMore secret.\n\n## After\n\nOpen again."))
    assert internal(passages) == "Secret.\nMore secret."
    assert public(passages) == "Open.\nOpen again."


def test_for_the_agent_in_other_dress_is_internal_too() -> None:
    for heading in (
        "**For the agent**",
        "For the agent\n---",
        "<h3>For the agent</h3>",
        "###### for the agent ######",
        "__For the agent:__",
    ):
        passages = split(article(f"Open.\n\n{heading}\n\nSecret.\n\n## After\n\nOpen again."))
        assert "Secret" in internal(passages), heading
        assert "Secret" not in public(passages), heading
        assert "Open again." in public(passages), heading


def test_for_the_agent_inside_a_quotation_or_html() -> None:
    passages = split(article("Open.\n\n> ## For the agent\n> Secret.\n\n<div><h2>For the agent</h2><p>Hidden.</p></div>\n\nOpen again."))
    assert "Secret" not in public(passages)
    assert "Hidden" not in public(passages)
    assert "Open again." in public(passages)


def test_internal_articles_are_internal_throughout() -> None:
    assert {p.audience for p in split(article("One.\n\n## Two\n\nThree.", audience="internal"))} == {"internal"}


def test_unchanged_text_keeps_its_id() -> None:
    before = split(article("## One\n\nSame.\n\n## Two\n\nOld."))
    after = split(article("New start.\n\n## One\n\nSame.\n\n## Two\n\nNew."))
    assert before[0].id == after[1].id
    assert before[1].id != after[2].id
    assert before[0].id.startswith("a~")


def test_the_same_text_twice_gets_two_ids() -> None:
    passages = split(article("## One\n\nSame.\n\n## One\n\nSame."))
    assert len({p.id for p in passages}) == 2


def test_lists_and_tables_stay_whole() -> None:
    filler = "word " * (TARGET_WORDS - 20)
    rows = "\n".join(f"| card {i} | {i} days |" for i in range(30))
    passages = split(article(f"{filler}\n\n| paid | days |\n|---|---|\n{rows}"))
    assert len(passages) == 2
    assert passages[1].text.count("\n") == 31


def test_a_table_too_long_repeats_its_head() -> None:
    rows = "\n".join(f"| card number {i} | {i} working days later |" for i in range(LONGEST_WHOLE))
    passages = split(article(f"| paid | days |\n|---|---|\n{rows}"))
    assert len(passages) > 2
    assert all(p.text.startswith("| paid | days |\n|---|---|\n") for p in passages)


def test_long_paragraphs_are_cut_between_sentences() -> None:
    passages = split(article(" ".join(f"This is sentence number {i} of the text." for i in range(100))))
    assert len(passages) > 3
    assert all(p.text.endswith(".") and len(p.text.split()) <= TARGET_WORDS + 40 for p in passages)


def test_what_is_embedded_has_title_and_heading_but_no_marks() -> None:
    passage = split(article("## By card\n\n- up to **10 days**, see [here](https://x.example)\n\n| a | b |\n|---|---|\n| 1 | 2 |"))[0]
    assert " ".join(passage_text_for_index(passage).split()) == "Refunds: By card up to 10 days, see here a b 1 2"


def test_an_empty_article_has_no_passages() -> None:
    assert split(article("")) == []


@given(
    st.lists(
        st.sampled_from(
            ["# H\n", "## For the agent\n", "- a\n- b\n", "text " * 300 + "\n", "> q\n", "---\n", "| a |\n|---|\n| b |\n", "<p>x</p>\n"]
        )
    )
)
def test_ids_are_distinct_and_sizes_bounded(blocks: list[str]) -> None:
    passages = split(article("\n".join(blocks)))
    assert len({p.id for p in passages}) == len(passages)
    assert all(p.text.strip() and len(p.text.split()) <= LONGEST_WHOLE for p in passages)
