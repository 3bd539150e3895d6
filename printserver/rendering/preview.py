"""A format proved on paper: dummy data the very way of a print, layout and stamp, in this process without a pool."""

import tempfile
from pathlib import Path

from printserver.errors import ConfigError, Recusa
from printserver.formats import EXAMPLE_BODY, FORMAT_KINDS, Format, check, example_data, example_values, read_format
from printserver.rendering import model, pool_tasks
from printserver.rendering.render import measure_block
from printserver.rendering.stamp import Stamp, apply_stamp

BANNER = "SEM VALOR LEGAL"


def previsualizar(page_format: Format, *, text: str = EXAMPLE_BODY) -> bytes:
    """Return the PDF of `formato` with dummy data and `texto` as its body, marked SEM VALOR LEGAL.

    Raises `Recusa` as a print would, `ConfigError` where the template cannot be used.
    """
    kind = FORMAT_KINDS[page_format.tipo]
    body = text if kind.has_body else ""
    values = example_values(page_format.tipo)
    with tempfile.TemporaryDirectory(prefix="printserver-") as pasta:
        task = model.LayoutTask(
            formato=page_format,
            dados=example_data(page_format.tipo),
            corpo=("texto", body),
            mark_values={},
            bloco=measure_block(page_format, values),
            lado_inicial="frente",
            faces=page_format.faces,
            pasta=pasta,
        )
        layout = pool_tasks.make_layout(task)
        stamp_data = Stamp(
            valores=values,
            faixas=(BANNER,),
            folhas=tuple(f"Livro 0123, folha {45 + numero // 2:03d}" for numero in range(layout.paginas)),
            copia=kind.sample.copia if kind.sample else None,
            papeis=tuple(f"A{numero:07d}" for numero in range(1, layout.paginas + 1)),
            titulo=f"Amostra do formato {page_format.nome}",
            faces=page_format.faces,
        )
        return apply_stamp(layout, Path(pasta) / f"{layout.hash}.pdf", page_format, stamp_data)


def check_on_paper(path: Path) -> list[str]:
    """Return what is wrong with a format file (Portuguese, one line an error): read, and laid out with dummy data."""
    if findings := check(path):
        return findings
    try:
        previsualizar(read_format(path))
    except Recusa as refusal:
        return [f"{path.name}: {refusal.detail}"]
    except ConfigError as error:
        return str(error).splitlines()
    return []
