"""Pictures of the pages, by Debian's Chromium."""

from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

CHROMIUM = "/usr/bin/chromium"
WIDTH = 1240


async def take(pages: Sequence[Path]) -> list[Path]:
    """One beside each page."""
    taken = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-lcd-text"])
        tab = await browser.new_page(viewport={"width": WIDTH, "height": 600})
        for page in pages:
            await tab.goto(page.resolve().as_uri())
            taken.append(page.with_suffix(".png"))
            await tab.screenshot(path=taken[-1], full_page=True)
        await browser.close()
    return taken
