"""What is never stored, and what a provider does not see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.adapters.privacy import PresidioPrivacy
from copilot.adapters.privacy.phones import candidates
from copilot.adapters.privacy.spans import Span, merged


class NoPatterns:
    def find(self, text: str) -> list[Span]:
        return []


EXACT = PresidioPrivacy(NoPatterns())
MARIA = (
    "Maria Schmidt",
    "maria.schmidt@example.com",
    "+49 170 1234567",
    "Lindenstraße 12, 10969 Berlin",
    "QX7P2M",
    "DE89370400440532013000",
)


@pytest.fixture(scope="module")
def presidio() -> PresidioPrivacy:
    """With Presidio's recognisers: the import takes seconds, once."""
    privacy = PresidioPrivacy()
    privacy.warm()
    return privacy


# What is cut before anything is stored


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4111 1111\n1111 1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "٤١١١ ١١١١ ١١١١ ١١١١",
        "4222222222222",
        "30569309025904",
        "378282246310005",
        "3782 822463 10005",
        "6011111111111117",
        "5555555555554444",
        "4000002500003155",
        "6304 0000 0000 0000 000",
    ],
)
def test_a_card_number_is_cut_however_it_is_written(number: str) -> None:
    assert EXACT.cut(f"My card is {number}, thanks") == "My card is [card number removed], thanks"


SEPARATORS = ["\u200b", "\u2060", "\u00ad", "\ufeff", "\u200d ", " \u200b-", ",", ", ", "/", " / ", "_", "__", "|", "*", " \n"]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("number", ["4111 1111 1111 1111", "3782 822463 10005"])
def test_nothing_that_stands_between_the_digits_hides_a_card_number(number: str, separator: str) -> None:
    for hidden in (separator.join(number.split()), separator.join(number.replace(" ", ""))):
        assert EXACT.cut(f"My card is {hidden}, thanks") == "My card is [card number removed], thanks"
        assert EXACT.cut(f"card_{hidden}_exp") == "card_[card number removed]_exp"


@pytest.mark.parametrize(
    "numbers", ["2019, 2020, 2021, 2022, 2023", "1,200, 3,400, 5,600, 7,800", "4,111,111,111,111,111", "12, 30, 45, 60, 75, 90, 10, 20"]
)
def test_numbers_in_a_row_are_no_card(numbers: str) -> None:
    assert EXACT.cut(numbers) == numbers


def test_a_card_number_is_cut_out_of_the_digits_around_it() -> None:
    assert EXACT.cut("order 12345 4111 1111 1111 1111 12/27") == "order 12345 [card number removed] 12/27"
    two = "4111 1111 1111 1111 and 5555 5555 5555 4444"
    assert EXACT.cut(two) == "[card number removed] and [card number removed]"


@pytest.mark.parametrize(
    "text",
    [
        "order 4401234567",
        "ticket 220-1234567890",
        "ticket 0161234567890",
        "4111 1111 1111 1112",
        "IBAN DE89 3704 0044 0532 0130 00",
        "call +49 170 1234567",
        "2026-03-01 10:00, 1,240.00 EUR, 0000 0000 0000 0000",
        "12345678901234567890123456789012345",
    ],
)
def test_other_numbers_are_kept(text: str) -> None:
    assert EXACT.cut(text) == text


@pytest.mark.parametrize(
    "said", ["Please block my card {}", "card # {} is lost", "Meine Kreditkarte: {}", "la tarjeta {} no funciona", "cc {}"]
)
@pytest.mark.parametrize("number", ["630427373398", "6304 2737 3398", "501864667909"])
def test_a_card_number_of_twelve_digits_is_cut_where_it_is_called_a_card(said: str, number: str) -> None:
    assert EXACT.cut(said.format(number)) == said.format("[card number removed]")


