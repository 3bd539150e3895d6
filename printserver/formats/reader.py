"""Reads format files: the office's (`INSTANCE/formatos/`) before the shipped ones. A changed file is a new version.

An error names file, key and what is allowed. Nothing is laid out here; `rendering.preview` proves a format on paper.
"""

import hashlib
import re
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from printserver.errors import ConfigError, Recusa
from printserver.formats import templates
from printserver.formats.block_layout import compor, regiao
from printserver.formats.geometry import conferir_geometria, do_bloco_fixo
from printserver.formats.messages import erros
from printserver.formats.model import VARIAVEIS_DO_CAMPO, Definicao, Formato
from printserver.formats.template_data import (
    DO_SERVIDOR,
    completar,
    dados_de_exemplo,
    valores_de_exemplo,
)

PASTA: Final = Path(__file__).resolve().parent / "shipped"
PASTA_DA_SERVENTIA: Final = "formatos"
PASTA_DOS_MODELOS: Final = "modelos"
NOME: Final = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
PADROES: Final = {
    "minuta": "livro",
    "livro": "livro",
    "traslado": "traslado",
    "certidao": "certidao",
    "ficha_abertura": "ficha",
}
MARCAS: Final = {
    "[[SELO_LIVRO]]": "1234561ES0000000000001268",
    "[[CUSTAS]]": "Tabelião R$ 55,70; Estado R$ 15,83; … Total R$ 95,12",
    "[[TOTAL]]": "R$ 95,12",
    "[[PAPEL]]": "A0000001",
}
"""Marks that a body of `texto` or `html` may hold (contract), each with an example."""


@dataclass(frozen=True, slots=True)
class _Lido:
    formato: Formato
    assinatura: tuple[tuple[str, int, int], ...]  # path, mtime in ns and size of every file that shaped it


class Formatos:
    """All formats of an office. Safe to share between threads; each use sees a changed file at once."""

    def __init__(self, instance_dir: Path | None) -> None:
        self._pasta = instance_dir / PASTA_DA_SERVENTIA if instance_dir else None
        self._lidos: dict[str, _Lido] = {}
        self._lock = threading.Lock()

    def get(self, nome: str) -> Formato:
        """Return the format `nome` as its file is now.

        Raises `Recusa` `formato-desconhecido` where there is none, `ConfigError` where its file cannot be used.
        """
        arquivo = self._arquivo(nome)
        if arquivo is None:
            raise Recusa("formato-desconhecido", f'Não há formato "{nome}". Os que existem: {", ".join(self.nomes())}.')
        lido = self._lidos.get(nome)
        if lido is None or lido.assinatura[0][0] != str(arquivo) or not _inalterado(lido.assinatura):
            lido = _ler(arquivo)
            with self._lock:
                self._lidos[nome] = lido
        return lido.formato

    def nomes(self) -> list[str]:
        """Return the names of all formats, in order."""
        pastas = [pasta for pasta in (self._pasta, PASTA) if pasta is not None and pasta.is_dir()]
        return sorted({arquivo.stem for pasta in pastas for arquivo in pasta.glob("*.toml")})

    def padrao(self, tipo: str) -> str:
        """Return the name of the default format of a document type (`minuta`, `livro` …)."""
        return PADROES[tipo]

    def descrever(self, nome: str) -> dict[str, Any]:
        """Return what a program needs to know of a format, in mm, as `GET /api/v1/formatos/{nome}` tells it.

        Of a block that follows the text, x and y are null and the height is that of a document as in the preview.
        """
        formato = self.get(nome)
        bloco, pagina, margens = formato.bloco, formato.pagina, formato.margens
        if bloco.onde == "fim":
            composto = compor(formato, valores_de_exemplo(formato.tipo))
            lugar = {"x": None, "y": None, "largura": formato.largura_do_bloco, "altura": composto.altura}
        else:
            onde = do_bloco_fixo(formato)
            lugar = {"x": onde.x, "y": onde.y, "largura": onde.largura, "altura": onde.altura}
        return {
            "nome": formato.nome,
            "tipo": formato.tipo,
            "versao": formato.versao,
            "descricao": formato.descricao,
            "pagina": {"largura": pagina.largura, "altura": pagina.altura},
            "margens": {
                "esquerda": margens.esquerda,
                "direita": margens.direita,
                "superior": margens.superior,
                "inferior": margens.inferior,
                "espelhadas": margens.espelhadas,
            },
            "faces": formato.faces,
            "bloco": {
                "onde": bloco.onde,
                **{chave: valor if valor is None else round(valor, 1) for chave, valor in lugar.items()},
                "qr": bloco.qr,
            },
            "imprime": list(formato.imprime),
            "variaveis": list(_variaveis()),
        }

    def conferir_todos(self) -> list[str]:
        """Return one line for every error in every format of the office and of the shipped ones."""
        achados: list[str] = []
        for nome in self.nomes():
            arquivo = self._arquivo(nome)
            achados += conferir(arquivo) if arquivo else [f'{nome}.toml: o nome "{nome}" não serve; {_NOME_PERMITIDO}']
        return achados

    def _arquivo(self, nome: str) -> Path | None:
        if not NOME.match(nome):
            return None
        for pasta in (self._pasta, PASTA):
            if pasta is not None and (arquivo := pasta / f"{nome}.toml").is_file():
                return arquivo
        return None


