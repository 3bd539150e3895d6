"""Lay out, and keep: from a document's text and data to pages with the seal's box left empty (S12, P3).

`Render` is what the rest of the program uses. What is laid out runs in the pool (`montagem`); what was laid out is kept
on disk (`cache`) by the hash of all that shaped it. Seals, numbers and marks are drawn later, by `stamp`.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from printserver.errors import Campo, Recusa
from printserver.formats import ValoresBloco
from printserver.formats.block_layout import Composto, compor
from printserver.formats.model import Faces, Formato
from printserver.formats.text import named, printable
from printserver.rendering import cache, pdf_fonts, pool_tasks
from printserver.rendering.body.keep_together import LINHAS_COM_O_FECHO
from printserver.rendering.body.marks import may_be_in
from printserver.rendering.model import Caixa, Layout, de_json
from printserver.rendering.pool import Pool

Lado = Literal["frente", "verso"]

_LEMBRADOS: Final = 4096
"""Layouts that a process remembers by what was asked for, to skip even the template."""


@dataclass(frozen=True, slots=True)
class PedidoLayout:
    """What is laid out: a document's plain data, its body and the marks in it, the seal block's (placeholder) values.

    `corpo` is (format of the body, its content). `marcas` are by name, with or without their brackets. Only the size of
    the block is taken from `valores`; None for a document that gets no seal.
    """

    formato: Formato
    dados: Mapping[str, Any]
    corpo: tuple[str, str]
    marcas: Mapping[str, str]
    valores: ValoresBloco | None
    lado_inicial: Lado = "frente"
    faces: Faces = "frente"


class Render:
    """Layouts, kept and new. Safe to share between threads; the pool is started at the first layout that needs it.

    `em_uso` names the hashes that an open job or question holds: those are never thrown out of the cache.
    """

    def __init__(
        self,
        cache_dir: Path,
        *,
        processos: int,
        tempo_limite_s: float,
        memoria_mb: int,
        cache_mb: int,
        em_uso: Callable[[], set[str]],
    ) -> None:
        self._cache = cache.Cache(cache_dir, limite_mb=cache_mb, em_uso=em_uso)
        self._pool = Pool(processos, tempo_limite_s, memoria_mb, inicializar=pool_tasks.aquecer)
        self._lembrados: OrderedDict[str, Layout] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def pasta(self) -> Path:
        """The folder of kept layouts."""
        return self._cache.pasta

    def layout(self, pedido: PedidoLayout) -> Layout:
        """Return the layout of `pedido`, kept or made now.

        Raises `Recusa`: `corpo-invalido` (the body, or its limits), `bloco-sem-lugar` (no room for the seal block),
        `entrada-invalida` (a character that cannot be printed), `servidor-ocupado`.
        """
        conferir_caracteres(pedido)
        trabalho = pool_tasks.Trabalho(
            formato=pedido.formato,
            dados=dict(pedido.dados),
            corpo=pedido.corpo,
            marcas=_usadas(pedido),
            bloco=medir(pedido.formato, pedido.valores),
            lado_inicial=pedido.lado_inicial,
            faces=pedido.faces,
            pasta=str(self._cache.pasta),
        )
        chave = _chave(trabalho)
        lembrado = self._lembrado(chave)
        if lembrado is not None:
            return lembrado
        feito: Layout = self._pool.run(pool_tasks.montar, trabalho)
        self._cache.usado(feito.hash)
        with self._lock:
            self._lembrados[chave] = feito
            while len(self._lembrados) > _LEMBRADOS:
                self._lembrados.popitem(last=False)
        return feito

    def kept(self, hash: str) -> Layout | None:
        """Return the kept layout of that hash, or None where it is not (whole) on disk any more."""
        return de_json(cache.ler(self._cache.pasta, hash))

    def pdf(self, hash: str) -> Path:
        """Return the file of a kept layout's pages."""
        return self._cache.pdf(hash)

    def descartar(self, hash: str) -> None:
        """Throw a kept layout out whose file is damaged (`BaseDanificada`): the next `layout` makes it anew."""
        self._cache.descartar(hash)

    def formato(self, hash: str) -> Formato | None:
        """Return the very version of the format that a kept layout was made with."""
        lido = cache.ler(self._cache.pasta, hash)
        return None if lido is None else Formato.model_validate(json.loads(lido)["formato"], strict=False)

    def aquecer(self) -> None:
        """Start the pool's processes now."""
        self._pool.aquecer()

    def close(self) -> None:
        """End the pool's processes."""
        self._pool.close()

    def _lembrado(self, chave: str) -> Layout | None:
        with self._lock:
            layout = self._lembrados.get(chave)
            if layout is not None:
                self._lembrados.move_to_end(chave)
        # what is kept may bear the avisos of another body that came to the same pages: the remembered one does not
        if layout is None or self.kept(layout.hash) is None:
            return None
        self._cache.usado(layout.hash)
        return layout


