"""The document templates: a sandboxed Jinja2 environment over the office's folder and the shipped one.

Templates get only plain data, every value is escaped, and an unknown name is an error.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    meta,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from printserver.formats import template_data

PASTA: Final = Path(__file__).resolve().parent.parent / "templates" / "documents"
STYLESHEET: Final = "documento.css"


@lru_cache(maxsize=32)
def environment(pasta: str | None, version: str = "") -> ImmutableSandboxedEnvironment:  # noqa: ARG001 - cache key
    """Return the environment whose templates come from the office's `pasta` first, then from the shipped ones.

    There is one for each `versao` of a format: cached templates do not detect a new file that takes precedence.
    """
    folders: list[BaseLoader] = [FileSystemLoader(p) for p in (pasta, PASTA) if p is not None]
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def stylesheet(pasta: str | None) -> str:
    """Return the style sheet of all documents: the office's, else the shipped one."""
    source, _ = _source(pasta, STYLESHEET)
    return source


def fingerprint(pasta: str | None, template: str) -> str:
    """Return the hash of a template, of all templates that it names, and of the style sheet.

    Raises `ValueError` (Portuguese) if one is missing or invalid, or uses a variable that no document has.
    """
    digest = hashlib.sha256(stylesheet(pasta).encode())
    known = {*template_data.VARIABLES, *template_data.SERVER_VARIABLES}
    for nome, source in _all_sources(pasta, template):
        try:
            tree = environment(pasta).parse(source)
        except TemplateError as error:
            raise ValueError(
                f"{nome}, linha {getattr(error, 'lineno', '?')}: modelo inválido: {error.message}"
            ) from error
        if unknown := sorted(meta.find_undeclared_variables(tree) - known - _own_names(tree)):
            raise ValueError(f"{nome}: variável desconhecida {unknown[0]}; permitidas: {', '.join(sorted(known))}")
        digest.update(nome.encode() + b"\0" + source.encode() + b"\0")
    return digest.hexdigest()


def fill(pasta: str | None, template: str, data: Mapping[str, object], *, version: str = "") -> str:
    """Return the HTML of `template` with `data`; `ValueError` (Portuguese) if it uses a missing value."""
    try:
        return environment(pasta, version).get_template(template).render(data)
    except TemplateError as error:
        raise ValueError(f"{template}: pede um dado que não existe, ou que pode faltar: {error.message}") from error


def files(pasta: str | None, template: str) -> Iterator[Path]:
    """Yield the files of a template, of all templates that it names, and of the style sheet."""
    for nome in (STYLESHEET, *(nome for nome, _ in _all_sources(pasta, template))):
        _, file = _source(pasta, nome)
        yield Path(file)


def _own_names(tree: nodes.Template) -> set[str]:
    """Return the names that a template defines itself (imports, macros, assignments)."""
    names = {no.target for no in tree.find_all(nodes.Import)} | {no.name for no in tree.find_all(nodes.Macro)}
    names |= {nome if isinstance(nome, str) else nome[1] for no in tree.find_all(nodes.FromImport) for nome in no.names}
    return names | {no.name for no in tree.find_all(nodes.Name) if no.ctx == "store"}


def _all_sources(pasta: str | None, template: str) -> Iterator[tuple[str, str]]:
    to_visit, seen = [template], set()
    while to_visit:
        nome = to_visit.pop()
        if nome in seen:
            continue
        seen.add(nome)
        source, _ = _source(pasta, nome)
        yield nome, source
        try:
            referenced = meta.find_referenced_templates(environment(pasta).parse(source))
            to_visit += [other for other in referenced if other is not None]
        except TemplateError:
            continue  # reported when it is parsed, with the line


def _source(pasta: str | None, nome: str) -> tuple[str, str]:
    loader = environment(pasta).loader
    assert loader is not None
    try:
        source, file, _ = loader.get_source(environment(pasta), nome)
    except TemplateNotFound:
        ondes = " nem ".join(str(p) for p in (pasta, "templates/documents") if p is not None)
        raise ValueError(f'template: "{nome}" não existe em {ondes}') from None
    assert file is not None
    return source, file
