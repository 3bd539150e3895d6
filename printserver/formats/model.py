"""The strict model of a format's TOML file. The positions of its parts are checked in `geometry`.

All lengths are mm from the page's edges, to a tenth; type sizes are points. Reads no file and draws nothing.
"""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from printserver.formats import fonts
from printserver.formats.kinds import FORMAT_KINDS, FormatType
from printserver.formats.rectangle import Rectangle
from printserver.formats.text import STAMPED

Faces = Literal["frente", "frente-verso", "frente-depois-verso"]
Corner = Literal["superior-esquerdo", "superior-direito", "inferior-esquerdo", "inferior-direito"]
PrintedPart = Literal[
    "serventia",
    "titulo",
    "partes",
    "texto_legal",
    "data",
    "subscricao",
    "assinaturas",
    "pessoa",
    "quadros",
    "averbacoes",
    "selo",
    "numeracao",
]
BlockLine = Literal["selos", "descricao", "isencao", "custas", "selo_livro", "consulta"]

MIN_QR_SIDE: Final = {"M": 31.49, "L": 27.43}
"""Minimum side in mm, quiet zone included, by level (S5), truncated to hundredths; a test compares it with the QR."""

FIELD_VARIABLES: Final = {
    "pagina": "2",
    "paginas": "3",
    "folha": "Livro 0123 · Folha 046",
    "copia": "1º traslado",
    "papel": "A0000002",
    "titulo": "Escritura de venda e compra",
    "matricula": "123456 01 55 2020 1 00014 128 0015406 53",
    "continua": "Continua no verso",
}
"""Variables of the printed fields, which the stamp fills for each print and page, each with an example."""

_ABOVE_IMAGE: Final = 6.0
"""mm between a page image's frame and the top of the line above it."""

_NARROW: Final = 120.0
"""mm of a frame below which the matrícula has a line of its own, above that of the paper and the page."""

_LINE: Final = 4.5
"""mm from that line to the next."""

_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")


def _tenth(value: float) -> float:
    if abs(value * 10 - round(value * 10)) > 1e-6:
        raise ValueError("a medida é dada em mm, com no máximo uma casa decimal")
    return round(value, 1)


_MM: Final[JsonDict] = {"unit": "mm"}
_POINTS: Final[JsonDict] = {"unit": "pontos"}

Mm = Annotated[float, Field(ge=0, le=1200, allow_inf_nan=False, json_schema_extra=_MM), AfterValidator(_tenth)]
"""A length in mm, to a tenth."""
PositiveMm = Annotated[float, Field(gt=0, le=1200, allow_inf_nan=False, json_schema_extra=_MM), AfterValidator(_tenth)]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Page(_Table):
    """The page size."""

    largura: Annotated[Mm, Field(ge=70, le=420, title="Largura do papel")]
    altura: Annotated[Mm, Field(ge=70, le=594, title="Altura do papel")]


class Margins(_Table):
    """The front's margins; on the back left and right are swapped if they are `espelhadas` (P2)."""

    esquerda: Mm = Field(title="Margem esquerda")
    direita: Mm = Field(title="Margem direita")
    superior: Mm = Field(title="Margem superior")
    inferior: Mm = Field(title="Margem inferior")
    espelhadas: bool = Field(False, title="No verso, esquerda e direita trocadas")


class Area(_Table):
    """A pre-printed area of the paper that must stay free (P1)."""

    nome: Annotated[str, Field(min_length=1, max_length=60, title="O que está impresso ali")]
    x: Mm = Field(title="Da borda esquerda")
    y: Mm = Field(title="Da borda de cima")
    largura: PositiveMm = Field(title="Largura")
    altura: PositiveMm = Field(title="Altura")
    lado: Literal["frente", "verso", "ambos"] = Field("ambos", title="Lado da folha")