@pytest.mark.parametrize(
    "text", ["order 630427373398", "my gift card 630427373398", "card 630427373397", "card 430427373398", "card 630427373398.50", "scards"]
)
def test_other_numbers_of_twelve_digits_are_kept(text: str) -> None:
    assert EXACT.cut(text) == text


@given(digits=st.lists(st.integers(0, 9), min_size=15, max_size=18), first=st.integers(3, 6), gap=st.sampled_from(["", " ", "-", ". "]))
def test_every_luhn_number_of_16_to_19_digits_is_cut(digits: list[int], first: int, gap: str) -> None:
    body = [first, *digits[1:]]
    total = sum(d if place % 2 else (d * 2 - 9 if d > 4 else d * 2) for place, d in enumerate(reversed(body)))
    number = gap.join(map(str, [*body, -total % 10]))
    assert EXACT.cut(f"<{number}>") == "<[card number removed]>"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("my password is hunter2.", "my password is [password removed]."),
        ("My password is Sunshine", "My password is [password removed]"),
        ("password: hunter2", "password: [password removed]"),
        ("password:\nhunter2", "password:\n[password removed]"),
        ("pw=abc123", "pw=[password removed]"),
        ("the password for my account is still Fluffy!", "the password for my account is still [password removed]"),
        ('my password is "correct horse" ok', "my password is [password removed] ok"),
        ("login with password hunter2 please", "login with password [password removed] please"),
        ("Passwort: geheim123!", "Passwort: [password removed]"),
        ("Mein Passwort lautet Sommer", "Mein Passwort lautet [password removed]"),
        ("mi contraseña es perro123", "mi contraseña es [password removed]"),
        ("contraseña: perro", "contraseña: [password removed]"),
        ("mot de passe : azerty", "mot de passe : [password removed]"),
        ("passphrase: correct horse battery. Thanks", "passphrase: [password removed]. Thanks"),
        ("pin 1234", "pin [PIN removed]"),
        ("My PIN is 4321, thanks", "My PIN is [PIN removed], thanks"),
        ("PIN-Code: 0000", "PIN-Code: [PIN removed]"),
        ("CVC 123", "CVC [security code removed]"),
        ("the security code is 9876.", "the security code is [security code removed]."),
    ],
)
def test_passwords_and_codes_are_cut(text: str, kept: str) -> None:
    assert EXACT.cut(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "My password is not working",
        "I forgot my password 3 times",
        "a password reset, please",
        "Problem with password: I cannot log in",
        "Mein Passwort ist falsch",
        "mi contraseña no funciona",
        "boarding pass: gate B12",
        "Pin the tail on gate 12",
        "security code of practice 2024 is long",
    ],
)
def test_ordinary_sentences_about_passwords_are_kept(text: str) -> None:
    assert EXACT.cut(text) == text


@given(
    st.lists(
        st.sampled_from([*"4111 -.:\n", "password ", "is ", "pin ", "cvc ", "[", "hunter2", "1111", "removed]", "4111111111111111"]),
        max_size=30,
    )
)
def test_cutting_twice_is_cutting_once(pieces: list[str]) -> None:
    once = EXACT.cut("".join(pieces))
    assert EXACT.cut(once) == once


# What a provider does not see: this customer's own values


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Maria Schmidt", "⟦NAME_1⟧"),
        ("MARIA  SCHMIDT here", "⟦NAME_1⟧ here"),
        ("Maria's case, Frau Schmidt's and the Schmidts", "⟦NAME_2⟧'s case, Frau ⟦NAME_3⟧'s and the ⟦NAME_3⟧s"),
        ("write to MARIA.SCHMIDT@example.com", "write to ⟦EMAIL_1⟧"),
        ("0170 1234567, +49-170-123 45 67, 0049 170 1234567, +49 (0) 170 1234567", "⟦PHONE_1⟧, ⟦PHONE_1⟧, ⟦PHONE_1⟧, ⟦PHONE_1⟧"),
        ("Lindenstrasse 12 in Berlin", "⟦ADDRESS_2⟧ in Berlin"),
        ("booking qx7p2m", "booking ⟦REFERENCE_1⟧"),
        ("DE89 3704 0044 0532 0130 00", "⟦NUMBER_1⟧"),
        ("Mariana flew to Schmidtville with 1701234567890", "Mariana flew to Schmidtville with 1701234567890"),
    ],
)
def test_own_values_become_placeholders_however_they_are_written(text: str, masked: str) -> None:
    assert EXACT.masker(MARIA).mask(text) == masked


