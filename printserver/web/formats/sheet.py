"""The page beside a format: a proof of what is typed, as an image, with the places that can be moved on it.

The image is that of the PDF which a proof prints; nothing is laid out a second time for the screen.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from printserver.common.data import JsonObject
from printserver.errors import Recusa
from printserver.formats import WrongFormat, files
from printserver.office import format_versions
from printserver.rendering import WIDTHS, Proof, Undrawable
from printserver.web.address import requested_option
from printserver.web.context import office
from printserver.web.formats import words
from printserver.web.forms import for_people, whole_number

_KEPT: Final = 12  # proofs whose other pages, and larger images, may be asked for

_lock = threading.Lock()
_proofs: OrderedDict[tuple[str, str], bytes] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draft came to: the page, or what is wrong, at fields by path and as a whole."""

    estado: JsonObject | None = None
    erros: Mapping[str, str] = field(default_factory=dict)
    avisos: tuple[str, ...] = ()

    def as_json(self, prefix: str) -> JsonObject:
        """Return it for the script of the page; the names of fields begin with `prefix`."""
        return {
            "estado": self.estado,
            "erros": {f"{prefix}{path}": text for path, text in self.erros.items()},
            "avisos": list(self.avisos),
        }


def draw(nome: str, wanted: files.Files, side: str = "") -> Drawn:
    """Return the page of what these files make: side `side` of the proof (from 1), else that of the seal block."""
    try:
        found, _kept = format_versions.check(office(), nome, wanted)
        return Drawn(_state(nome, found, side))
    except (WrongFormat, Recusa, Undrawable) as error:
        return refused(error)


def refused(error: Exception) -> Drawn:
    """Return what is wrong with a format, for the screen."""
    if isinstance(error, WrongFormat):
        at, whole = words.faults(error.faults)
        return Drawn(None, at, tuple(whole))
    if isinstance(error, Recusa):
        return Drawn(None, {}, (words.said(for_people(error.detail)),))
    return Drawn(None, {}, ("A página não pôde ser desenhada.",))


def image(nome: str, sha256: str, pagina: int) -> ResponseReturnValue:
    """Give a page of a proof that was drawn a short time ago."""
    width = int(requested_option("largura", [str(each) for each in WIDTHS]) or WIDTHS[0])
    with _lock:
        pdf = _proofs.get((office().instance_name, sha256))

    def kept() -> bytes:
        if pdf is None:
            raise Recusa("nao-encontrado", f"Esta prova do formato {nome} já não existe: abra o formato de novo.")
        return pdf

    try:
        png = office().imagens.get(sha256, pagina, width, kept)
    except (ValueError, Undrawable):
        raise Recusa("nao-encontrado", "Não há esta página.") from None
    answer = Response(png, content_type="image/png")
    answer.set_etag(hashlib.sha256(png).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, max-age=3600, immutable"
    answer.headers["Vary"] = "Cookie"
    return answer.make_conditional(request)


def _state(nome: str, found: Proof, side: str) -> JsonObject:
    page, n = found.formato.pagina, len(found.sides)
    asked = whole_number(side) or 0
    index = asked - 1 if 1 <= asked <= n else _side_of_block(found)
    sha256 = hashlib.sha256(found.pdf).hexdigest()
    _keep(sha256, found.pdf)
    office().imagens.get(sha256, index + 1, WIDTHS[0], lambda: found.pdf)
    box, area = found.block(index), found.text_area(index)
    return {
        "imagem": url_for("web.formato_imagem", nome=nome, sha256=sha256, pagina=index + 1),
        "grande": url_for("web.formato_imagem", nome=nome, sha256=sha256, pagina=index + 1, largura=WIDTHS[-1]),
        "lado": index + 1,
        "lados": n,
        "largura": page.largura,
        "altura": page.altura,
        "pixels": [WIDTHS[0], round(WIDTHS[0] * page.altura / page.largura)],
        "espelhada": found.mirrored(index),
        "bloco": None if box is None else {"x": box.x, "y": box.y, "largura": box.largura, "altura": box.altura},
        "texto": {"x": area.x, "y": area.y, "largura": area.largura, "altura": area.altura},
        "sha256": sha256,
    }


def _side_of_block(found: Proof) -> int:
    return next((n for n in range(len(found.sides)) if found.block(n) is not None), 0)


def _keep(sha256: str, pdf: bytes) -> None:
    with _lock:
        _proofs[(office().instance_name, sha256)] = pdf
        _proofs.move_to_end((office().instance_name, sha256))
        while len(_proofs) > _KEPT:
            _proofs.popitem(last=False)