class ImageSheet(_Table):
    """The margins of a sheet that bears a page image (C16). Its matrícula and number stand in the top margin.

    The defaults leave a frame of 198 × 281 mm on A4: it takes book pages up to 231 × 330 mm at 85 %.
    """

    esquerda: Mm = Field(6.0, title="Margem esquerda da folha de imagem")
    direita: Mm = Field(6.0, title="Margem direita da folha de imagem")
    superior: Annotated[Mm, Field(ge=10, title="Margem superior da folha de imagem")] = 10.5
    inferior: Mm = Field(5.5, title="Margem inferior da folha de imagem")


class Typography(_Table):
    """Type of the text: family, sizes in points, line height as a multiple of the size."""

    familia: Literal["serifa", "sem-serifa"] = Field("serifa", title="Letra do texto")
    tamanho: float = Field(11.5, ge=7, le=18, title="Tamanho do texto", json_schema_extra=_POINTS)
    titulo: float = Field(13.0, ge=8, le=24, title="Tamanho do título", json_schema_extra=_POINTS)
    entrelinha: float = Field(1.35, ge=1.0, le=2.5, title="Entrelinha", json_schema_extra={"unit": "vezes a letra"})
    alinhamento: Literal["justificado", "esquerda"] = Field("justificado", title="Alinhamento do texto")


class PrintedField(_Table):
    """A line of the header or footer, drawn by the stamp: page and folha numbers, copy, paper number, initials.

    It is drawn only if every variable in its text has a value. x and y go from `canto` to the field's nearest corner;
    on a mirrored back it is mirrored. A text wider than `largura` is reduced.
    """

    texto: Annotated[str, Field(min_length=1, max_length=120, title="Texto")]
    canto: Corner = Field(title="Canto do papel")
    x: Mm = Field(title="Na horizontal")
    y: Mm = Field(title="Na vertical")
    largura: PositiveMm = Field(title="Largura")
    alinhamento: Literal["esquerda", "centro", "direita"] = Field("esquerda", title="Alinhamento")
    tamanho: float = Field(9.0, ge=6, le=24, title="Tamanho da letra", json_schema_extra=_POINTS)
    fonte: fonts.FontName = Field("serifa", title="Letra")
    paginas: Literal["todas", "primeira", "demais", "ultima"] = Field("todas", title="Em que páginas")

    @model_validator(mode="after")
    def _check_text(self) -> Self:
        for variable in _VARIABLE.findall(self.texto):
            if variable not in FIELD_VARIABLES:
                known = ", ".join(f"{{{nome}}}" for nome in FIELD_VARIABLES)
                raise ValueError(f"texto: variável desconhecida {{{variable}}}; permitidas: {known}")
        remainder = _VARIABLE.sub("", self.texto)
        if "{" in remainder or "}" in remainder:
            raise ValueError("texto: chave { ou } sem par")
        if missing := [character for character in remainder if ord(character) not in STAMPED]:
            raise ValueError(
                f"texto: a fonte {self.fonte} não tem o caractere {missing[0]!r}, ou o carimbo não o escreve"
            )
        return self

    @property
    def altura(self) -> float:
        """Height of the line in mm."""
        return self.tamanho * fonts.LINE_HEIGHT / fonts.POINTS_PER_MM

    @property
    def variaveis(self) -> tuple[str, ...]:
        """Names of the variables in the text."""
        return tuple(_VARIABLE.findall(self.texto))


