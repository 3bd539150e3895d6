"""A proof of a model: its pages with examples, and a seal of no office."""

from dataclasses import replace

from sqlalchemy.engine import Connection

from printserver.errors import Recusa
from printserver.models.examine import Sample, sample_request, variables_of
from printserver.models.store import Model, content
from printserver.office import Office
from printserver.rendering import DamagedBase, apply_stamp, sample_stamp


def prove(conn: Connection, office: Office, model: Model) -> bytes:
    """Return the PDF of a proof. Raises `Recusa` `modelo-recusado`, and as a print does."""
    if model.exame.formato is None:
        raise refused(model)
    exame = replace(model.exame, variaveis=variables_of(office, model.exame))
    request = sample_request(office.formatos.get(model.exame.formato), content(conn, office, model), exame)
    return draw(office, Sample(request, office.render.layout(request)))


def draw(office: Office, sample: Sample) -> bytes:
    """Return the PDF of a sample."""
    page_format, layout = sample.request.formato, sample.layout
    stamp = sample_stamp(page_format, layout.paginas)
    try:
        return apply_stamp(layout, office.render.pdf(layout.hash), page_format, stamp)
    except DamagedBase:
        office.render.discard(layout.hash)
        layout = office.render.layout(sample.request)
        return apply_stamp(layout, office.render.pdf(layout.hash), page_format, stamp)


def refused(model: Model) -> Recusa:
    """Return the refusal of a model that cannot be printed, with its reasons."""
    return Recusa("modelo-recusado", f"O modelo {model.nome} não se imprime: {'; '.join(model.motivos)}")
