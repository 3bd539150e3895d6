"""Text operations used by several packages."""

import unicodedata


def unaccented(text: str) -> str:
    """Return the text in lower case, without accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(letter)
    )


def capitalized(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