class Block(_Table):
    """The seal block: its position and content (N6, N7, P6).

    `fim`: at the end of the text, as high as its lines need. Else at (x, y) from `canto` to the block's nearest corner,
    on the first, last or every page, of the height given. `largura` and `altura` are those of the block as one reads
    it, before it is turned by `rotacao` degrees counterclockwise.
    `no_texto`: it lies within the text area of the first page, in a corner at its top, and the template leaves its
    place there: `{{ bloco }}` stands at the beginning of the text, which goes on beside and below it (C14).
    `qr`: `automatico` is the one that the rule names (N3, N4, N5; the principal ato's on the livro), `nenhum` none.
    """

    onde: Literal["fim", "primeira", "ultima", "todas"] = Field("fim", title="Lugar do bloco")
    canto: Corner | None = Field(None, title="Medido do canto")
    x: Mm | None = Field(None, title="Na horizontal")
    y: Mm | None = Field(None, title="Na vertical")
    largura: PositiveMm | None = Field(None, title="Largura do bloco")
    altura: PositiveMm | None = Field(None, title="Altura do bloco")
    rotacao: Literal[0, 90, 180, 270] = Field(0, title="Giro")
    no_texto: bool = Field(False, title="O texto contorna o bloco")
    linhas: tuple[BlockLine, ...] = Field(
        default=("selos", "descricao", "isencao", "custas", "consulta"), strict=False, title="Linhas do bloco"
    )
    tamanho: float = Field(7.5, ge=6, le=12, title="Letra do bloco", json_schema_extra=_POINTS)
    moldura: bool = Field(True, title="Moldura em volta do bloco")
    qr: Literal["automatico", "proprio", "principal", "nenhum"] = Field("automatico", title="QR")
    qr_lado: PositiveMm | None = Field(None, title="Lado do QR")
    lado_qr: Literal["direita", "esquerda", "abaixo"] = Field("direita", title="O QR fica")
    nivel: Literal["M", "L"] = Field("M", title="Correção do QR")

    @property
    def lado(self) -> float:
        """Side of the QR in mm, quiet zone included: `qr_lado`, else the minimum of S5."""
        return self.qr_lado if self.qr_lado is not None else {"M": 31.5, "L": 27.5}[self.nivel]

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if not self.linhas:
            raise ValueError("linhas: falta ao menos uma linha")
        if self.lado < MIN_QR_SIDE[self.nivel]:
            raise ValueError(
                f"qr_lado: {self.lado} mm é menor que o permitido no nível {self.nivel}:"
                f" no mínimo {31.5 if self.nivel == 'M' else 27.5} mm (S5)"
            )
        position = {"canto": self.canto, "x": self.x, "y": self.y, "altura": self.altura}
        if self.onde == "fim":
            if data := [nome for nome, value in position.items() if value is not None]:
                raise ValueError(f'{", ".join(data)}: não se usa com onde = "fim" (o bloco segue o texto)')
            if self.rotacao:
                raise ValueError('rotacao: só 0 com onde = "fim"')
        else:
            position["largura"] = self.largura
            if faltam := [nome for nome, value in position.items() if value is None]:
                raise ValueError(f'falta {", ".join(faltam)}, exigido com onde = "{self.onde}"')
        if self.no_texto and (self.onde != "primeira" or self.rotacao or not str(self.canto).startswith("superior")):
            raise ValueError('no_texto: só com onde = "primeira", rotacao = 0 e um canto superior (C14)')
        return self


