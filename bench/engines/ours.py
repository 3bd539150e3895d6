"""This program's rendering of the deed: laid out once with an empty box for the seal, then stamped."""

from importlib.metadata import version
from itertools import count

import weasyprint

from bench import requests
from bench.deed import Deed
from bench.engines import Warm
from printserver.documents import Context, LiveLivro, LiveSelo, Pedido, Plan, make_plan, page_sides, read_request
from printserver.formats import BlockValues, Format
from printserver.jobs import Office, compose, rtf_variables
from printserver.office import Person
from printserver.rendering import Layout, apply_stamp
from printserver.selo import IssuedSelo, issue_selo, sequential_informacao

_ADMIN = Person(1, 1, "admin", "Administrador", "administrador")


class Workshop:
    """The office's components without database and HTTP: plan, layout, seals, stamp."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.version = f"WeasyPrint {weasyprint.__version__}, pikepdf {version('pikepdf')}"
        self._numbers = count(1)
        office.render.warm_up()

    def plan(self, body: dict[str, object], livro: LiveLivro | None = None) -> tuple[Pedido, Plan]:
        """Read a request and plan its document."""
        office = self.office
        request = read_request(body)
        known = Context(office.clock(), office.rules, office.servicos, office.atos, livro=livro)
        return request, make_plan(request.documento, known)

    def set_out(self, request: Pedido, plan: Plan) -> tuple[compose.Composition, Format]:
        """Compose the layout request."""
        kind = request.documento.tipo
        page_format = self.office.formatos.get(request.formato or self.office.formatos.default_name(kind))
        faces, none = page_format.faces, rtf_variables.NONE
        composed = compose.compose(self.office, request, plan, page_format, faces, _ADMIN, none)
        return composed, page_format

    def seal(self, plan: Plan) -> list[IssuedSelo]:
        """Make the document's seals: code, registro, signature, QR content."""
        office = self.office
        return [
            issue_selo(
                planned.new_selo,
                cns=office.cns,
                informacao=sequential_informacao(next(self._numbers)),
                certificate=office.certificado,
            )
            for planned in plan.selos
        ]

    def stamp(
        self,
        request: Pedido,
        composed: compose.Composition,
        page_format: Format,
        layout: Layout,
        seals: list[IssuedSelo],
    ) -> bytes:
        """Draw seals, QR, folhas and numbers on the laid-out pages."""
        instrumento = composed.plan.instrumento
        taken = ()
        if request.documento.tipo == "livro" and instrumento is not None and instrumento.folha_inicial is not None:
            taken = page_sides(
                instrumento.folha_inicial, request.lado_inicial, layout.paginas, page_format.faces, 2, None
            )
        stamp = compose.stamp_data(self.office, request, composed, seals, taken, layout.paginas)
        return apply_stamp(layout, self.office.render.pdf(layout.hash), page_format, stamp)

    def live_livro(self, deed: Deed) -> LiveLivro:
        """Return the deed's livro as if it were already printed."""
        _, plan = self.plan(requests.livro(deed))
        seals = [
            LiveSelo(
                codigo=made.codigo,
                ato=made.new_selo.ato,
                descricao=made.new_selo.descricao,
                principal=planned.principal,
                momento=made.new_selo.momento,
                qr_url=made.qr_url,
                emolumentos=made.new_selo.emolumentos,
                isento=False,
            )
            for made, planned in zip(self.seal(plan), plan.selos, strict=True)
        ]
        assert plan.instrumento is not None
        return LiveLivro("job", plan.instrumento, tuple(seals))


class FirstLayout(Warm):
    """The part of the first print of a text: the pages with an empty box for the seal."""

    name = "ours: first layout of a new text"
    whole_livro = False

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.version = workshop.version

    def render(self, deed: Deed, values: BlockValues) -> bytes:  # noqa: ARG002  # the seal is not yet known
        """Return the pages without the seal."""
        composed, _ = self._workshop.set_out(*self._workshop.plan(requests.livro(deed)))
        layout = self._workshop.office.render.layout(composed.pedido)
        return self._workshop.office.render.pdf(layout.hash).read_bytes()


class LivroAfterMinuta(Warm):
    """The usual case: the pages are cached since the minuta. Signatures, QR, stamp."""

    name = "ours: livro after its minuta"

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.version = workshop.version

    def prepare(self, deed: Deed) -> None:
        """Print the minuta."""
        self._request, plan = self._workshop.plan(requests.livro(deed))
        self._composed, self._format = self._workshop.set_out(self._request, plan)
        self._hash = self._workshop.office.render.layout(self._composed.pedido).hash

    def render(self, deed: Deed, values: BlockValues) -> bytes:  # noqa: ARG002  # its seals are made here, and signed
        """Return the whole PDF."""
        seals = self._workshop.seal(self._composed.plan)
        layout = self._workshop.office.render.kept(self._hash)
        assert layout is not None
        return self._workshop.stamp(self._request, self._composed, self._format, layout, seals)


class LivroOfNewText(Warm):
    """A livro without an earlier minuta: layout, signatures, QR, stamp."""

    name = "ours: livro of a new text"

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.version = workshop.version

    def render(self, deed: Deed, values: BlockValues) -> bytes:  # noqa: ARG002  # its seals are made here, and signed
        """Return the whole PDF."""
        return _whole(self._workshop, *self._workshop.plan(requests.livro(deed)))


class Traslado(Warm):
    """Traslado 1, with heading and end different from the livro: layout, signature, QR, stamp."""

    name = "ours: traslado of a new text"
    whole_livro = False

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.version = workshop.version

    def prepare(self, deed: Deed) -> None:
        """Print the livro."""
        self._livro = self._workshop.live_livro(deed)

    def render(self, deed: Deed, values: BlockValues) -> bytes:  # noqa: ARG002  # its seals are made here, and signed
        """Return the whole PDF."""
        return _whole(self._workshop, *self._workshop.plan(requests.traslado(deed, 1), self._livro))


class SecondTraslado(Traslado):
    """Traslado 2, with the cached pages of traslado 1."""

    name = "ours: traslado 2 after traslado 1"

    def prepare(self, deed: Deed) -> None:
        """Print livro and traslado 1."""
        super().prepare(deed)
        super().render(deed, None)  # type: ignore[arg-type]

    def render(self, deed: Deed, values: BlockValues) -> bytes:  # noqa: ARG002  # its seals are made here, and signed
        """Return the whole PDF."""
        return _whole(self._workshop, *self._workshop.plan(requests.traslado(deed, 2), self._livro))


def _whole(workshop: Workshop, request: Pedido, plan: Plan) -> bytes:
    composed, page_format = workshop.set_out(request, plan)
    layout = workshop.office.render.layout(composed.pedido)
    return workshop.stamp(request, composed, page_format, layout, workshop.seal(plan))