def test_what_is_restored_is_the_value_on_record() -> None:
    masker = EXACT.masker(MARIA)
    assert masker.restore(masker.mask("MARIA schmidt, Lindenstrasse 12")) == "Maria Schmidt, Lindenstraße 12"


def test_accents_may_be_missing_or_written_apart() -> None:
    masker = EXACT.masker(("José Müller", "Zoë"))
    assert masker.mask("Jose Mueller, Jose\u0301 Mu\u0308ller, JOSÉ MÜLLER, Zoe") == "⟦NAME_1⟧, ⟦NAME_1⟧, ⟦NAME_1⟧, ⟦NAME_2⟧"
    assert EXACT.masker(("Renee Dupont",)).mask("Renée Dupont") == "⟦NAME_1⟧"


@pytest.mark.parametrize(
    ("on_record", "written"),
    [
        ("Łukasz Żółty", "Lukasz Zolty"),
        ("Lukasz Zolty", "Łukasz Żółty"),
        ("Þóra Sigurðsson", "Thora Sigurdsson"),
        ("Đorđe Ilić", "Dorde Ilic"),
        ("Søren Bjørk", "Soren Bjork"),
        ("Soren Bjork", "Søren Bjørk"),
    ],
)
def test_letters_that_a_keyboard_lacks_may_be_plain(on_record: str, written: str) -> None:
    assert EXACT.masker((on_record,)).mask(f"{written} wrote.") == "⟦NAME_1⟧ wrote."


def test_common_words_in_a_name_stay_in_ordinary_sentences() -> None:
    masker = EXACT.masker(("Mark Will", "Anna van der Berg"))
    assert masker.mask("will you mark the van? The card der Bank") == "will you mark the van? The card der Bank"
    assert masker.mask("Mark called, Mark Will, Anna van der Berg") == "⟦NAME_3⟧ called, ⟦NAME_1⟧, ⟦NAME_2⟧"


@pytest.mark.parametrize("secret", ["", " ", "7", "42", "123", "x", "--"])
def test_values_too_short_to_be_secret_are_left_alone(secret: str) -> None:
    text = "7 of 42 in 123 x -- days"
    assert EXACT.masker((secret,)).mask(text) == text


def test_the_same_value_has_the_same_placeholder_in_every_message() -> None:
    masker = EXACT.masker(("Maria Schmidt", "Otto Kaiser"))
    assert masker.mask("Otto Kaiser and Maria Schmidt") == "⟦NAME_2⟧ and ⟦NAME_1⟧"
    assert masker.mask("Maria Schmidt") == "⟦NAME_1⟧"


def test_a_placeholder_in_a_message_is_no_placeholder() -> None:
    masker = EXACT.masker(MARIA)
    masked = masker.mask("I am ⟦NAME_1⟧, and ⟦ EMAIL_1 ⟧ too")
    assert masker.restore(masked) == "I am [NAME_1], and [ EMAIL_1 ] too"


def test_a_placeholder_that_was_never_given_stays() -> None:
    assert EXACT.masker(MARIA).restore("Dear ⟦NAME_9⟧") == "Dear ⟦NAME_9⟧"


def test_a_value_that_was_not_in_what_was_sent_cannot_be_asked_for() -> None:
    """The number of somebody not proven is not in the prompt; a model that writes its placeholder all the same gets nothing."""
    masker = EXACT.masker(("Maria Schmidt", "maria@example.com"))
    assert masker.mask("Maria Schmidt, not proven") == "⟦NAME_1⟧, not proven"
    assert masker.restore("⟦NAME_1⟧: ⟦EMAIL_1⟧") == "Maria Schmidt: ⟦EMAIL_1⟧"


