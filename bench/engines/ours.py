"""This program's own way of the same deed: laid out once with the seal's box empty, then stamped."""

from importlib.metadata import version
from itertools import count

import weasyprint

from bench import requests
from bench.deed import Deed
from bench.engines import Warm
from printserver.documents import Contexto, LivroVivo, Plano, SeloVivo, lados, ler_pedido, planejar
from printserver.documents.model import Pedido
from printserver.formats import Formato, ValoresBloco
from printserver.jobs import Office, compose
from printserver.office.people import Pessoa
from printserver.rendering import Layout, carimbar
from printserver.selo import SeloEmitido, emitir, informacao_sequencial

_ADMIN = Pessoa(1, 1, "admin", "Administrador", "administrador")


class Workshop:
    """The office's own parts, without database and HTTP: plan, layout, seals, stamp."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.version = f"WeasyPrint {weasyprint.__version__}, pikepdf {version('pikepdf')}"
        self._numbers = count(1)
        office.render.aquecer()

    def plan(self, body: dict[str, object], livro: LivroVivo | None = None) -> tuple[Pedido, Plano]:
        """Read a request and plan its document."""
        office = self.office
        pedido = ler_pedido(body)
        known = Contexto(office.clock(), office.regras, office.servicos, office.atos, livro=livro)
        return pedido, planejar(pedido.documento, known)

    def set_out(self, pedido: Pedido, plano: Plano) -> tuple[compose.Composicao, Formato]:
        """Put together what is laid out."""
        tipo = pedido.documento.tipo
        formato = self.office.formatos.get(pedido.formato or self.office.formatos.padrao(tipo))
        return compose.compor(self.office, pedido, plano, formato, formato.faces, _ADMIN), formato

    def seal(self, plano: Plano) -> list[SeloEmitido]:
        """Make the document's seals: code, registro, signature, QR's content."""
        office = self.office
        return [
            emitir(
                planned.novo,
                cns=office.cns,
                informacao=informacao_sequencial(next(self._numbers)),
                certificado=office.certificado,
            )
            for planned in plano.selos
        ]

    def stamp(
        self, pedido: Pedido, composed: compose.Composicao, formato: Formato, layout: Layout, seals: list[SeloEmitido]
    ) -> bytes:
        """Draw seals, QR, folhas and numbers on the laid-out pages."""
        instrumento = composed.plano.instrumento
        taken = ()
        if pedido.documento.tipo == "livro" and instrumento is not None and instrumento.folha_inicial is not None:
            taken = lados(instrumento.folha_inicial, pedido.lado_inicial, layout.paginas, formato.faces, 2, None)
        stamp = compose.carimbo(self.office, pedido, composed, seals, taken, layout.paginas)
        return carimbar(layout, self.office.render.pdf(layout.hash), formato, stamp)

    def live_livro(self, deed: Deed) -> LivroVivo:
        """Return the deed's livro as if it had just been printed."""
        _, plano = self.plan(requests.livro(deed))
        seals = [
            SeloVivo(
                codigo=made.codigo,
                ato=made.novo.ato,
                descricao=made.novo.descricao,
                principal=planned.principal,
                momento=made.novo.momento,
                qr_url=made.qr_url,
                emolumentos=made.novo.emolumentos,
                isento=False,
            )
            for made, planned in zip(self.seal(plano), plano.selos, strict=True)
        ]
        assert plano.instrumento is not None
        return LivroVivo("job", plano.instrumento, tuple(seals))


class FirstLayout(Warm):
    """What only the first print of a text costs: its pages, the box of the seal left empty."""

    name = "ours: first layout of a new text"
    whole_livro = False

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.version = workshop.version

    def render(self, deed: Deed, values: ValoresBloco) -> bytes:  # noqa: ARG002  # the seal is not yet known
        """Return the pages without seal."""
        composed, _ = self._workshop.set_out(*self._workshop.plan(requests.livro(deed)))
        layout = self._workshop.office.render.layout(composed.pedido)
        return self._workshop.office.render.pdf(layout.hash).read_bytes()


class LivroAfterMinuta(Warm):
    """The daily case: the parties have read the minuta, and its pages are kept. Signatures, QR, stamp."""

    name = "ours: livro after its minuta"

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.version = workshop.version

    def prepare(self, deed: Deed) -> None:
        """Print the minuta."""
        self._pedido, plano = self._workshop.plan(requests.livro(deed))
        self._composed, self._formato = self._workshop.set_out(self._pedido, plano)
        self._hash = self._workshop.office.render.layout(self._composed.pedido).hash

    def render(self, deed: Deed, values: ValoresBloco) -> bytes:  # noqa: ARG002  # its seals are made here, and signed
        """Return the whole PDF."""
        seals = self._workshop.seal(self._composed.plano)
        layout = self._workshop.office.render.kept(self._hash)
        assert layout is not None
        return self._workshop.stamp(self._pedido, self._composed, self._formato, layout, seals)


class LivroOfNewText(Warm):
    """A livro that nobody printed as minuta: layout, signatures, QR, stamp."""

    name = "ours: livro of a new text"

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.version = workshop.version

    def render(self, deed: Deed, values: ValoresBloco) -> bytes:  # noqa: ARG002  # its seals are made here, and signed
        """Return the whole PDF."""
        return _whole(self._workshop, *self._workshop.plan(requests.livro(deed)))


class Traslado(Warm):
    """Traslado 1, which has another heading and another end than the livro: layout, signature, QR, stamp."""

    name = "ours: traslado of a new text"
    whole_livro = False

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.version = workshop.version

    def prepare(self, deed: Deed) -> None:
        """Print the livro."""
        self._livro = self._workshop.live_livro(deed)

    def render(self, deed: Deed, values: ValoresBloco) -> bytes:  # noqa: ARG002  # its seals are made here, and signed
        """Return the whole PDF."""
        return _whole(self._workshop, *self._workshop.plan(requests.traslado(deed, 1), self._livro))


class SecondTraslado(Traslado):
    """Traslado 2: the pages of the first are kept."""

    name = "ours: traslado 2 after traslado 1"

    def prepare(self, deed: Deed) -> None:
        """Print livro and traslado 1."""
        super().prepare(deed)
        super().render(deed, None)  # type: ignore[arg-type]

    def render(self, deed: Deed, values: ValoresBloco) -> bytes:  # noqa: ARG002  # its seals are made here, and signed
        """Return the whole PDF."""
        return _whole(self._workshop, *self._workshop.plan(requests.traslado(deed, 2), self._livro))


def _whole(workshop: Workshop, pedido: Pedido, plano: Plano) -> bytes:
    composed, formato = workshop.set_out(pedido, plano)
    layout = workshop.office.render.layout(composed.pedido)
    return workshop.stamp(pedido, composed, formato, layout, workshop.seal(plano))
