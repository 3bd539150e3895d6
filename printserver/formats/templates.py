"""The templates of paper: a sandboxed Jinja2 environment over the office's folder and the shipped one.

Templates get plain data only, every value is escaped, and an unknown name is an error, not a blank.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

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

from printserver.formats import template_data as exemplos

PASTA: Final = Path(__file__).resolve().parent.parent / "templates" / "documents"
ESTILO: Final = "documento.css"


@lru_cache(maxsize=32)
def ambiente(pasta: str | None, versao: str = "") -> ImmutableSandboxedEnvironment:  # noqa: ARG001 - the cache's key
    """Return the environment whose templates come from the office's `pasta` first, then from the shipped ones.

    One for each `versao` of a format: compiled templates do not notice a new file that comes before them.
    """
    pastas: list[BaseLoader] = [FileSystemLoader(p) for p in (pasta, PASTA) if p is not None]
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(pastas),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def estilo(pasta: str | None) -> str:
    """Return the style sheet of all documents: the office's, else the shipped one."""
    fonte, _, _ = _fonte(pasta, ESTILO)
    return fonte


def impressao_digital(pasta: str | None, template: str) -> str:
    """Return the hash of a template, of all that it names, and of the style sheet.

    Raises `ValueError` (Portuguese) where one is missing or broken, or uses a variable that no document has.
    """
    soma = hashlib.sha256(estilo(pasta).encode())
    conhecidas = {*exemplos.VARIAVEIS, *exemplos.DO_SERVIDOR}
    for nome, fonte in _todas(pasta, template):
        try:
            arvore = ambiente(pasta).parse(fonte)
        except TemplateError as erro:
            raise ValueError(f"{nome}, linha {getattr(erro, 'lineno', '?')}: modelo inválido: {erro.message}") from erro
        if estranhas := sorted(meta.find_undeclared_variables(arvore) - conhecidas - _proprias(arvore)):
            raise ValueError(
                f"{nome}: variável desconhecida {estranhas[0]}; permitidas: {', '.join(sorted(conhecidas))}"
            )
        soma.update(nome.encode() + b"\0" + fonte.encode() + b"\0")
    return soma.hexdigest()


def preencher(pasta: str | None, template: str, dados: dict[str, Any], *, versao: str = "") -> str:
    """Return the HTML of `template` with `dados`; `ValueError` (Portuguese) where it asks for what is not there."""
    try:
        return ambiente(pasta, versao).get_template(template).render(dados)
    except TemplateError as erro:
        raise ValueError(f"{template}: pede um dado que não existe, ou que pode faltar: {erro.message}") from erro


def arquivos(pasta: str | None, template: str) -> Iterator[Path]:
    """Yield the files of a template, of all that it names, and of the style sheet."""
    for nome in (ESTILO, *(nome for nome, _ in _todas(pasta, template))):
        _, arquivo, _ = _fonte(pasta, nome)
        yield Path(arquivo)


def _proprias(arvore: nodes.Template) -> set[str]:
    """Return the names that a template itself makes at its top: those hold in its blocks too."""
    nomes = {no.target for no in arvore.find_all(nodes.Import)} | {no.name for no in arvore.find_all(nodes.Macro)}
    nomes |= {
        nome if isinstance(nome, str) else nome[1] for no in arvore.find_all(nodes.FromImport) for nome in no.names
    }
    return nomes | {no.name for no in arvore.find_all(nodes.Name) if no.ctx == "store"}


def _todas(pasta: str | None, template: str) -> Iterator[tuple[str, str]]:
    visitar, vistos = [template], set()
    while visitar:
        nome = visitar.pop()
        if nome in vistos:
            continue
        vistos.add(nome)
        fonte, _, _ = _fonte(pasta, nome)
        yield nome, fonte
        try:
            referidos = meta.find_referenced_templates(ambiente(pasta).parse(fonte))
            visitar += [outro for outro in referidos if outro is not None]
        except TemplateError:
            continue  # told when its turn comes, with the line


def _fonte(pasta: str | None, nome: str) -> tuple[str, str, Any]:
    loader = ambiente(pasta).loader
    assert loader is not None
    try:
        fonte, arquivo, atual = loader.get_source(ambiente(pasta), nome)
    except TemplateNotFound:
        ondes = " nem ".join(str(p) for p in (pasta, "templates/documents") if p is not None)
        raise ValueError(f'template: "{nome}" não existe em {ondes}') from None
    assert arquivo is not None
    return fonte, arquivo, atual