@pytest.mark.parametrize("written", ["⟦NAME_1⟧", "⟦ NAME_1 ⟧", "⟦name_1⟧", "⟦NAME 1⟧"])
def test_small_slips_of_the_model_are_understood(written: str) -> None:
    masker = EXACT.masker(MARIA)
    masker.mask("Maria Schmidt")
    assert masker.restore(f"Dear {written},") == "Dear Maria Schmidt,"


@given(
    text=st.lists(st.sampled_from(["⟦", "⟧", "NAME", "_1", "_", " ", "12", "⟦NAME_1⟧", "⟦NAME_2⟧", "x", "é", "[", "\n"]), max_size=25).map(
        "".join
    )
)
def test_a_growing_text_is_restored_without_ever_taking_a_word_back(text: str) -> None:
    masker = EXACT.masker(MARIA)
    whole = masker.restore(text)
    steps = [masker.restore_partial(text[:end]) for end in range(len(text) + 1)]
    assert all(whole.startswith(step) for step in steps)
    assert len(whole) - len(steps[-1]) <= 24


@given(
    words=st.lists(
        st.sampled_from(["Maria", "SCHMIDT", "Maria Schmidt", "qx7p2m", "refund", "0170 1234567", "⟦NAME_1⟧", "142 EUR", "."]), max_size=12
    ),
)
def test_no_own_value_is_left_and_restoring_gives_it_back(words: list[str]) -> None:
    masker = EXACT.masker(MARIA)
    masked = masker.mask(" ".join(words))
    assert not any(value in masked.lower() for value in ("maria", "schmidt", "qx7p2m", "1234567"))
    assert masker.mask(masker.restore(masked)) == masked


# What a provider does not see: personal data by its shape


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to m.other@foo.co.uk now", "write to ⟦EMAIL_1⟧ now"),
        ("IBAN GB29 NWBK 6016 1331 9268 19.", "IBAN ⟦IBAN_1⟧."),
        ("from 192.168.10.77 today", "from ⟦IP_1⟧ today"),
        ("card 4111 1111 1111 1111", "card ⟦CARD_1⟧"),
        ("call +44 20 7946 0958", "call ⟦PHONE_1⟧"),
        ("(212) 555-1234 is mine", "⟦PHONE_1⟧ is mine"),
        ("ruf 030 1234567 an", "ruf ⟦PHONE_1⟧ an"),
        ("my number is 2125551234", "my number is ⟦PHONE_1⟧"),
        ("01.84.17.61.18", "⟦PHONE_1⟧"),
        ("two: a@example.com, b@example.com, a@example.com", "two: ⟦EMAIL_1⟧, ⟦EMAIL_2⟧, ⟦EMAIL_1⟧"),
    ],
)
def test_patterns_become_placeholders(presidio: PresidioPrivacy, text: str, masked: str) -> None:
    masker = presidio.masker(())
    assert masker.mask(text) == masked
    assert masker.restore(masked) == text


BUSINESS = [
    "order 4401234567 paid 1,240.00 EUR on 2026-03-14 at 10:20:30",
    "14.03.2026 and 03/14/2026 10:00",
    "1 000 000 points, EUR 12 500,50, 12.500,50 €, $1,200, 142 EUR, 99.50",
    "ticket 220-1234567890, flight LX 1234, booking QX7P2M, seats 12 14 16 18",
    "2019-2024, 24/7, room 1204, 30 days, 3-5 working days, 2@99.50",
    "invoice no. 555 123 4567 of case #20260314",
]


@pytest.mark.parametrize("text", BUSINESS)
def test_money_dates_and_order_numbers_survive(presidio: PresidioPrivacy, text: str) -> None:
    assert presidio.masker(MARIA[:3]).mask(text) == text


