"""Layouts, new and cached: a document's text and data as pages with an empty box for the seal (S12, P3).

The rest of the program uses `Render`. Layouts are made in the pool (`assemble`) and kept on disk (`cache`) by the hash
of all their inputs. `stamp` draws seals, numbers and marks later.
"""

import functools
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from printserver.errors import BadField, Recusa
from printserver.formats import BlockValues, ComposedBlock, Faces, Format, compose, files, named, printable
from printserver.rendering import cache, model, pdf_fonts, pool_tasks, reports, rtf_source
from printserver.rendering.body.marks import may_be_in
from printserver.rendering.keep_together import LINES_WITH_CLOSING
from printserver.rendering.model import Box, Layout, from_json
from printserver.rendering.pool import Pool, fork_server

Side = Literal["frente", "verso"]

_MAX_REMEMBERED: Final = 4096
"""Layouts that a process keeps in memory by request, to skip filling the template."""


@dataclass(frozen=True, slots=True)
class LayoutRequest:
    """Input of a layout: a document's plain data, its body and marks, the seal block's (placeholder) values.

    `corpo` is (format of the body, its content); of the format `imagens`, a PDF whose pages are set as images (C16).
    `mark_values` are by name, with or without brackets; of an rtf body, the values of its variables too, by `<Nome>`.
    `valores` only determines the size of the block; None for a document without seal.
    """

    formato: Format
    dados: Mapping[str, object]
    corpo: tuple[str, str]
    mark_values: Mapping[str, str]
    valores: BlockValues | None
    lado_inicial: Side = "frente"
    faces: Faces = "frente"


def begin_pool() -> None:
    """Load what the pool of this process needs beside what it does next. Called before it has threads."""
    fork_server(pool_tasks.MODULES)


class Render:
    """Layouts, cached and new. Thread-safe. The pool starts at the first layout that needs it.

    `in_use` returns the hashes used by open jobs or questions, which are never evicted from the cache.
    """

    def __init__(
        self,
        cache_dir: Path,
        *,
        processos: int,
        tempo_limite_s: float,
        memoria_mb: int,
        cache_mb: int,
        in_use: Callable[[], set[str]],
    ) -> None:
        self._cache = cache.Cache(cache_dir, limit_mb=cache_mb, in_use=in_use)
        self._pool = Pool(
            processos, tempo_limite_s, memoria_mb, initializer=pool_tasks.warm_up, preload=pool_tasks.MODULES
        )
        self._remembered: OrderedDict[str, Layout] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def pasta(self) -> Path:
        """The folder of cached layouts."""
        return self._cache.pasta

    def layout(self, request: LayoutRequest) -> Layout:
        """Return the layout of `request`, from the cache or new.

        Raises `Recusa`: `corpo-invalido` (the body or its limits), `imagem-nao-cabe` (C16), `bloco-sem-lugar` (no room
        for the seal block), `entrada-invalida` (a character that cannot be printed), `servidor-ocupado`.
        """
        check_characters(request)
        task = model.LayoutTask(
            formato=request.formato,
            dados=dict(request.dados),
            corpo=request.corpo,
            mark_values=_used_marks(request),
            bloco=measure_block(request.formato, request.valores),
            lado_inicial=request.lado_inicial,
            faces=request.faces,
            pasta=str(self._cache.pasta),
        )
        key = _key(task)
        remembered = self._recall(key)
        if remembered is not None:
            return remembered
        made: Layout = self._pool.run(pool_tasks.make_layout, task)
        self._cache.mark_used(made.hash)
        with self._lock:
            self._remembered[key] = made
            while len(self._remembered) > _MAX_REMEMBERED:
                self._remembered.popitem(last=False)
        return made

    def own_pages(self, html: str, stylesheet: str) -> bytes:
        """Return an HTML document of this program's own (texts escaped, fonts and images of the program) as PDF/A-2b.

        Raises `Recusa` `servidor-ocupado`, and `corpo-invalido` if it takes more than the limits of the pool.
        """
        return self._pool.run(pool_tasks.make_report, html, stylesheet)

    def parse_format(self, nome: str, own: files.Files) -> Format:
        """Return the format `nome` as the texts of its files make it, read in the pool: they may be hostile.

        Raises `WrongFormat`, and `Recusa` as `Pool.run`.
        """
        made: Format = self._pool.run(pool_tasks.parse_format, nome, dict(own))
        return made

    def examine_format(self, page_format: Format) -> None:
        """Fill the template of a format in the pool. Raises `WrongFormat`, and `Recusa` as `Pool.run`."""
        self._pool.run(pool_tasks.examine_format, page_format)

    def examine_rtf(self, content: str) -> rtf_source.RtfFacts:
        """Return what the `conteudo` of an rtf body is, read in the pool.

        Raises `Recusa` `corpo-invalido` for a content that is no RTF, or is damaged, and as `Pool.run`.
        """
        facts: rtf_source.RtfFacts = self._pool.run(pool_tasks.examine_rtf, content)
        return facts

    def examine_model(self, content: str) -> rtf_source.RtfModel:
        """Return what an imported model is, read in the pool. Raises as `examine_rtf`."""
        found: rtf_source.RtfModel = self._pool.run(pool_tasks.examine_model, content)
        return found

    def kept(self, hash: str) -> Layout | None:
        """Return the cached layout with that hash, or None if it is missing or incomplete."""
        return from_json(cache.read(self._cache.pasta, hash))

    def pdf(self, hash: str) -> Path:
        """Return the path of a cached layout's pages."""
        return self._cache.pdf(hash)

    def discard(self, hash: str) -> None:
        """Delete a cached layout whose file is damaged (`DamagedBase`); the next call of `layout` makes it again."""
        self._cache.discard(hash)

    def report(self, report: reports.Report) -> bytes:
        """Return the PDF/A of a report of the office. Raises `Recusa` `servidor-ocupado`, as `Pool.run`."""
        return reports.make(self._pool, report)

    def warm_up(self) -> None:
        """Start the pool's processes."""
        self._pool.warm_up()

    def close(self) -> None:
        """End the pool's processes."""
        self._pool.close()

    def _recall(self, key: str) -> Layout | None:
        with self._lock:
            layout = self._remembered.get(key)
            if layout is not None:
                self._remembered.move_to_end(key)
        # the cached file may have the avisos of another body with the same pages: the layout in memory has its own
        if layout is None or self.kept(layout.hash) is None:
            return None
        self._cache.mark_used(layout.hash)
        return layout