_NOME_PERMITIDO: Final = "permitidas: letras minúsculas sem acento, algarismos e hífen"


def conferir(path: Path) -> list[str]:
    """Return what is wrong with one format file (Portuguese, one line an error); nothing where it can be used."""
    try:
        formato = _ler(path).formato
        # a document without partes, data or pessoa must not stop at its template either
        for dados in (dados_de_exemplo(formato.tipo), {"tipo": formato.tipo}):
            tudo = {**completar(dados), **DO_SERVIDOR}
            html = templates.preencher(formato.pasta, formato.template, tudo, versao=formato.versao)
            for nome in ("corpo", "bloco"):
                if html.count(str(DO_SERVIDOR[nome])) != 1:
                    raise ValueError(f"{formato.template}: deve escrever {{{{ {nome} }}}} uma vez só")
        _conferir_altura(formato)
    except ConfigError as erro:
        return str(erro).splitlines()
    except ValueError as erro:
        return [f"{path.name}: {erro}"]
    return []


def ler_formato(path: Path) -> Formato:
    """Return the format of one file; `ConfigError` names file, key and what is allowed."""
    return _ler(path).formato


def _conferir_altura(formato: Formato) -> None:
    """Refuse a fixed block that does not hold the lines and the QR of a usual document."""
    altura = formato.bloco.altura
    if altura is None:
        return
    precisa = compor(formato, valores_de_exemplo(formato.tipo)).altura
    if precisa > altura + 0.05:
        raise ValueError(
            f"bloco.altura: {altura} mm não comporta as linhas e o QR de um documento comum; no mínimo {precisa:.1f} mm"
        )


def _ler(arquivo: Path) -> _Lido:
    """Read one file, and the templates that it names."""
    conteudo = arquivo.read_bytes()
    antes = _marca(arquivo)
    if not NOME.match(arquivo.stem):
        raise ConfigError(f'{arquivo.name}: o nome "{arquivo.stem}" não serve; {_NOME_PERMITIDO}')
    try:
        definicao = Definicao.model_validate(tomllib.loads(conteudo.decode()))
        conferir_geometria(definicao)
        regiao(definicao)
        pasta = arquivo.parent / PASTA_DOS_MODELOS
        pasta_usada = str(pasta) if pasta.is_dir() else None
        soma = hashlib.sha256(conteudo + templates.impressao_digital(pasta_usada, definicao.template).encode())
        # the folders too: a new file of the office's may come before one of ours
        pastas = (arquivo.parent, *((pasta,) if pasta_usada else ()))
        usados = (*pastas, *templates.arquivos(pasta_usada, definicao.template))
        marcas = (antes, *(_marca(usado) for usado in usados))
    except ValidationError as erro:
        raise ConfigError("\n".join(f"{arquivo.name}: {linha}" for linha in erros(Definicao, erro))) from erro
    except UnicodeDecodeError as erro:
        raise ConfigError(f"{arquivo.name}: não é um texto em UTF-8 (byte {erro.start})") from erro
    except tomllib.TOMLDecodeError as erro:
        raise ConfigError(f"{arquivo.name}: TOML inválido: {erro}") from erro
    except ValueError as erro:
        raise ConfigError(f"{arquivo.name}: {erro}") from erro
    versao = soma.hexdigest()[:12]
    dados = {nome: getattr(definicao, nome) for nome in Definicao.model_fields}
    formato = Formato.model_construct(**dados, nome=arquivo.stem, versao=versao, pasta=pasta_usada)
    return _Lido(formato, marcas)


def _marca(arquivo: Path) -> tuple[str, int, int]:
    estado = arquivo.stat()
    return str(arquivo), estado.st_mtime_ns, estado.st_size


def _inalterado(assinatura: tuple[tuple[str, int, int], ...]) -> bool:
    try:
        return all(_marca(Path(caminho)) == marca for marca in assinatura for caminho in marca[:1])
    except FileNotFoundError:
        return False


def _variaveis() -> Iterator[dict[str, str]]:
    yield from ({"nome": marca, "exemplo": exemplo} for marca, exemplo in MARCAS.items())
    yield from ({"nome": f"{{{nome}}}", "exemplo": exemplo} for nome, exemplo in VARIAVEIS_DO_CAMPO.items())
