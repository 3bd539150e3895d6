"""Values of a seal block: plain data, filled by the business rules and drawn by the stamp."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeloValues:
    """One seal in its block; `custas` and `total` are formatted text (P4), `motivo` is the reason if it is isento."""

    codigo: str
    ato: str
    descricao: str
    principal: bool
    custas: str
    total: str
    isento: bool
    motivo: str | None


@dataclass(frozen=True, slots=True)
class BlockValues:
    """The content of the seal block of one document (N3, N6, N7, P6).

    `rotulo` names the document's own seals (*selo deste traslado*); `qr_codigo` is the code of the seal in the QR and
    `qr_rotulo` its name (*selo do ato principal*), None and empty without a QR. `selo_livro` is the code of the
    livro's principal seal (N6). `custas` are the fee lines to print (P4): those of the document, which in traslado 1
    are the livro's. `citados` are codes of other seals that it quotes, each after its name (C7, C18). `externo`: the
    QR's or the livro's seal was made by another program (N13).
    """

    selos: tuple[SeloValues, ...]
    rotulo: str
    qr_url: str | None
    qr_codigo: str | None
    qr_rotulo: str
    selo_livro: str | None
    custas: tuple[str, ...]
    demonstracao: bool
    externo: bool
    citados: tuple[tuple[str, str], ...] = ()
