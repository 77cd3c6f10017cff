"""How many who ask for a person are understood, and how many others are taken for one.

    python -m benchmarks.requests --data DIR

DIR holds `bitext_support/queries.jsonl` (`text`, `intent`), and `clinc150/dev.json` (lists of [text, intent]), where nobody asks
for a person.
"""

import argparse
import json
import time
from pathlib import Path

from bot.language.requests import asks_for_person

HUMAN = "contact_human_agent"


def main() -> None:
    """Print both counts, and the cost of one message."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    folder = options.parse_args().data
    rows = [json.loads(line) for line in (folder / "bitext_support" / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    asking = [row["text"] for row in rows if row["intent"] == HUMAN]
    others = [row["text"] for row in rows if row["intent"] != HUMAN]
    talk = [row[0] for part in json.loads((folder / "clinc150" / "dev.json").read_text(encoding="utf-8")).values() for row in part]
    for name, texts in (("asking for a person", asking), ("other requests", others), ("clinc150, none asks", talk)):
        print(f"{name:22}{sum(map(asks_for_person, texts)):>6} of {len(texts):>6} taken for one who asks")
    began = time.process_time()
    for text in talk:
        asks_for_person(text)
    print(f"{1e6 * (time.process_time() - began) / len(talk):.0f} us of CPU a message")


if __name__ == "__main__":
    main()
