"""What a format is: the strict model of one TOML file. Where its parts lie, and must not, is in `geometria`.

All lengths are mm from the page's edges, to a tenth; sizes of type are points. Reads no file and draws nothing.
"""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from printserver.formats import fonts
from printserver.formats.rectangle import Retangulo
from printserver.formats.text import STAMPED

Tipo = Literal["livro", "traslado", "certidao", "ficha_abertura"]
Faces = Literal["frente", "frente-verso", "frente-depois-verso"]
Canto = Literal["superior-esquerdo", "superior-direito", "inferior-esquerdo", "inferior-direito"]
Escrito = Literal[
    "serventia", "titulo", "partes", "texto_legal", "data", "subscricao", "assinaturas", "pessoa", "selo", "numeracao"
]
LinhaDoBloco = Literal["selos", "descricao", "isencao", "custas", "selo_livro", "consulta"]

LADO_MINIMO_DO_QR: Final = {"M": 31.49, "L": 27.43}
"""Least side in mm, quiet zone included, by level (S5), cut to the hundredth; a test holds it to the drawing."""

VARIAVEIS_DO_CAMPO: Final = {
    "pagina": "2",
    "paginas": "3",
    "folha": "Livro 0123 · Folha 046",
    "copia": "1º traslado",
    "papel": "A0000002",
    "titulo": "Escritura de venda e compra",
}
"""Variables of the printed fields, which the stamp fills for each print and page, each with an example."""

_VARIAVEL: Final = re.compile(r"\{([^{}]*)\}")


def _decimo(valor: float) -> float:
    if abs(valor * 10 - round(valor * 10)) > 1e-6:
        raise ValueError("a medida é dada em mm, com no máximo uma casa decimal")
    return round(valor, 1)


Mm = Annotated[float, Field(ge=0, le=1200, allow_inf_nan=False), AfterValidator(_decimo)]
"""A length in mm, to a tenth."""
MmPositivo = Annotated[float, Field(gt=0, le=1200, allow_inf_nan=False), AfterValidator(_decimo)]