def test_the_suffix_list_is_not_fetched(presidio: PresidioPrivacy, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert presidio.masker(()).mask("a@example.museum") == "⟦EMAIL_1⟧"


def test_text_without_numbers_or_addresses_needs_no_presidio() -> None:
    privacy = PresidioPrivacy()
    assert privacy.masker(("Maria",)).mask("Where is my refund, asks Maria?") == "Where is my refund, asks ⟦NAME_1⟧?"
    assert privacy._patterns._recognisers is None  # type: ignore[attr-defined]  # the default finder's own state


def test_overlapping_places_become_one_so_that_no_end_shows() -> None:
    text = "abcdefgh"
    assert merged([Span(0, 4, "NAME", "x"), Span(2, 7, "PHONE")], text) == [Span(0, 7, "PHONE", "abcdefg")]
    assert merged([Span(0, 7, "EMAIL"), Span(2, 4, "NAME", "x")], text) == [Span(0, 7, "EMAIL")]


@given(st.text(alphabet="0123456789+-()./ EURx", max_size=60))
def test_phone_candidates_are_whole_numbers_of_a_phone_length(text: str) -> None:
    for start, end in candidates(text):
        digits = sum(c.isdigit() for c in text[start:end].split("x", maxsplit=1)[0])
        assert 7 <= digits <= 17
        assert not text[start - 1 : start].isdigit()
        assert not text[end : end + 1].isdigit()


@pytest.mark.parametrize(
    "unit", [" ", "\n", "\t", "4 ", "4\u200b", "\u200b", "1 , ", "1-\xa0-\xa0", "1 ( ( ", "af", "a@a.", "password is for "]
)
def test_a_long_hostile_text_is_read_to_its_end(unit: str) -> None:
    """With unlimited white space between a word and its secret, a page of spaces behind "pin" took hours."""
    text = f"my pin {unit * (50_000 // len(unit))} ok"
    assert EXACT.cut(text) is not None
    assert list(candidates(text)) is not None


@pytest.mark.parametrize(
    ("on_record", "written"),
    [
        ("Андрей Йовчев", "Это Андрей Йовчев, добрый день"),
        ("Μεγάλη Άμμος 184", "I live at Μεγάλη Άμμος 184, please send it there"),
        ("Μεγάλη Άμμος 184", "I live at μεγάλη άμμος 184, please send it there"),
        ("Łukasz Żądło", "this is ŁUKASZ ŻĄDŁO"),
    ],
)
def test_letters_of_other_scripts_are_found_with_their_own_marks(on_record: str, written: str) -> None:
    seen = EXACT.masker([on_record]).mask(written)
    assert not [word for word in on_record.split() if word.casefold() in seen.casefold()]


@pytest.mark.parametrize("number", ["853-37-1694", "125 17 4954"])
def test_a_social_security_number_is_masked(presidio: PresidioPrivacy, number: str) -> None:
    text = f"My social security number is {number}."
    assert presidio.cut(text) == text, "it is no security code of a card"
    masked = presidio.masker(()).mask(text)
    assert not [part for part in number.replace("-", " ").split() if part in masked]


@pytest.mark.parametrize("number", ["order 123456789", "flight 123-45"])
def test_what_is_no_social_security_number_stays(presidio: PresidioPrivacy, number: str) -> None:
    assert presidio.masker(()).mask(number) == number


@pytest.mark.parametrize("text", ["Phone:\n9469 9966", "Tel.:\n51 516 33 75\n", "> Mobile:\n> 51 516 33 75"])
def test_a_number_below_the_word_that_names_it_is_a_phone_number(presidio: PresidioPrivacy, text: str) -> None:
    seen = presidio.masker([]).mask(text)
    assert "\u27e6PHONE_1\u27e7" in seen
    assert "9966" not in seen
    assert "33 75" not in seen
