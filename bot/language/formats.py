"""Numbers as a language writes them."""

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
