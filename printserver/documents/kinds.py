"""Every kind of document, one record each. Whatever differs by kind and is no rule of its own is asked here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel

from printserver.formats import FORMAT_KINDS, FormatKind, FormatType

KindWord = Literal["minuta", "livro", "traslado", "certidao", "ficha_abertura", "avulso"]
"""The `tipo` of a document in a request."""


class DocumentFields(BaseModel):
    """What the document is: the fields that its type does not have are null."""

    tipo: KindWord
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


FieldValue = str | int | None
FieldValues = Mapping[str, FieldValue]
"""A job's `documento` as it is kept: by the names of `DocumentFields`."""

FIELDS: Final = tuple(DocumentFields.model_fields)
"""The names of a job's `documento`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of document. Texts in braces are filled from the job's `documento` (`DocumentFields`).

    `name` and `plural` are what people call it. `label` names one document inside a sentence, `heading` on a screen.
    `copy_name` is what the stamp writes of a copy's number. `named_by` is the field of the request that tells one
    document from another, `key` are the fields that identify it (X0). `format` is the type of its formats.

    `is_book`: laid out as the page of the book. `is_copy`: made from an instrumento's livro. `leaves_office`: the paper
    leaves the office, so its XA needs the paper in hand (X2), and it is on numbered security paper (P5). `further` is
    the kind that another copy would be (X1). `marks` are the marks `[[…]]` that its body may hold. `selo_label` and
    `selos_label` name its seals on paper. Whether it is sealed is told by its plan.
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
        """What formats know of it."""
        return FORMAT_KINDS[self.format]


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
}
"""The record of each kind, by its word, in the order in which people see them."""


def shown_fields(fields: FieldValues) -> dict[str, FieldValue]:
    """Return the `documento` of an answer from the one kept with the job: every field, null where it has none.

    Where no natureza is kept, the document is of Notas.
    """
    return {name: fields.get(name) for name in FIELDS} | {"natureza": fields.get("natureza", 1)}
