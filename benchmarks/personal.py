"""How much of what belongs to one person is found in texts, and how much else is taken for it.

    python -m benchmarks.personal --data DIR

DIR holds `pii_multilingual/rows.jsonl` (`text`, `pii` and `keep`: spans with `type`, `start`, `end`) and `pii_presidio/rows.jsonl`
(`text`, `spans`). Names, streets and other kinds that the desk does not look for are counted as nobody's only where nothing was found.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.privacy.personal import found

KINDS = {
    "PHONE": "phone",
    "PHONE_NUMBER": "phone",
    "IBAN": "account",
    "IBAN_CODE": "account",
    "CREDIT_CARD": "card",
    "EMAIL_ADDRESS": "e-mail",
}
Row = Mapping[str, Any]


def main() -> None:
    """Print recall by kind, precision, and the cost of one text."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    for name in ("pii_multilingual", "pii_presidio"):
        lines = (options.parse_args().data / name / "rows.jsonl").read_text(encoding="utf-8").splitlines()
        measure(name, [json.loads(line) for line in lines])


def measure(name: str, rows: Sequence[Row]) -> None:
    """One data set."""
    all_, hit, right, wrong, ids = Counter[str](), Counter[str](), 0, 0, 0
    for row in rows:
        spans = found(row["text"])
        marked = row.get("pii") or row.get("spans") or []
        for span in marked:
            if kind := KINDS.get(span["type"]):
                all_[kind] += 1
                hit[kind] += any(one.start < span["end"] and span["start"] < one.end for one in spans)
        for one in spans:
            if any(one.start < span["end"] and span["start"] < one.end for span in marked):
                right += 1
            else:
                wrong += 1
        ids += sum(any(one.start < span["end"] and span["start"] < one.end for one in spans) for span in row.get("keep", []))
    print(f"{name}, {len(rows)} texts")
    for kind, count in all_.items():
        print(f"  {kind:10}{hit[kind]:>6} of {count:>5} found  {100 * hit[kind] / count:5.1f} %")
    print(f"  of {right + wrong} found {right} are somebody's, {100 * right / max(1, right + wrong):.1f} %; ids taken for it: {ids}")
    began = time.process_time()
    for row in rows:
        found(row["text"])
    print(f"  {1e6 * (time.process_time() - began) / len(rows):.0f} us of CPU a text")


if __name__ == "__main__":
    main()
