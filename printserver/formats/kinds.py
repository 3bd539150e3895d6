"""Format data of each kind of document, extended by `documents.kinds`. No business rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

FormatType = Literal[
    "livro",
    "traslado",
    "certidao",
    "ficha_abertura",
    "avulso",
    "assento",
    "certidao_civil",
    "habilitacao",
    "edital",
    "averbacao",
    "procedimento",
]
"""The `tipo` of a format. A minuta is laid out by a format of the livro (N8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The dummy print for previews and checks of formats.

    `atos` are (code, description), the principal first. `isento` is the reason, None for a charged ato. `own_custas`:
    the block shows fee lines. `cites_livro`: it shows the code of the livro's seal (N6). `principal_qr`: the QR is the
    principal ato's (N3). `copia` is the text of the stamp's variable `{copia}`.
    """

    rotulo: str
    atos: tuple[tuple[str, str], ...]
    isento: str | None = None
    own_custas: bool = True
    cites_livro: bool = False
    principal_qr: bool = False
    copia: str | None = None
    matricula: str | None = None
    custas: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatKind:
    """One type of format.

    `default` names the shipped format used where nothing else is said. `title` is the printed title, None for that of
    the instrumento. `qr` lists the values of `bloco.qr` besides `automatico` and `nenhum` (N3-N5, N7). `needs_codigo`:
    the block must show the seal's code. `shows_reason`: it may say why an ato is isento (C13). `has_body`: the document
    has a text of its own. `draws_qr`: its formats may draw one (C2). `page_images`: the pages of a PDF body may be set
    on sheets of the format (C16). `sample` is None for a kind that is never sealed.
    """

    default: str
    sample: Sample | None
    title: str | None = None
    qr: tuple[str, ...] = ()
    needs_codigo: bool = True
    shows_reason: bool = True
    has_body: bool = True
    draws_qr: bool = True
    page_images: bool = False


FORMAT_KINDS: Final[Mapping[FormatType, FormatKind]] = {
    "livro": FormatKind(
        default="livro",
        qr=("principal",),
        sample=Sample(
            rotulo="selo",
            atos=(("ES", "Venda e compra"), ("ES", "Instituição de usufruto")),
            principal_qr=True,
        ),
    ),
    "traslado": FormatKind(
        default="traslado",
        sample=Sample(
            rotulo="selo deste traslado",
            atos=(("TR", "Traslado"),),
            isento="primeiro traslado",
            cites_livro=True,
            principal_qr=True,
            copia="1º traslado",
        ),
    ),
    "certidao": FormatKind(
        default="certidao",
        title="Certidão",
        sample=Sample(
            rotulo="selo desta certidão",
            atos=(("CE", "Certidão"),),
            cites_livro=True,
            copia="certidão 2026/000123, via 1",
        ),
    ),
    "ficha_abertura": FormatKind(
        default="ficha",
        title="Ficha de abertura de firma",
        qr=("proprio",),
        needs_codigo=False,
        has_body=False,
        sample=Sample(
            rotulo="selo desta ficha",
            atos=(("AF", "Ficha"),),
            isento="selo facultativo",
            own_custas=False,
        ),
    ),
    "avulso": FormatKind(default="avulso", needs_codigo=False, sample=None),
    "assento": FormatKind(
        default="assento",
        title=None,
        draws_qr=False,
        shows_reason=False,
        sample=Sample(rotulo="selo deste assento", atos=(("AS", "Assento de nascimento"),)),
    ),
    "certidao_civil": FormatKind(
        default="certidao-civil",
        title="Certidão",
        shows_reason=False,
        page_images=True,
        sample=Sample(
            rotulo="selo desta certidão",
            atos=(("CE", "Certidão"),),
            copia="certidão 2026/000123, via 1",
            matricula="123456 01 55 2020 1 00014 128 0015406 53",
            custas="Oficial R$ 100,00; Secretaria da Fazenda R$ 20,00; ISS R$ 2,00. Total R$ 122,00",
        ),
    ),
    "habilitacao": FormatKind(
        default="habilitacao",
        title="Habilitação para casamento",
        draws_qr=False,
        shows_reason=False,
        sample=Sample(rotulo="selo da habilitação", atos=(("HB", "Habilitação para casamento"),)),
    ),
    "edital": FormatKind(
        default="edital",
        title="Edital de proclamas",
        draws_qr=False,
        shows_reason=False,
        sample=Sample(rotulo="selo deste edital", atos=(("ED", "Afixação de edital"),)),
    ),
    "averbacao": FormatKind(
        default="averbacao",
        title=None,
        draws_qr=False,
        shows_reason=False,
        sample=Sample(rotulo="selo desta averbação", atos=(("AV", "Averbação"),)),
    ),
    "procedimento": FormatKind(
        default="procedimento",
        title="Procedimento",
        draws_qr=False,
        shows_reason=False,
        sample=Sample(rotulo="selo deste procedimento", atos=(("PD", "Procedimento"),)),
    ),
}
