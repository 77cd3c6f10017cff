"""What Discord takes: the documented limits of messages, buttons, forms and commands. Each check gives what is wrong, or ""."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

Payload = dict[str, Any]

LOCALES = {
    *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro"),
    *("fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
}
_SLASH_NAME = re.compile(r"[-_'\w]{1,32}")


def fault_of_message(data: Payload) -> str:
    """Of a message to be posted, or of the change of one."""
    content = data.get("content") or ""
    if not content.strip():
        return "empty"
    if len(content) > 2000:
        return "content"
    return fault_of_rows(data.get("components") or [])


def fault_of_rows(rows: Sequence[Payload]) -> str:
    """Of the components under a message."""
    if len(rows) > 5 or any(row["type"] != 1 or not 1 <= len(row["components"]) <= 5 for row in rows):
        return "rows"
    buttons = [each for row in rows for each in row["components"]]
    return _first([*map(_fault_of_button, buttons), _doubled(each["custom_id"] for each in buttons)])


def fault_of_form(data: Payload) -> str:
    """Of a modal."""
    labels = data["components"]
    if not 1 <= len(data["custom_id"]) <= 100 or not 1 <= len(data["title"]) <= 45 or not 1 <= len(labels) <= 5:
        return "modal"
    return _first([*map(_fault_of_label, labels), _doubled(each["component"]["custom_id"] for each in labels)])


def fault_of_commands(commands: Sequence[Payload]) -> str:
    """Of all global commands of an application."""
    slash = [each for each in commands if each.get("type", 1) == 1]
    on_message = [each for each in commands if each.get("type") == 3]
    if len(slash) > 100 or len(on_message) > 15 or len(slash) + len(on_message) < len(commands):
        return "number"
    return _first([*map(_fault_of_slash, slash), *map(_fault_of_menu, on_message)])


def _fault_of_button(button: Payload) -> str:
    shown = bool(button.get("label") or button.get("emoji")) and len(button.get("label") or "") <= 80
    return "" if button["type"] == 2 and button["style"] in (1, 2, 3, 4) and shown and 1 <= len(button["custom_id"]) <= 100 else "button"


def _fault_of_label(label: Payload) -> str:
    field = label["component"]
    if label["type"] != 18 or not 1 <= len(label["label"]) <= 45 or not 1 <= len(field["custom_id"]) <= 100 or "label" in field:
        return "label"
    if field["type"] == 3:
        options = field["options"]
        texts = [each[key] for each in options for key in ("label", "value")]
        fine = 1 <= len(options) <= 25 and all(1 <= len(text) <= 100 for text in texts)
        return "" if fine and sum(bool(each.get("default")) for each in options) <= 1 else "select"
    fine = field["type"] == 4 and field["style"] in (1, 2) and 1 <= field.get("max_length", 4000) <= 4000
    return "" if fine and len(field.get("value", "")) <= 4000 else "text input"


def _fault_of_slash(command: Payload) -> str:
    names = [command["name"], *(command.get("name_localizations") or {}).values()]
    if any(not _SLASH_NAME.fullmatch(name) or name != name.lower() for name in names):
        return f"name of {command['name']}"
    options = command.get("options", [])
    longest = sum(max(len(text) for text in _descriptions(each)) + len(each["name"]) for each in (command, *options))
    if longest > 8000 or len(options) > 25:
        return f"size of {command['name']}"
    return _first(map(_fault_of_described, (command, *options)))


def _fault_of_menu(command: Payload) -> str:
    names = [command["name"], *(command.get("name_localizations") or {}).values()]
    fine = all(1 <= len(name) <= 32 for name in names) and not command.get("description") and not command.get("options")
    return "" if fine and set(command.get("name_localizations") or {}) <= LOCALES else f"menu {command['name']}"


def _fault_of_described(described: Payload) -> str:
    fine = all(1 <= len(text) <= 100 for text in _descriptions(described))
    return "" if fine and set(described.get("description_localizations") or {}) <= LOCALES else f"description of {described['name']}"


def _descriptions(described: Payload) -> list[str]:
    return [described["description"], *(described.get("description_localizations") or {}).values()]


def _doubled(ids: Iterable[str]) -> str:
    found = list(ids)
    return "" if len(set(found)) == len(found) else "custom_id used twice"


def _first(faults: Iterable[str]) -> str:
    return next(filter(None, faults), "")
