"""Every kind of document, one record each: the differences between kinds that are not separate rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel

from printserver.formats import FORMAT_KINDS, FormatKind, FormatType

KindWord = Literal[
    "minuta",
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
"""The word of a kind: the `tipo` of a document in a request, but for the certidão of Registro Civil."""
DocumentType = Literal[
    "minuta",
    "livro",
    "traslado",
    "certidao",
    "ficha_abertura",
    "avulso",
    "assento",
    "habilitacao",
    "edital",
    "averbacao",
    "procedimento",
]
"""The `tipo` of a document in a request. `certidao` is of both naturezas."""


class DocumentFields(BaseModel):
    """Identification of the document; fields that its type does not have are null."""

    tipo: DocumentType
    numero: int | None
    instrumento: str | None
    livro: str | None
    folha_inicial: str | None
    folha_final: str | None
    pedido: str | None
    via: int | None
    ficha: str | None
    natureza: int
    id: str | None
    especie: str | None
    assento: str | None
    matricula: str | None
    processo: str | None
    edital: str | None
    codigo_hash: str | None


FieldValue = str | int | None
FieldValues = Mapping[str, FieldValue]
"""A job's stored `documento`, by the names of `DocumentFields`."""

FIELDS: Final = tuple(DocumentFields.model_fields)
"""The names of a job's `documento`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of document. Texts in braces are filled from the job's `documento` (`DocumentFields`).

    `name` and `plural` are its display names. `label` names one document inside a sentence, `heading` on a screen.
    `copy_name` is the stamp's text of a copy's number. `named_by` is the field of the request that distinguishes
    documents, `key` are the fields that identify it (X0). `format` is the type of its formats.

    `is_book`: laid out as the page of the livro. `is_copy`: made from an instrumento's livro. `leaves_office`: the
    paper leaves the office, so an XA requires the paper in hand (X2), and it is on numbered security paper (P5).
    `further` is the kind of another copy (X1). `marks` are the marks `[[…]]` that its body may contain. `selo_label`
    and `selos_label` name its seals on paper. Its plan tells whether it is sealed.
    """

    name: str
    plural: str
    label: str
    heading: str
    named_by: str
    key: tuple[str, ...]
    format: FormatType
    copy_name: str | None = None
    is_book: bool = False
    is_copy: bool = False
    leaves_office: bool = False
    further: Literal["traslado", "certidao"] | None = None
    marks: tuple[str, ...] = ("CUSTAS", "TOTAL", "PAPEL")
    selo_label: str = ""
    selos_label: str = ""

    @property
    def format_kind(self) -> FormatKind:
        """Its format data."""
        return FORMAT_KINDS[self.format]


_CIVIL_MARKS: Final = ("CUSTAS", "TOTAL", "PAPEL", "SELO_HABILITACAO", "MATRICULA")

