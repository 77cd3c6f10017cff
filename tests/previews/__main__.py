"""`python -m tests.previews [FOLDER]`: a page for each platform, in English, Arabic and Japanese; `--pictures` makes pictures of them."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bot.language.detection import Detector
from tests.previews.page import LANGUAGES, PLATFORMS, page
from tests.previews.story import told


async def write(folder: Path) -> list[Path]:
    """The pages, as files."""
    written, detector = [], Detector(LANGUAGES)
    with tempfile.TemporaryDirectory() as databases:
        for language in LANGUAGES:
            scenes = await told(Path(databases), language, detector)
            for platform in PLATFORMS:
                written.append(folder / f"{platform}-{language}.html")
                written[-1].write_text(page(platform, language, scenes))
    return written


def main() -> None:
    """Write them, and say where they are."""
    options = argparse.ArgumentParser(prog="python -m tests.previews", description=__doc__)
    options.add_argument("folder", nargs="?", default="previews", type=Path)
    options.add_argument("--pictures", action="store_true", help="needs Chromium, and fonts for Arabic, Japanese and emoji")
    chosen = options.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    written = asyncio.run(write(chosen.folder))
    if chosen.pictures:
        from tests.previews.pictures import take

        written += asyncio.run(take(written))
    sys.stdout.write("".join(f"{file}\n" for file in written))


main()
