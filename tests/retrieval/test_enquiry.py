"""What counts as a question that an article could answer."""

import pytest

from copilot.retrieval.enquiry import enquires


@pytest.mark.parametrize(
    "text",
    [
        "Is there wifi on the plane?",
        "do you take dogs on board in summer",
        "Hello,\nI need an invoice with VAT for the hotel in Milan.\nKind regards\nRenate Schuster",
        "want to bring my cello on board",
        "darf ich Ski mitnehmen",
        "surfboard to Lisbon, possible? price?",
    ],
)
def test_a_question_or_a_wish(text: str) -> None:
    assert enquires(text, plainly=True)


@pytest.mark.parametrize("text", ["ok thanks, bye", "That was quick. Thank you, Sofia.", "Is that real?", "??", "", "Perfect, will do!"])
def test_nothing_is_asked(text: str) -> None:
    assert not enquires(text)


def test_what_is_merely_told_counts_only_where_somebody_waits() -> None:
    told = "My suitcase lies broken at the airport in Lisbon since Tuesday."
    assert enquires(told)
    assert not enquires(told, plainly=True)
