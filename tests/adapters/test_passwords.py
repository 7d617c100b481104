from copilot.adapters.passwords import Argon2Passwords


async def test_a_password_is_known_again_and_its_hash_is_slow_and_salted() -> None:
    passwords = Argon2Passwords()
    kept, again = await passwords.hash("seven quiet trains"), await passwords.hash("seven quiet trains")
    assert kept.startswith("$argon2id$")
    assert kept != again
    assert await passwords.verify("seven quiet trains", kept)
    assert not await passwords.verify("seven quiet train", kept)


async def test_no_password_and_an_unreadable_one_let_nobody_in() -> None:
    passwords = Argon2Passwords()
    for kept in ("", "not a hash", "$argon2id$broken"):
        assert not await passwords.verify("nobody has this password", kept)