def measure_block(page_format: Format, values: BlockValues | None) -> tuple[float, float]:
    """Return width and height in mm of the seal block, height 0 if there is none.

    Raises `Recusa` `bloco-sem-lugar` if it does not fit the format's fixed block or a page.
    """
    composed = compose(page_format, values)
    block = page_format.bloco
    limit = block.altura if block.altura is not None else _height_with_text(page_format)
    if composed.altura > limit + 0.05:
        raise Recusa(
            "bloco-sem-lugar",
            f"O bloco do selo precisa de {composed.altura:.1f} mm de altura e o formato {page_format.nome} tem"
            f" {limit:.1f} mm: aumente bloco.altura ou imprima menos linhas no bloco.",
            extra={"altura_mm": composed.altura, "disponivel_mm": limit},
        )
    return _size(page_format, composed)


def _height_with_text(page_format: Format) -> float:
    """Return the page height in mm left for the block after the text lines that must accompany it (P3)."""
    lines = LINES_WITH_CLOSING if page_format.bloco.onde == "fim" else 0
    return page_format.texto.altura - lines * page_format.fontes.tamanho * page_format.fontes.entrelinha / 72 * 25.4


def _used_marks(request: LayoutRequest) -> dict[str, str]:
    """Return the marks that the body may contain: a sheet number must not change the layout of a text without marks."""
    if request.corpo[0] == "rtf":
        return dict(request.mark_values)
    if not may_be_in(request.corpo[1]):
        return {}
    return {name.removeprefix("[[").removesuffix("]]"): value for name, value in request.mark_values.items()}


def _size(page_format: Format, composed: ComposedBlock) -> tuple[float, float]:
    if composed.altura == 0:
        return composed.largura, 0.0
    return composed.largura, page_format.bloco.altura if page_format.bloco.altura is not None else composed.altura


def check_characters(request: LayoutRequest) -> None:
    """Raise `Recusa` `entrada-invalida` for a character without a glyph in the vendored fonts: it would be lost."""
    allowed = _allowed()
    for path, text in _texts(request.dados, ""):
        if not allowed.issuperset(text):
            raise _bad_character(path, next(character for character in text if character not in allowed))
    values = request.valores
    if values is None:
        return
    texts = (*values.custas, *(t for selo in values.selos for t in (selo.ato, selo.descricao, selo.motivo or "")))
    for text in texts:
        if missing := pdf_fonts.check(text):
            raise _bad_character("bloco", missing[0])


@functools.cache
def _allowed() -> frozenset[str]:
    return frozenset({*map(chr, printable()), *"\n\r\t"})


def _bad_character(path: str, character: str) -> Recusa:
    message = f"o caractere {character!r} ({named(character)}) não existe nas fontes de impressão: troque-o"
    return Recusa("entrada-invalida", f"{path}: {message}", errors=[BadField(path, message)])


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}.{index}")


def _key(task: model.LayoutTask) -> str:
    """Hash the request. Equal keys give the same layout; different keys may give the same layout too."""
    parts = [
        task.formato.nome,
        task.formato.versao,
        task.dados,
        task.corpo[0],
        task.mark_values,
        task.bloco,
        task.lado_inicial,
        task.faces,
    ]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode())
    digest.update(task.corpo[1].encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


__all__ = ["Box", "Layout", "LayoutRequest", "Render", "Side", "measure_block"]
