from hypothesis import example, given
from hypothesis import strategies as st

from copilot.adapters.database import SqlDatabase
from copilot.domain.identities import normal
from copilot.domain.people import Field, Identity
from tests.adapters.database.samples import NOON, minutes, person


def mail(value: str, *, verified: bool = False) -> Identity:
    return Identity(type="email", value=value, verified=verified)


async def test_a_customer_comes_back_as_given(database: SqlDatabase) -> None:
    given_fields = (Field(name="booking", value="K7QX2", source="file", as_of=NOON),)
    given_customer = person(
        "c1", since=minutes(-5), tier="gold", locale="de", preferences=("e-mail",), identities=(mail("Ann@X.com"),), fields=given_fields
    )
    async with database.write("default") as records:
        stored = await records.customers.upsert(given_customer)
    assert stored == given_customer
    async with database.read("default") as records:
        assert await records.customers.find(given_customer.id) == given_customer
        assert await records.customers.find("c1") == given_customer
        assert await records.customers.find("nobody") is None


async def test_an_update_keeps_the_first_id_and_empties_nothing(database: SqlDatabase) -> None:
    full = person("c1", tier="gold", preferences=("calls",), fields=(Field(name="card", value="1", source="file", as_of=NOON),))
    later = person("c1", name="Ann Miller", fields=(Field(name="seat", value="4A", source="chat", as_of=NOON),))
    async with database.write("default") as records:
        await records.customers.upsert(full)
        stored = await records.customers.upsert(later)
    assert (stored.id, stored.name, stored.tier, stored.preferences) == (full.id, "Ann Miller", "gold", ("calls",))
    assert [field.name for field in stored.fields] == ["card", "seat"]


async def test_the_same_external_id_on_another_connection_is_another_customer(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        first = await records.customers.upsert(person("42"), "file")
        second = await records.customers.upsert(person("42"), "chatwoot")
        assert first.id != second.id
        assert len(await records.customers.all()) == 2


async def test_two_customers_may_share_an_address(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        ann = await records.customers.upsert(person("a", identities=(mail("Home@Example.com", verified=True),)))
        bob = await records.customers.upsert(person("b", identities=(mail("home@example.COM"),)))
        assert [c.id for c in await records.customers.by_identity("email", " HOME@example.com ")] == [ann.id, bob.id]
        assert await records.customers.by_identity("email", "other@example.com") == []
        # A placeholder in an export may have thousands: whoever asks says how many are enough.
        assert [c.id for c in await records.customers.by_identity("email", "home@example.com", most=1)] == [ann.id]
        assert [c.id for c in await records.customers.by_identity("email", "home@example.com", verified=True)] == [ann.id]
    assert (ann.identities[0].value, bob.identities[0].verified) == ("Home@Example.com", False)


async def test_an_address_once_verified_stays_verified(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.customers.upsert(person("a", identities=(mail("a@x.com", verified=True),)))
        stored = await records.customers.upsert(person("a", identities=(mail("A@x.com"),)))
    assert stored.identities == (mail("A@x.com", verified=True),)


async def test_customers_are_paged_by_id(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        ids = sorted([(await records.customers.upsert(person(str(n)))).id for n in range(5)])
        first = await records.customers.all(limit=3)
        rest = await records.customers.all(after=first[-1].id, limit=3)
    assert [c.id for c in (*first, *rest)] == ids


async def test_text_that_a_database_refuses_is_cleaned(database: SqlDatabase) -> None:
    hostile = person("c1", name="A\x00nn \ud83d\ude00 \udfff שלום", preferences=("no\x00ne",))
    async with database.write("default") as records:
        stored = await records.customers.upsert(hostile)
        assert stored.name == "Ann 😀 \ufffd שלום"
        assert stored.preferences == ("none",)


def test_ways_to_write_an_address_are_one() -> None:
    assert normal("phone", "+49 (30) 123-4567") == normal("phone", "0049 30 1234567") == "+49301234567"
    assert normal("phone", "030/123 45 67") == "0301234567"
    assert normal("handle", "@Ann_B") == normal("handle", "ann_b")
    assert normal("external", "Ab1") == "Ab1"


@given(st.sampled_from(["email", "phone", "handle", "external"]), st.text())
@example("phone", "+49 30 1234567")
def test_a_normal_form_is_stable(type_: str, value: str) -> None:
    once = normal(type_, value)  # type: ignore[arg-type]  # one of the four
    assert normal(type_, once) == once  # type: ignore[arg-type]  # the same
