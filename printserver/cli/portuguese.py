"""The words of click itself in Portuguese: help, and what is said of wrong arguments."""

from types import ModuleType
from typing import Final

import click
from click import core, decorators, exceptions, formatting, parser, termui, types

_MODULES: Final[tuple[ModuleType, ...]] = (core, decorators, exceptions, formatting, parser, termui, types)
_WORDS: Final = {
    "Usage:": "Uso:",
    "Options": "Opções",
    "Commands": "Comandos",
    "Show this message and exit.": "Mostra isto e termina.",
    "Show the version and exit.": "Mostra a versão e termina.",
    "%(prog)s, version %(version)s": "%(prog)s, versão %(version)s",
    "default: {default}": "sem ela: {default}",
    "required": "exigida",
    "Try '{command} {option}' for help.": "Ajuda: {command} {option}",
    "Error: {message}": "printserver: {message}",
    "Aborted!": "Interrompido: nada mais foi feito.",
    "Missing command.": "falta o comando.",
    "Missing argument": "falta o argumento",
    "Missing option": "falta a opção",
    "Missing parameter": "falta o parâmetro",
    "Missing parameter: {param_name}": "falta {param_name}",
    "Missing {param_type}": "falta {param_type}",
    "Choose from:\n\t{choices}": "Escolha uma de:\n\t{choices}",
    "No such option {name!r}.": "não há a opção {name}.",
    "No such command {name!r}.": "não há o comando {name}.",
    "Did you mean {possibility}?": "Seria {possibility}?",
    "(Did you mean one of: {possibilities}?)": "(Seria uma destas: {possibilities}?)",
    "Got unexpected extra argument ({args})": "argumento a mais: {args}",
    "Got unexpected extra arguments ({args})": "argumentos a mais: {args}",
    "Invalid value: {message}": "valor não aceito: {message}",
    "Invalid value for {param_hint}: {message}": "valor não aceito em {param_hint}: {message}",
    "{value!r} is not {choice}.": "“{value}” não é {choice}.",
    "{value!r} is not one of {choices}.": "“{value}” não é um de {choices}.",
    "{value!r} is not a valid {number_type}.": "“{value}” não é um {number_type}.",
    "{value} is not in the range {range}.": "{value} está fora de {range}.",
    "Takes {nargs} values but 1 was given.": "pede {nargs} valores, e veio 1.",
    "Takes {nargs} values but {len} were given.": "pede {nargs} valores, e vieram {len}.",
    "Option {name!r} does not take a value.": "a opção {name} não leva valor.",
    "Option {name!r} requires an argument.": "a opção {name} pede um valor.",
    "Option {name!r} requires {nargs} arguments.": "a opção {name} pede {nargs} valores.",
    "Repeat for confirmation": "Outra vez, para confirmar",
    "Error: The two entered values do not match.": "Os dois valores não são iguais.",
    "Error: invalid input": "Responda y (sim) ou n (não).",
}


def speak_portuguese() -> None:
    """Have click say its own words in Portuguese, in this process. A word that is not known stays English."""
    for module in _MODULES:
        module._ = _said  # type: ignore[attr-defined]
        module.ngettext = _counted  # type: ignore[attr-defined]
    types.StringParamType.name = "texto"
    types.IntParamType.name = types.IntRange.name = "número"
    types.FloatParamType.name = types.FloatRange.name = "número"


def describe(command: click.Command) -> click.Command:
    """Have a command, and those in it, show its usage in Portuguese; return it."""
    command.options_metavar = "[OPÇÕES]"
    if isinstance(command, click.Group):
        command.subcommand_metavar = "COMANDO [ARGUMENTOS]..."
        for each in command.commands.values():
            describe(each)
    for part in command.params:
        if isinstance(part.type, click.Path):
            part.type.name = "caminho"
    return command


def _said(text: str) -> str:
    return _WORDS.get(text, text)


def _counted(one: str, several: str, number: int) -> str:
    return _said(one if number == 1 else several)
