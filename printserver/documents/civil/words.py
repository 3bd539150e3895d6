"""Whole numbers and dates as an assento states them: in Portuguese words, and in figures."""

from datetime import date

from printserver.common.text import MONTHS


def number_in_words(number: int) -> str:
    """Return a whole number in words: `dois mil e vinte e seis`, `mil novecentos e noventa e nove`."""
    from num2words import num2words  # it loads all of its languages, and only Registro Civil needs it

    words: str = num2words(number, lang="pt_BR")
    return words.replace(",", "")  # the library's comma after thousands has no place in a date


def date_in_words(day: date) -> str:
    """Return a date in words: `vinte de novembro de dois mil e vinte e seis`; the first of a month is `primeiro`."""
    number = "primeiro" if day.day == 1 else number_in_words(day.day)
    return f"{number} de {MONTHS[day.month - 1]} de {number_in_words(day.year)}"


def date_in_figures(day: date) -> str:
    """Return a date as dd/mm/aaaa."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