KINDS: Final[Mapping[str, Kind]] = {
    "minuta": Kind(
        name="Minuta",
        plural="as minutas",
        label="minuta do instrumento {instrumento}",
        heading="Minuta",
        named_by="instrumento",
        key=("instrumento",),
        format="livro",
        is_book=True,
        selo_label="selo deste ato",
        selos_label="selos destes atos",
    ),
    "livro": Kind(
        name="Livro",
        plural="os livros",
        label="livro do instrumento {instrumento}",
        heading="Livro",
        named_by="instrumento",
        key=("instrumento",),
        format="livro",
        is_book=True,
        further="traslado",
        selo_label="selo deste ato",
        selos_label="selos destes atos",
    ),
    "traslado": Kind(
        name="Traslado",
        plural="os traslados",
        label="traslado {numero} do instrumento {instrumento}",
        heading="{numero}º traslado",
        named_by="instrumento",
        key=("instrumento", "numero"),
        format="traslado",
        copy_name="{numero}º traslado",
        is_copy=True,
        leaves_office=True,
        further="traslado",
        marks=("CUSTAS", "TOTAL", "PAPEL", "SELO_LIVRO"),
        selo_label="selo deste traslado",
    ),
    "certidao": Kind(
        name="Certidão",
        plural="as certidões",
        label="certidão do pedido {pedido}, via {via}",
        heading="Certidão {pedido}, via {via}",
        named_by="pedido",
        key=("pedido", "via"),
        format="certidao",
        copy_name="certidão {pedido}, via {via}",
        is_copy=True,
        leaves_office=True,
        further="certidao",
        marks=("CUSTAS", "TOTAL", "PAPEL", "SELO_LIVRO"),
        selo_label="selo desta certidão",
    ),
    "ficha_abertura": Kind(
        name="Ficha de abertura",
        plural="as fichas de abertura",
        label="ficha de abertura {ficha}",
        heading="Ficha de abertura {ficha}",
        named_by="ficha",
        key=("ficha",),
        format="ficha_abertura",
        selo_label="selo desta ficha",
    ),
    "avulso": Kind(
        name="Avulso",
        plural="os avulsos",
        label="avulso {id}",
        heading="Avulso {id}",
        named_by="id",
        key=("natureza", "id"),
        format="avulso",
        marks=("PAPEL",),
    ),
    "assento": Kind(
        name="Assento",
        plural="os assentos",
        label="assento {assento}",
        heading="Assento {assento}",
        named_by="assento",
        key=("assento",),
        format="assento",
        marks=_CIVIL_MARKS,
        selo_label="selo deste assento",
    ),
    "certidao_civil": Kind(
        name="Certidão",
        plural="as certidões do Registro Civil",
        label="certidão do pedido {pedido}, via {via}",
        heading="Certidão {pedido}, via {via}",
        named_by="pedido",
        key=("pedido", "via"),
        format="certidao_civil",
        copy_name="certidão {pedido}, via {via}",
        leaves_office=True,
        further="certidao",
        marks=(*_CIVIL_MARKS, "SELO_LIVRO"),
        selo_label="selo desta certidão",
    ),
    "habilitacao": Kind(
        name="Habilitação",
        plural="as habilitações",
        label="habilitação do processo {processo}",
        heading="Habilitação {processo}",
        named_by="processo",
        key=("processo",),
        format="habilitacao",
        marks=_CIVIL_MARKS,
        selo_label="selo da habilitação",
    ),
    "edital": Kind(
        name="Edital",
        plural="os editais",
        label="edital {edital}",
        heading="Edital {edital}",
        named_by="edital",
        key=("edital",),
        format="edital",
        marks=_CIVIL_MARKS,
        selo_label="selo deste edital",
    ),
    "averbacao": Kind(
        name="Averbação",
        plural="as averbações",
        label="{especie} {id} do assento {assento}",
        heading="Averbação {id}",
        named_by="id",
        key=("id",),
        format="averbacao",
        marks=(*_CIVIL_MARKS, "SELO_LIVRO"),
        selo_label="selo desta averbação",
    ),
    "procedimento": Kind(
        name="Procedimento",
        plural="os procedimentos",
        label="procedimento {processo}",
        heading="Procedimento {processo}",
        named_by="processo",
        key=("processo",),
        format="procedimento",
        marks=_CIVIL_MARKS,
        selo_label="selo deste procedimento",
    ),
}
"""The record of each kind by its word, in display order."""


def shown_fields(fields: FieldValues) -> dict[str, FieldValue]:
    """Return the `documento` of an answer from the stored one: every field, null if it has none.

    Without a stored natureza, the document is of Notas.
    """
    return {name: fields.get(name) for name in FIELDS} | {"natureza": fields.get("natureza", 1)}


def kind_of(fields: FieldValues) -> Kind:
    """Return the kind of the document that a job's `documento` names."""
    return KINDS[kind_word(str(fields["tipo"]), fields.get("natureza"))]


def kind_word(tipo: str, natureza: FieldValue) -> str:
    """Return the word of a kind from a document's `tipo` and natureza."""
    return "certidao_civil" if (tipo, natureza) == ("certidao", 2) else tipo
