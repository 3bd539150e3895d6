"""The document templates: sources of the office and shipped ones, filled in a sandboxed Jinja2 environment.

Templates get only plain data, every value is escaped, and an unknown name is an error. A format holds the sources that
it was read with: a file that changes meanwhile does not change a print.
"""

import hashlib
import re
import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import (
    DictLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from printserver.formats import template_data

PASTA: Final = Path(__file__).resolve().parent.parent / "templates" / "documents"
STYLESHEET: Final = "documento.css"
FILE_NAME: Final = re.compile(r"[a-z0-9_-]+\.(?:html|css)")


_SENTENCES: Final = tuple(
    (re.compile(pattern, re.S), text)
    for pattern, text in (
        (r"Encountered unknown tag '(\w+)'.*", r"o comando “\1” não existe, ou não fecha o que está aberto"),
        (r"Unexpected end of template.*", "o modelo acaba sem fechar um comando (endif, endfor, endblock …)"),
        (r"unexpected end of template.*", "o modelo acaba no meio de um comando"),
        (r"unexpected char ('.+') at \d+", r"o caractere \1 não serve ali"),
        (r"unexpected '(.+)'", r"“\1” não serve ali"),
        (r"expected token '(.+)', got '(.+)'", r"esperava-se “\1”, e veio “\2”"),
        (r"'(\w+)' is undefined", r"não há “\1”"),
        (r"'?(.+?)'? has no attribute '(\w+)'", r"\1 não tem “\2”"),
        (r"No filter named '(\w+)'\.?", r"não há o filtro “\1”"),
    )
)


class WrongTemplate(ValueError):
    """A template that cannot be used; `path` is its file (`modelos/NAME`). The text names file and line."""

    def __init__(self, message: str, nome: str) -> None:
        super().__init__(message)
        self.path = f"modelos/{nome}"


Sources = Mapping[str, str]
"""The text of a template, of all templates that it names, and of the style sheets, by file name."""
Find = Callable[[str], str | None]
"""Returns the text of a file of templates by its name; None if there is none."""


def sources(template: str, find: Find) -> dict[str, str]:
    """Return the sources of a template: the shipped ones where `find` has none.

    The style sheet of all documents is among them, and `NAME.css` of the template `NAME.html`, where there is one.
    Raises `ValueError` (Portuguese) if one is missing, `WrongTemplate` if one is invalid or uses a variable that no
    document has.
    """
    known = {*template_data.VARIABLES, *template_data.SERVER_VARIABLES}
    found: dict[str, str] = {}
    to_visit = [template]
    while to_visit:
        nome = to_visit.pop()
        if nome in found:
            continue
        found[nome] = source = _source(nome, find)
        try:
            variables, others = _names_in(source)
        except TemplateError as error:
            line = getattr(error, "lineno", "?")
            raise WrongTemplate(f"{nome}, linha {line}: modelo inválido: {_said(error)}", nome) from error
        if unknown := sorted(variables - known):
            text = f"{nome}: variável desconhecida {unknown[0]}; permitidas: {', '.join(sorted(known))}"
            raise WrongTemplate(text, nome)
        to_visit += others
    found[STYLESHEET] = _source(STYLESHEET, find)
    own = own_stylesheet(template)
    if (own_text := find(own)) is not None:
        found[own] = own_text
    return found


def shipped(nome: str) -> str | None:
    """Return the text of a shipped template or style sheet; None if there is none of that name."""
    file = PASTA / nome
    return file.read_text("utf-8") if FILE_NAME.fullmatch(nome) and file.is_file() else None


def own_stylesheet(template: str) -> str:
    """Return the name of the style sheet of one template alone."""
    return f"{template.removesuffix('.html')}.css"


def stylesheet(made_of: Sources, template: str) -> str:
    """Return the style sheet of a document: that of all documents, then the template's own."""
    return made_of[STYLESHEET] + made_of.get(own_stylesheet(template), "")


def fingerprint(made_of: Sources) -> str:
    """Return the hash of the sources."""
    digest = hashlib.sha256()
    for nome in sorted(made_of):
        digest.update(nome.encode() + b"\0" + made_of[nome].encode() + b"\0")
    return digest.hexdigest()


def fill(made_of: Sources, template: str, data: Mapping[str, object]) -> str:
    """Return the HTML of `template` with `data`; `WrongTemplate` if it uses a missing value.

    A template may take any time and memory: what a person wrote is filled in the render pool alone.
    """
    try:
        return _environment(tuple(sorted(made_of.items()))).get_template(template).render(data)
    except TemplateError as error:
        text = f"pede um dado que não existe, ou que pode faltar: {_said(error)}"
        raise WrongTemplate(f"{_where(error, template)}: {text}", template) from error
    except (TypeError, ArithmeticError, LookupError, RecursionError) as error:
        raise WrongTemplate(f"{_where(error, template)}: o modelo não se monta: {error}", template) from error


@lru_cache(maxsize=32)
def _environment(made_of: tuple[tuple[str, str], ...]) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=DictLoader(dict(made_of)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _source(nome: str, find: Find) -> str:
    if not FILE_NAME.fullmatch(nome):
        raise ValueError(f'template: "{nome}" não serve; permitidas: letras minúsculas sem acento, algarismos, - e _')
    own = find(nome)
    text = own if own is not None else shipped(nome)
    if text is None:
        raise ValueError(f'template: "{nome}" não existe, nem na pasta modelos da serventia nem no programa')
    return text


def _said(error: TemplateError) -> str:
    """Return the message of an error of a template; the common ones in Portuguese."""
    for pattern, text in _SENTENCES:
        if found := pattern.match(error.message or ""):
            return found.expand(text)
    return error.message or ""


def _where(error: Exception, template: str) -> str:
    """Return the template and, where it is known, the line at which an error arose."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    line = error.lineno if isinstance(error, TemplateSyntaxError) else frames[-1].lineno if frames else None
    return f"{template}, linha {line}" if line else template


@lru_cache(maxsize=128)
def _names_in(source: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the variables that a template takes, and the templates that it names. Raises `TemplateError`.

    Most formats share their templates, and parsing one takes longer than all else of reading a format.
    """
    tree = _environment(()).parse(source)
    variables = frozenset(meta.find_undeclared_variables(tree) - _own_names(tree))
    return variables, tuple(other for other in meta.find_referenced_templates(tree) if other is not None)


def _own_names(tree: nodes.Template) -> set[str]:
    """Return the names that a template defines itself (imports, macros, assignments)."""
    names = {no.target for no in tree.find_all(nodes.Import)} | {no.name for no in tree.find_all(nodes.Macro)}
    names |= {nome if isinstance(nome, str) else nome[1] for no in tree.find_all(nodes.FromImport) for nome in no.names}
    return names | {no.name for no in tree.find_all(nodes.Name) if no.ctx == "store"}
