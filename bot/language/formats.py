"""Numbers and dates as a language writes them."""

from datetime import datetime

from bot.language.scripts import main_code


def number(value: int, language: str) -> str:
    """4000 is "4.000" in German, "4,000" in English, "4 000" in French. An unknown language writes it plainly."""
    # Babel takes a tenth of a second to import, and few messages need it.
    from babel import UnknownLocaleError
    from babel.numbers import format_decimal

    try:
        return format_decimal(value, locale=main_code(language))
    except (UnknownLocaleError, ValueError):
        return str(value)


def date(day: datetime, language: str) -> str:
    """A day as a language writes it out: "4. März 2026", "4 March 2026"."""
    from babel import UnknownLocaleError
    from babel.dates import format_date

    try:
        return format_date(day, "long", locale=main_code(language))
    except (UnknownLocaleError, ValueError):
        return day.date().isoformat()
