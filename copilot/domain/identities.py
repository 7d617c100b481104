"""Addresses as they are matched: two ways of writing one address are one identity."""

from copilot.domain.people import IdentityType


def normal(type_: IdentityType, value: str) -> str:
    """E-mail without case, phone as E.164 where it can be read (else its digits), handle without case and @, else as written."""
    value = value.strip()
    if type_ == "email":
        return value.casefold()
    if type_ == "phone":
        return _phone(value)
    if type_ == "handle":
        return value.removeprefix("@").casefold()
    return value


def _phone(value: str) -> str:
    import phonenumbers

    international = "+" + value[2:] if value.startswith("00") else value
    try:
        number = phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        return "".join(character for character in value if character.isdigit()) or value.casefold()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
