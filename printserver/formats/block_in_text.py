"""The seal block where an RTF has the place of its QR, in the middle of a text or in a cell of a table."""

import hashlib
from typing import Final

from printserver.formats.block_layout import CODE_PT, narrowest
from printserver.formats.model import Block, BlockLine, Format

_SAID_BY_THE_TEXT: Final[frozenset[BlockLine]] = frozenset({"descricao", "consulta"})


def with_block_in_text(page_format: Format, *, fees: bool) -> Format:
    """Return the format with its block in the text, as narrow as its QR allows (N7, P6); unchanged if it draws none.

    `fees`: the text has a place for the fees, so that the block need not say them (P4).
    """
    block = page_format.bloco
    if block.qr == "nenhum":
        return page_format
    left_out = _SAID_BY_THE_TEXT | ({"custas"} if fees else set())
    moved = Block(
        onde="fim",
        largura=narrowest(block),
        linhas=tuple(line for line in block.linhas if line not in left_out),
        tamanho=min(block.tamanho, CODE_PT),
        moldura=False,
        qr=block.qr,
        lado_qr="abaixo",
        nivel=block.nivel,
    )
    version = hashlib.sha256(f"{page_format.versao}:qr:{moved.linhas}".encode()).hexdigest()[:16]
    return page_format.model_copy(update={"bloco": moved, "versao": version})
