"""A format proved on paper: dummy data the very way of a print, layout and stamp, in this process without a pool."""

import tempfile
from pathlib import Path

from printserver.errors import ConfigError, Recusa
from printserver.formats import Formato, conferir, ler_formato
from printserver.formats.template_data import CORPO_DE_EXEMPLO, dados_de_exemplo, valores_de_exemplo
from printserver.rendering import pool_tasks
from printserver.rendering.render import medir
from printserver.rendering.stamp import Carimbo, carimbar

FAIXA = "SEM VALOR LEGAL"


def previsualizar(formato: Formato, *, texto: str = CORPO_DE_EXEMPLO) -> bytes:
    """Return the PDF of `formato` with dummy data and `texto` as its body, marked SEM VALOR LEGAL.

    Raises `Recusa` as a print would, `ConfigError` where the template cannot be used.
    """
    corpo = "" if formato.tipo == "ficha_abertura" else texto
    valores = valores_de_exemplo(formato.tipo)
    with tempfile.TemporaryDirectory(prefix="printserver-") as pasta:
        trabalho = pool_tasks.Trabalho(
            formato=formato,
            dados=dados_de_exemplo(formato.tipo),
            corpo=("texto", corpo),
            marcas={},
            bloco=medir(formato, valores),
            lado_inicial="frente",
            faces=formato.faces,
            pasta=pasta,
        )
        layout = pool_tasks.montar(trabalho)
        carimbo = Carimbo(
            valores=valores,
            faixas=(FAIXA,),
            folhas=tuple(f"Livro 0123, folha {45 + numero // 2:03d}" for numero in range(layout.paginas)),
            copia={"traslado": "1º traslado", "certidao": "certidão 2026/000123, via 1"}.get(formato.tipo),
            papeis=tuple(f"A{numero:07d}" for numero in range(1, layout.paginas + 1)),
            titulo=f"Amostra do formato {formato.nome}",
            faces=formato.faces,
        )
        return carimbar(layout, Path(pasta) / f"{layout.hash}.pdf", formato, carimbo)


def conferir_no_papel(path: Path) -> list[str]:
    """Return what is wrong with a format file (Portuguese, one line an error): read, and laid out with dummy data."""
    if achados := conferir(path):
        return achados
    try:
        previsualizar(ler_formato(path))
    except Recusa as recusa:
        return [f"{path.name}: {recusa.detail}"]
    except ConfigError as erro:
        return str(erro).splitlines()
    return []
