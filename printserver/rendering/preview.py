"""Preview of a format: example data laid out and stamped as for a print, in this process without a pool."""

import tempfile
from pathlib import Path

from printserver.formats import EXAMPLE_BODY, FORMAT_KINDS, Format, example_data, example_values
from printserver.rendering import model, pool_tasks
from printserver.rendering.render import measure_block
from printserver.rendering.stamp import Stamp, apply_stamp

BANNER = "SEM VALOR LEGAL"


def previsualizar(page_format: Format, *, text: str = EXAMPLE_BODY) -> bytes:
    """Return the PDF of `page_format` with dummy data and `text` as its body, marked SEM VALOR LEGAL.

    Raises `Recusa` as a print does, `ConfigError` if the template cannot be used.
    """
    kind = FORMAT_KINDS[page_format.tipo]
    body = text if kind.has_body else ""
    values = example_values(page_format.tipo)
    with tempfile.TemporaryDirectory(prefix="printserver-") as folder:
        task = model.LayoutTask(
            formato=page_format,
            dados=example_data(page_format.tipo),
            corpo=("texto", body),
            mark_values={},
            bloco=measure_block(page_format, values),
            lado_inicial="frente",
            faces=page_format.faces,
            pasta=folder,
        )
        layout = pool_tasks.make_layout(task)
        stamp_data = Stamp(
            valores=values,
            faixas=(BANNER,),
            folhas=tuple(f"Livro 0123, folha {45 + number // 2:03d}" for number in range(layout.paginas)),
            copia=kind.sample.copia if kind.sample else None,
            papeis=tuple(f"A{number:07d}" for number in range(1, layout.paginas + 1)),
            titulo=f"Amostra do formato {page_format.nome}",
            faces=page_format.faces,
            matricula=kind.sample.matricula if kind.sample else None,
        )
        return apply_stamp(layout, Path(folder) / f"{layout.hash}.pdf", page_format, stamp_data)
