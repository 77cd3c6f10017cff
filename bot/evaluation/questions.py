"""The file of questions: one JSON object a line with `question`, `lang`, and `article` (null where the shop has no answer)."""

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from bot.errors import ConfigError
from bot.knowledge import Passage


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `language` is "" where it is to be detected; `article` names a document as the shop's owner would: its path or
    address, its file's name with or without its ending, or its title; "" where the right answer is that we do not know."""

    question: str
    language: str
    article: str

    def wants(self, passage: Passage) -> bool:
        """Whether a passage is of the article that should answer."""
        name = PurePosixPath(passage.document).name
        page = PurePosixPath(urlsplit(passage.url).path).name
        names = {passage.document, passage.url, passage.title, name, page, *_stems(name)}
        return bool(self.article) and self.article.casefold() in {one.casefold() for one in names if one}


def read(path: Path) -> list[Asked]:
    """All questions. Raises ConfigError, which names each line that cannot be one."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError([f"{path}: it cannot be read. Give a file with one JSON object a line (docs/evaluation.md)."]) from exc
    faults: list[str] = []
    asked = [one for number, line in enumerate(lines, 1) if line.strip() and (one := _asked(f"{path.name}, line {number}", line, faults))]
    if not asked and not faults:
        faults.append(f"{path.name}: it holds no question.")
    if faults:
        raise ConfigError(faults)
    return asked


def _asked(place: str, line: str, faults: list[str]) -> Asked | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        faults.append(f"{place}: it is not JSON.")
        return None
    if not isinstance(row, dict) or not isinstance(row.get("question"), str) or not row["question"].strip():
        faults.append(f'{place}: "question" is missing.')
        return None
    language, article = row.get("lang") or "", row.get("article") or ""
    if not isinstance(language, str) or not isinstance(article, str):
        faults.append(f'{place}: "lang" is a code like "de", "article" a text or null.')
        return None
    return Asked(row["question"], language, article)


def _stems(name: str) -> set[str]:
    """`returns.de.md` may be called `returns.de`, or `returns`."""
    return {name.rsplit(".", 1)[0], name.split(".", 1)[0]}