def medir(formato: Formato, valores: ValoresBloco | None) -> tuple[float, float]:
    """Return width and height in mm of the seal block, height 0 where there is none.

    Raises `Recusa` `bloco-sem-lugar` where the format's fixed block cannot hold it, or no page could.
    """
    composto = compor(formato, valores)
    bloco = formato.bloco
    limite = bloco.altura if bloco.altura is not None else _altura_com_texto(formato)
    if composto.altura > limite + 0.05:
        raise Recusa(
            "bloco-sem-lugar",
            f"O bloco do selo precisa de {composto.altura:.1f} mm de altura e o formato {formato.nome} tem"
            f" {limite:.1f} mm: aumente bloco.altura ou imprima menos linhas no bloco.",
            extra={"altura_mm": composto.altura, "disponivel_mm": limite},
        )
    return _tamanho(formato, composto)


def _altura_com_texto(formato: Formato) -> float:
    """Return the height in mm that a page has for the block beside the lines of text that must stand with it (P3)."""
    linhas = LINHAS_COM_O_FECHO if formato.bloco.onde == "fim" else 0
    return formato.texto.altura - linhas * formato.fontes.tamanho * formato.fontes.entrelinha / 72 * 25.4


def _usadas(pedido: PedidoLayout) -> dict[str, str]:
    """Return the marks that a body may have: a paper's number must not make another layout of a text without it."""
    if not may_be_in(pedido.corpo[1]):
        return {}
    return {nome.removeprefix("[[").removesuffix("]]"): valor for nome, valor in pedido.marcas.items()}


def _tamanho(formato: Formato, composto: Composto) -> tuple[float, float]:
    if composto.altura == 0:
        return composto.largura, 0.0
    return composto.largura, formato.bloco.altura if formato.bloco.altura is not None else composto.altura


def conferir_caracteres(pedido: PedidoLayout) -> None:
    """Refuse what no vendored font has, and name it: a blank box on paper would be text lost."""
    for caminho, texto in _textos(pedido.dados, ""):
        for caractere in texto:
            if ord(caractere) not in printable() and caractere not in "\n\r\t":
                raise _caractere(caminho, caractere)
    valores = pedido.valores
    if valores is None:
        return
    textos = (*valores.custas, *(t for selo in valores.selos for t in (selo.ato, selo.descricao, selo.motivo or "")))
    for texto in textos:
        if falta := pdf_fonts.conferir(texto):
            raise _caractere("bloco", falta[0])


def _caractere(caminho: str, caractere: str) -> Recusa:
    mensagem = f"o caractere {caractere!r} ({named(caractere)}) não existe nas fontes de impressão: troque-o"
    return Recusa("entrada-invalida", f"{caminho}: {mensagem}", errors=[Campo(caminho, mensagem)])


def _textos(valor: Any, caminho: str) -> Iterator[tuple[str, str]]:
    if isinstance(valor, str):
        yield caminho, valor
    elif isinstance(valor, Mapping):
        for nome, item in valor.items():
            yield from _textos(item, f"{caminho}.{nome}" if caminho else str(nome))
    elif isinstance(valor, list | tuple):
        for indice, item in enumerate(valor):
            yield from _textos(item, f"{caminho}.{indice}")


def _chave(trabalho: pool_tasks.Trabalho) -> str:
    """Hash what was asked for. Two that differ may still give one layout; one that is equal surely does."""
    partes = [
        trabalho.formato.nome,
        trabalho.formato.versao,
        trabalho.dados,
        trabalho.corpo[0],
        trabalho.marcas,
        trabalho.bloco,
        trabalho.lado_inicial,
        trabalho.faces,
    ]
    soma = hashlib.sha256(json.dumps(partes, sort_keys=True, ensure_ascii=False, default=str).encode())
    soma.update(trabalho.corpo[1].encode("utf-8", "surrogatepass"))
    return soma.hexdigest()


__all__ = ["Caixa", "Lado", "Layout", "PedidoLayout", "Render", "medir"]
