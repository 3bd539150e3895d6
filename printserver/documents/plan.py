"""Plain data of the business rules: their input (`Context`) and their result (`Plan`). No logic."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from printserver.common.data import JsonView
from printserver.documents.assento import Assento, PlaceOnLeaf
from printserver.documents.instrumento import Assinaturas, Corpo, Instrumento
from printserver.documents.kinds import FieldValue
from printserver.documents.terms import Terms
from printserver.errors import BadField
from printserver.selo import AtoTable, Emolumentos, NewSelo, ServiceTable

NATUREZA = 1  # Tabelionato de Notas (S1)


@dataclass(frozen=True, slots=True)
class LiveSelo:
    """A live seal (S11). `identificador` and `partes` are those of its registro, for its XA."""

    codigo: str
    ato: str
    descricao: str
    principal: bool
    momento: datetime
    qr_url: str
    emolumentos: Emolumentos
    isento: bool
    externo: bool = False
    identificador: str = ""
    partes: tuple[str, ...] = ()
    motivo_isencao: str | None = None


@dataclass(frozen=True, slots=True)
class LiveLivro:
    """The live livro of an instrumento: the instrumento as fixed, with its folhas, and its live seals.

    `assinaturas` is the current state, which may differ from the printed instrumento (N11).
    """

    job_id: str
    instrumento: Instrumento
    selos: tuple[LiveSelo, ...]
    assinaturas: Assinaturas = "completas"

    @property
    def principal(self) -> LiveSelo:
        """The seal of the principal ato (N2)."""
        return next(selo for selo in self.selos if selo.principal)


@dataclass(frozen=True, slots=True)
class CivilPrice:
    """How the value of an act of Registro Civil was made up, in centavos (C4, C5): the job's `valor`.

    `unitario_centavos` is without the charged averbações, of which there are `averbacoes`.
    """

    servico: str | None
    averbacoes: int
    unitario_centavos: int
    total_centavos: int


@dataclass(frozen=True, slots=True)
class CivilFacts:
    """What is known here of the record that a document of Registro Civil belongs to.

    `assento` is the ASSENTO as last sent, without its text, `matricula` its 32 digits; `selo` its live seal, `pv` that
    of its first certidão, the document `pv_document` (C12). `habilitacao` is the live seal of the `processo` and `peca`
    the piece that bears it (C7).
    `edital_posted`: the edital that is certified was printed here; `married_here`: so was the assento of the wedding
    whose habilitação is certified (C17).
    """

    assento: Assento | None = None
    matricula: str | None = None
    selo: LiveSelo | None = None
    pv: LiveSelo | None = None
    pv_document: str | None = None
    processo: str | None = None
    habilitacao: LiveSelo | None = None
    peca: str | None = None
    edital_posted: bool = False
    married_here: bool = False


@dataclass(frozen=True, slots=True)
class CivilPlan:
    """What a plan of Registro Civil has beside those of Notas.

    `free` is the word printed of a free act, *isenta* or *isento*, None for a charged one (C13). `habilitacao` is the
    seal that is quoted (C7, C18, C19). `title` heads the document, `sentences` end its text. `sheet` is the certidão as
    frames (C14), None where it is a text. `remembered` is the
    ASSENTO that the record keeps. `page_images`: the body is a PDF of page images of the book (C16).
    """

    free: Literal["isenta", "isento"] | None = None
    price: CivilPrice | None = None
    fundamento: str | None = None
    habilitacao: LiveSelo | None = None
    matricula: str | None = None
    title: str = ""
    sentences: tuple[str, ...] = ()
    sheet: JsonView | None = None
    remembered: Assento | None = None
    place: PlaceOnLeaf | None = None
    page_images: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that the rules depend on, as plain values.

    `externos_ate`: the last day on which seals of another program's livro are accepted, None if no day is set (N13).
    """

    cns: str
    demonstracao: bool
    charges_second_traslado: bool = True
    ficha_selo: Literal["sempre", "nunca", "perguntar"] = "perguntar"
    ficha_service: str | None = None
    terms: Terms = field(default_factory=Terms)
    lados_da_folha: int = 2
    folhas_novas: bool = False
    externos_ate: date | None = None
    sheets_required: bool = False
    casamento_selo: Literal["zero", "nenhum"] = "zero"
    assento_on_back: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity of a document (X0): `chave` for comparison, `rotulo` for people, `campos` is the job's `documento`."""

    tipo: str
    chave: str
    rotulo: str
    campos: dict[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Context:
    """The known state when a document is planned.

    `livro` is the live livro of the document's instrumento; `minuta` its newest minuta, if it has no live livro.
    `known`: the instrumento has a livro, live or excluded. `replaced` is the document with the live seal named by
    `substitui`, None if no live seal of this office has that code (X8).
    """

    agora: datetime
    rules: Rules
    servicos: ServiceTable
    atos: AtoTable
    livro: LiveLivro | None = None
    minuta: Instrumento | None = None
    next_traslado: int = 1
    known: bool = False
    replaced: Identity | None = None
    civil: CivilFacts = CivilFacts()


@dataclass(frozen=True, slots=True)
class PlannedSelo:
    """A planned seal, and its role among those of the document (N2)."""

    new_selo: NewSelo
    principal: bool = True
    vinculado_to_principal: bool = False


@dataclass(frozen=True, slots=True)
class Custas:
    """One printed fee line (P4), with its ato."""

    descricao: str
    emolumentos: Emolumentos
    isento: bool
    motivo: str | None
    ato: str
    principal: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """Result of the business rules for one document: text, seals (principal first), QR, values.

    `instrumento` is the document's source (None: N5, a ficha or an avulso). `asks_selo`: the escrevente must first
    decide whether there is a seal; `selos` is empty until then (N9). `qr` is the owner of the QR, if the format draws
    one (N3–N5, N7). `selo_livro` is the live principal seal of the livro (N3, N6). `substitui` is the code of the
    replaced seal (X8). `pessoa` is the signature card's person.
    """

    identity: Identity
    instrumento: Instrumento | None
    corpo: Corpo
    selos: tuple[PlannedSelo, ...] = ()
    asks_selo: bool = False
    qr: Literal["nenhum", "proprio", "principal"] = "nenhum"
    selo_livro: LiveSelo | None = None
    custas: tuple[Custas, ...] = ()
    substitui: str | None = None
    avisos: tuple[BadField, ...] = ()
    momento: datetime | None = None
    ordem_judicial: str | None = None
    pessoa: dict[str, str] = field(default_factory=dict)
    civil: CivilPlan | None = None
