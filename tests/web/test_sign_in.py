"""Coming in and leaving, in a real browser."""

from datetime import timedelta

import pytest
from playwright.async_api import BrowserContext, Page, expect

from copilot.api.auth import COOKIE
from tests.web.site import CONSOLE, Site

PASSWORD = "seven quiet trains"
LEA = "lea.brandt@ternway.example"


async def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.get_by_label("Work e-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_password_leads_to_the_page_one_wanted(site: Site, page: Page) -> None:
    await site.application.signing_in.set_password(CONSOLE, "agent-lea", PASSWORD)
    await page.goto("/desk?conversation=live-marta-refund")
    await expect(page).to_have_title("Sign in · Rapport")
    await sign_in(page, LEA, "wrong password")
    await expect(page.get_by_role("alert")).to_contain_text("do not go together")
    await expect(page.get_by_label("Password")).to_be_focused()
    await sign_in(page, "Lea.Brandt@Ternway.example")
    await expect(page).to_have_url(f"{site.address}/desk?conversation=live-marta-refund")
    await expect(page.get_by_role("banner")).to_contain_text("Lea Brandt")


async def test_the_cookie_is_for_the_server_alone(site: Site, context: BrowserContext, page: Page) -> None:
    await site.application.signing_in.set_password(CONSOLE, "agent-lea", PASSWORD)
    await page.goto("/sign-in")
    await sign_in(page, LEA)
    await expect(page).to_have_url(f"{site.address}/desk")
    (cookie,) = [one for one in await context.cookies() if one.get("name") == COOKIE]
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Lax")
    assert COOKIE not in await page.evaluate("document.cookie")


async def test_the_fifteenth_guess_is_not_heard(site: Site, page: Page) -> None:
    await page.goto("/sign-in")
    for _ in range(11):
        await sign_in(page, LEA, "guessed words")
    await expect(page.get_by_role("alert")).to_contain_text("too many tries")


async def test_signing_out_ends_the_session_everywhere(site: Site, context: BrowserContext, lea: Page) -> None:
    other = await context.new_page()
    await other.goto("/desk")
    await lea.goto("/desk")
    await lea.get_by_text("Lea Brandt").click()
    await lea.get_by_role("button", name="Sign out").click()
    await expect(lea).to_have_url(f"{site.address}/sign-in")
    await expect(other.get_by_text("You are signed out")).to_be_visible()
    await other.reload()
    await expect(other).to_have_title("Sign in · Rapport")


async def test_signed_in_again_elsewhere_the_page_goes_on(site: Site, context: BrowserContext, lea: Page) -> None:
    await lea.goto("/desk")
    site.clock.forward(hours=13)
    await lea.evaluate(
        "import(document.querySelector('script[src*=\"desk.js\"]').src.replace('desk.js', 'regions.js')).then((m) => m.refresh('queue'))"
    )
    await expect(lea.get_by_text("You are signed out")).to_be_visible()
    await site.sign_in(context, "agent-lea")
    await lea.evaluate("window.dispatchEvent(new Event('focus'))")
    await expect(lea.get_by_text("You are signed in again")).to_be_visible()
    assert await lea.evaluate("document.querySelector('meta[name=csrf]').content") == await site.csrf(context)


async def test_a_link_signs_in_once_and_looking_at_it_does_not_use_it(site: Site, page: Page) -> None:
    made = await site.application.signing_in.make_link(CONSOLE, "lead-henrik")
    for _ in range(3):
        await page.goto(f"/enter/{made.secret}")
    await expect(page.get_by_role("heading")).to_have_text("Hello, Henrik Solberg")
    await page.get_by_role("button", name="Sign in as Henrik Solberg").click()
    await expect(page).to_have_url(f"{site.address}/desk")
    await page.goto(f"/enter/{made.secret}")
    await expect(page.get_by_text("This link was used, or is older than 15 minutes. ")).to_be_visible()


async def test_a_link_that_is_too_old_says_so(site: Site, page: Page) -> None:
    made = await site.application.signing_in.make_link(CONSOLE, "lead-henrik")
    site.clock.forward(minutes=15)
    answer = await page.goto(f"/enter/{made.secret}")
    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


@pytest.mark.parametrize("to", ["//evil.example/x", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\tx", ""])
async def test_nobody_is_led_elsewhere_after_signing_in(site: Site, context: BrowserContext, page: Page, to: str) -> None:
    await site.sign_in(context)
    answer = await context.request.get("/sign-in", params={"next": to}, max_redirects=0)
    assert answer.status == 303
    assert answer.headers["location"] == "/"


async def test_forms_of_other_pages_sign_nobody_in(site: Site, context: BrowserContext) -> None:
    """Not even as the attacker: a form posted from elsewhere has no visitor's cookie, or not its word."""
    await site.application.signing_in.set_password(CONSOLE, "agent-lea", PASSWORD)
    made = await site.application.signing_in.make_link(CONSOLE, "agent-lea")
    for path in ("/sign-in", f"/enter/{made.secret}"):
        answer = await context.request.post(path, form={"email": LEA, "password": PASSWORD, "csrf": "0" * 64})
        assert answer.status == 403, path
    await context.request.get("/sign-in")
    answer = await context.request.post("/sign-in", form={"email": LEA, "password": PASSWORD, "csrf": "0" * 64})
    assert answer.status == 403
    assert COOKIE not in {cookie.get("name") for cookie in await context.cookies()}


async def test_signing_out_needs_the_word(site: Site, context: BrowserContext) -> None:
    await site.sign_in(context)
    assert (await context.request.post("/sign-out", form={"csrf": "no"})).status == 403
    assert (await context.request.get("/v1/me")).status == 200
    assert (await context.request.post("/sign-out", form={"csrf": await site.csrf(context)}, max_redirects=0)).status == 303
    assert (await context.request.get("/v1/me")).status == 401


async def test_links_end_when_they_say(site: Site) -> None:
    made = await site.application.signing_in.make_link(CONSOLE, "agent-lea")
    assert made.link.ends_at - made.link.made_at == timedelta(minutes=15)