class _Tabela(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Pagina(_Tabela):
    """The sheet's size."""

    largura: Annotated[Mm, Field(ge=70, le=420)]
    altura: Annotated[Mm, Field(ge=70, le=594)]


class Margens(_Tabela):
    """The front's margins; on the back left and right change places where they are `espelhadas` (P2)."""

    esquerda: Mm
    direita: Mm
    superior: Mm
    inferior: Mm
    espelhadas: bool = False


class Area(_Tabela):
    """A pre-printed area of the paper, on which nothing is printed (P1)."""

    nome: Annotated[str, Field(min_length=1, max_length=60)]
    x: Mm
    y: Mm
    largura: MmPositivo
    altura: MmPositivo
    lado: Literal["frente", "verso", "ambos"] = "ambos"


class Fontes(_Tabela):
    """Type of the text: family, sizes in points, line height as a multiple of the size."""

    familia: Literal["serifa", "sem-serifa"] = "serifa"
    tamanho: Annotated[float, Field(ge=7, le=18)] = 11.5
    titulo: Annotated[float, Field(ge=8, le=24)] = 13.0
    entrelinha: Annotated[float, Field(ge=1.0, le=2.5)] = 1.35
    alinhamento: Literal["justificado", "esquerda"] = "justificado"


class CampoImpresso(_Tabela):
    """A line of the header or footer, drawn by the stamp: page and folha numbers, copy, paper number, initials.

    It is drawn where every variable in its text has a value. x and y go from `canto` to the field's nearest corner; on
    a mirrored back it is mirrored. A text wider than `largura` is set smaller.
    """

    texto: Annotated[str, Field(min_length=1, max_length=120)]
    canto: Canto
    x: Mm
    y: Mm
    largura: MmPositivo
    alinhamento: Literal["esquerda", "centro", "direita"] = "esquerda"
    tamanho: Annotated[float, Field(ge=6, le=24)] = 9.0
    fonte: fonts.NomeDaFonte = "serifa"
    paginas: Literal["todas", "primeira", "demais", "ultima"] = "todas"

    @model_validator(mode="after")
    def _texto_conhecido(self) -> Self:
        for variavel in _VARIAVEL.findall(self.texto):
            if variavel not in VARIAVEIS_DO_CAMPO:
                conhecidas = ", ".join(f"{{{nome}}}" for nome in VARIAVEIS_DO_CAMPO)
                raise ValueError(f"variável desconhecida {{{variavel}}}; permitidas: {conhecidas}")
        resto = _VARIAVEL.sub("", self.texto)
        if "{" in resto or "}" in resto:
            raise ValueError("chave { ou } sem par")
        if falta := [caractere for caractere in resto if ord(caractere) not in STAMPED]:
            raise ValueError(f"a fonte {self.fonte} não tem o caractere {falta[0]!r}, ou o carimbo não o escreve")
        return self

    @property
    def altura(self) -> float:
        """Height in mm of the one line."""
        return self.tamanho * fonts.ENTRELINHA / fonts.PONTOS_POR_MM

    @property
    def variaveis(self) -> tuple[str, ...]:
        """Names of the variables in the text."""
        return tuple(_VARIAVEL.findall(self.texto))


class Bloco(_Tabela):
    """The seal block: where it stands, and what it shows (N6, N7, P6).

    `fim`: at the end of the text, as high as its lines need. Else at (x, y) from `canto` to the block's nearest corner,
    on the first, last or every page, of the height given. `largura` and `altura` are those of the block as one reads
    it, before it is turned by `rotacao` degrees counterclockwise.
    `qr`: `automatico` is the one that the rule names (N3, N4, N5; the principal ato's on the livro), `nenhum` none.
    """

    onde: Literal["fim", "primeira", "ultima", "todas"] = "fim"
    canto: Canto | None = None
    x: Mm | None = None
    y: Mm | None = None
    largura: MmPositivo | None = None
    altura: MmPositivo | None = None
    rotacao: Literal[0, 90, 180, 270] = 0
    linhas: tuple[LinhaDoBloco, ...] = Field(
        default=("selos", "descricao", "isencao", "custas", "consulta"), strict=False
    )
    tamanho: Annotated[float, Field(ge=6, le=12)] = 7.5
    moldura: bool = True
    qr: Literal["automatico", "proprio", "principal", "nenhum"] = "automatico"
    qr_lado: MmPositivo | None = None
    lado_qr: Literal["direita", "esquerda", "abaixo"] = "direita"
    nivel: Literal["M", "L"] = "M"

    @property
    def lado(self) -> float:
        """Side of the QR in mm, quiet zone included: `qr_lado`, else the least that S5 allows."""
        return self.qr_lado if self.qr_lado is not None else {"M": 31.5, "L": 27.5}[self.nivel]

    @model_validator(mode="after")
    def _coerente(self) -> Self:
        if not self.linhas:
            raise ValueError("linhas: falta ao menos uma linha")
        if self.lado < LADO_MINIMO_DO_QR[self.nivel]:
            raise ValueError(
                f"qr_lado: {self.lado} mm é menor que o permitido no nível {self.nivel}:"
                f" no mínimo {31.5 if self.nivel == 'M' else 27.5} mm (S5)"
            )
        posicao = {"canto": self.canto, "x": self.x, "y": self.y, "altura": self.altura}
        if self.onde == "fim":
            if dados := [nome for nome, valor in posicao.items() if valor is not None]:
                raise ValueError(f'{", ".join(dados)}: não se usa com onde = "fim" (o bloco segue o texto)')
            if self.rotacao:
                raise ValueError('rotacao: só 0 com onde = "fim"')
        else:
            posicao["largura"] = self.largura
            if faltam := [nome for nome, valor in posicao.items() if valor is None]:
                raise ValueError(f'falta {", ".join(faltam)}, exigido com onde = "{self.onde}"')
        return self


class Definicao(_Tabela):
    """All that a format's TOML file may say."""

    tipo: Tipo
    descricao: Annotated[str, Field(min_length=1, max_length=200)]
    template: Annotated[str, Field(pattern=r"^[a-z0-9_-]+\.html$")]
    imprime: tuple[Escrito, ...] = Field(strict=False)
    faces: Faces = "frente"
    tracejado: bool = False
    em_branco: bool = False
    pagina: Pagina
    margens: Margens
    fontes: Fontes = Fontes()
    areas: tuple[Area, ...] = Field(default=(), strict=False)
    campos: tuple[CampoImpresso, ...] = Field(default=(), strict=False)
    bloco: Bloco = Bloco()

    @model_validator(mode="after")
    def _codigo_do_selo(self) -> Self:
        if self.tipo != "ficha_abertura" and "selos" not in self.bloco.linhas:
            raise ValueError('bloco.linhas: falta "selos"; só a ficha pode sair sem o código do selo (N7, N9)')
        return self

    @model_validator(mode="after")
    def _qr_do_tipo(self) -> Self:
        permitidos = {"livro": ("principal",), "ficha_abertura": ("proprio",)}.get(self.tipo, ())
        if self.bloco.qr not in ("automatico", "nenhum", *permitidos):
            lista = ", ".join(f'"{nome}"' for nome in ("automatico", "nenhum", *permitidos))
            raise ValueError(f"bloco.qr: num formato de {self.tipo}, permitidos: {lista} (N3, N4, N5, N7)")
        return self

    @property
    def texto(self) -> Retangulo:
        """The text area on a front."""
        m = self.margens
        return Retangulo(
            "área do texto",
            m.esquerda,
            m.superior,
            self.pagina.largura - m.esquerda - m.direita,
            self.pagina.altura - m.superior - m.inferior,
        )

    @property
    def largura_do_bloco(self) -> float:
        """Width of the seal block in mm: the format's, else that of the text."""
        return self.bloco.largura if self.bloco.largura is not None else self.texto.largura

    @property
    def escreve_so_o_selo(self) -> bool:
        """Tell whether the format writes nothing but seal block and numbers (`-corpo`)."""
        return set(self.imprime) <= {"selo", "numeracao"}


class Formato(Definicao):
    """A format ready for use: its definition, its name, and the short hash of its file and templates (`versao`).

    `pasta` is the office's folder of templates, None for a shipped format.
    """

    nome: str
    versao: str
    pasta: str | None = None