class Definition(_Table):
    """The content of a format's TOML file."""

    tipo: FormatType
    descricao: Annotated[str, Field(min_length=1, max_length=200, title="Descrição")]
    template: Annotated[str, Field(pattern=r"^[a-z0-9_-]+\.html$", title="Modelo")]
    imprime: tuple[PrintedPart, ...] = Field(strict=False, title="O que o programa imprime")
    faces: Faces = Field("frente", title="Faces da folha")
    tracejado: bool = Field(False, title="Traços até o fim da linha e da página")
    em_branco: bool = Field(False, title="EM BRANCO no verso que sobra")
    pagina: Page = Field(title="Papel")
    margens: Margins = Field(title="Margens")
    fontes: Typography = Field(Typography(), title="Texto")
    imagens: ImageSheet | None = Field(None, title="Folhas de imagem")
    areas: tuple[Area, ...] = Field(default=(), strict=False, title="Áreas pré-impressas")
    campos: tuple[PrintedField, ...] = Field(default=(), strict=False, title="Cabeçalho e rodapé")
    bloco: Block = Field(Block(), title="Bloco do selo")

    @model_validator(mode="after")
    def _codigo_do_selo(self) -> Self:
        if FORMAT_KINDS[self.tipo].needs_codigo and "selos" not in self.bloco.linhas:
            raise ValueError('bloco.linhas: falta "selos"; só a ficha pode sair sem o código do selo (N7, N9)')
        return self

    @model_validator(mode="after")
    def _check_reason(self) -> Self:
        if not FORMAT_KINDS[self.tipo].shows_reason and "isencao" in self.bloco.linhas:
            raise ValueError(f"bloco.linhas: num formato de {self.tipo} não vai o motivo da isenção (C13)")
        return self

    @model_validator(mode="after")
    def _check_qr(self) -> Self:
        kind = FORMAT_KINDS[self.tipo]
        if not kind.draws_qr and self.bloco.qr != "nenhum":
            raise ValueError(f'bloco.qr: num formato de {self.tipo}, só "nenhum": o QR é só das certidões (C2)')
        allowed = ("automatico", "nenhum", *kind.qr)
        if self.bloco.qr not in allowed:
            listing = ", ".join(f'"{nome}"' for nome in allowed)
            raise ValueError(f"bloco.qr: num formato de {self.tipo}, permitidos: {listing} (N3, N4, N5, N7)")
        return self

    @model_validator(mode="after")
    def _check_images(self) -> Self:
        if self.imagens is not None and not self.takes_page_images:
            raise ValueError("imagens: só num formato de certidao_civil que não seja -corpo (C16)")
        return self

    @property
    def takes_page_images(self) -> bool:
        """Return whether a PDF body may be set as page images on sheets of this format (C16)."""
        return FORMAT_KINDS[self.tipo].page_images and not self.writes_only_selo

    @property
    def image_frame(self) -> Rectangle:
        """The area of a page image on its sheet, front or back (C16)."""
        m = self.imagens or ImageSheet()
        return Rectangle(
            "quadro das imagens",
            m.esquerda,
            m.superior,
            self.pagina.largura - m.esquerda - m.direita,
            self.pagina.altura - m.superior - m.inferior,
        )

    @property
    def _narrow(self) -> bool:
        return self.image_frame.largura < _NARROW

    @property
    def image_head(self) -> float:
        """The height in mm of what stands above a page image, with the gap below it."""
        return _ABOVE_IMAGE + (_LINE if self._narrow else 0)

    @property
    def image_fields(self) -> tuple[PrintedField, ...]:
        """What stands above a page image: matrícula, number of the paper, page n of N (C16)."""
        frame, narrow = self.image_frame, self._narrow
        quarter = round(frame.largura * 0.24, 1)
        y = round(frame.y - _ABOVE_IMAGE, 1)
        right = round(self.pagina.largura - frame.x - frame.largura, 1)
        return (
            PrintedField(
                texto="Certidão de matrícula {matricula}",
                canto="superior-esquerdo",
                x=frame.x,
                y=round(frame.y - self.image_head, 1),
                largura=round(frame.largura * (1 if narrow else 0.5), 1),
                fonte="serifa-negrito",
            ),
            PrintedField(
                texto="Papel {papel}",
                canto="superior-esquerdo",
                x=frame.x if narrow else round(frame.x + frame.largura / 2, 1),
                y=y,
                largura=quarter,
                alinhamento="esquerda" if narrow else "centro",
                tamanho=8.0,
                fonte="mono",
            ),
            PrintedField(
                texto="Página {pagina} de {paginas}",
                canto="superior-direito",
                x=right,
                y=y,
                largura=quarter,
                alinhamento="direita",
            ),
        )

    @property
    def texto(self) -> Rectangle:
        """The text area on a front."""
        m = self.margens
        return Rectangle(
            "área do texto",
            m.esquerda,
            m.superior,
            self.pagina.largura - m.esquerda - m.direita,
            self.pagina.altura - m.superior - m.inferior,
        )

    @property
    def block_width(self) -> float:
        """Width of the seal block in mm: the format's, else that of the text area."""
        return self.bloco.largura if self.bloco.largura is not None else self.texto.largura

    @property
    def writes_only_selo(self) -> bool:
        """Return whether the format prints only seal block and numbers (`-corpo`)."""
        return set(self.imprime) <= {"selo", "numeracao"}


class Format(Definition):
    """A loaded format: its definition, its name, and the short hash of its file and templates (`versao`).

    `modelos` are the sources of its template and style sheets as they were read with it: a print is laid out, and laid
    out again, with them alone.
    """

    nome: str
    versao: str
    modelos: dict[str, str]
