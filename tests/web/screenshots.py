"""The pictures of the README: the sample company in the middle of a day, light and dark.

    python -m tests.web.screenshots [folder]

With the real encoder, so that the panel shows what `make demo` shows. With 256 colours where Pillow is installed, else as taken.
"""

import asyncio
import importlib
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final, Literal

import structlog
from playwright.async_api import Browser, ViewportSize, async_playwright

from copilot.bootstrap import build
from copilot.commands.demo import fill
from copilot.settings import Settings
from copilot.testing.application import Clock, settle
from copilot.testing.engine import InlineEngine
from copilot.testing.passwords import PlainPasswords
from tests.web.busy import MARTA, arrange, write
from tests.web.conftest import ARGUMENTS, PLACES
from tests.web.site import Site

FOLDER: Final = Path(__file__).parents[2] / "copilot" / "sample" / "screenshots"
SIZE: Final = ViewportSize(width=1280, height=800)
NARROW: Final = ViewportSize(width=400, height=800)
COLOURS: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
SHOTS: Final = (
    ("desk", f"/desk?conversation={MARTA}", "agent-lea", SIZE),
    ("panel", f"/panel?conversation={MARTA}", "agent-lea", NARROW),
    ("handover", "/handovers/{handover}", "agent-tom", SIZE),
    ("supervisor", "/supervisor", "lead-henrik", SIZE),
    ("editor", "/knowledge/drafts/{draft}", "editor-edith", SIZE),
    ("memory", "/customers/cus-elena-vasileva/memory", "lead-henrik", SIZE),
)
STILL_MS: Final = 800
"""Until texts have streamed in and fades have ended."""


async def take(folder: Path) -> list[Path]:
    """All pictures, into `folder`."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    chromium = next((path for path in map(shutil.which, PLACES) if path), None)
    if chromium is None:
        sys.exit("There is no Chromium here: apt-get install chromium")
    taken = []
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data_dir=Path(data), model="", fallback_models=())
        application = build(settings, clock=Clock(), engine=InlineEngine(), passwords=PlainPasswords())
        async with Site(application) as site, async_playwright() as playwright:
            await fill(application, quiet_period_s=0)
            await settle(application)
            handover = await arrange(site)
            draft = await write(site)
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for name, address, who, size in SHOTS:
                for colours in COLOURS:
                    path = folder / f"{name}-{colours}.png"
                    await shoot(site, browser, path, address.format(handover=handover, draft=draft), who, size, colours)
                    taken.append(path)
            await browser.close()
    return taken


async def shoot(
    site: Site, browser: Browser, path: Path, address: str, who: str, size: ViewportSize, colours: Literal["light", "dark"]
) -> None:
    """One page as one person sees it."""
    context = await browser.new_context(
        base_url=site.address, viewport=size, color_scheme=colours, locale="en-GB", timezone_id="Europe/Berlin"
    )
    await site.sign_in(context, who)
    page = await context.new_page()
    await page.goto(address)
    await page.wait_for_timeout(STILL_MS)
    await page.screenshot(path=path)
    await context.close()


def shrink(path: Path) -> None:
    """To 256 colours, where Pillow is there."""
    if importlib.util.find_spec("PIL") is None:
        return
    images = importlib.import_module("PIL.Image")
    images.open(path).convert("RGB").quantize(256, dither=0).save(path, optimize=True)


def main() -> None:
    """Take them, shrink them, say where they are."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for path in asyncio.run(take(folder)):
        shrink(path)
        sys.stdout.write(f"{path}  {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
