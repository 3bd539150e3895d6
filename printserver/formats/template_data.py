"""Data of templates: every variable with an example. Values that differ between prints of one text are not here.

The stamp draws livro and folhas of the livro itself, numbers of copies, pages and papers, seals, QR and fee lines. So
a minuta, its livro and its reprint share a layout, and so do traslados 1 and 2.
A variable that a document does not have is None (or an empty list): a template must test it.
"""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from printserver.formats.block import BlockValues, SeloValues
from printserver.formats.kinds import FORMAT_KINDS, FormatType

_TEXT = (
    "SAIBAM quantos esta pública escritura virem que, na data abaixo, nesta cidade, perante mim, Tabelião, compareceram"
    " as partes entre si justas e contratadas, identificadas pelos documentos apresentados, de cuja capacidade dou fé."
    " E pelos outorgantes foi dito que são senhores e legítimos possuidores do imóvel descrito na matrícula 12.345,"
    " livre e desembaraçado de quaisquer ônus, que ora vendem pelo preço certo de R$ 350.000,00, já recebido, do qual"
    " dão plena e irrevogável quitação, transmitindo desde já posse, domínio, direitos e ações."
)

VARIABLES: Final[Mapping[str, object]] = {
    "tipo": "livro",
    "titulo": "Escritura de venda e compra",
    "serventia": {
        "nome": "Cartório de Demonstração",
        "cns": "123456",
        "cidade": "São Paulo",
        "uf": "SP",
        "oficial": "José Maria de Assunção",
        "endereco": "Rua do Exemplo, 10, CEP 01000-000",
    },
    "instrumento": {
        "id": "P-2026-001234",
        "titulo": "Escritura de venda e compra",
        "data": "20 de novembro de 2026",
        "livro": "0123",
        "folha_inicial": "045",
        "folha_final": "047",
    },
    "partes": [
        {"qualidade": "Outorgante vendedor", "nome": "Antônio José de Araújo", "documento": "CPF 111.111.111-11"},
        {"qualidade": "Outorgada compradora", "nome": "Conceição Gonçalves", "documento": "CPF 222.222.222-22"},
    ],
    "data": "20 de novembro de 2026",
    "subscritor": {"nome": "José Maria de Assunção", "papel": "Tabelião"},
    "assinaturas": [
        {"nome": "Antônio José de Araújo", "legenda": "Outorgante vendedor"},
        {"nome": "Conceição Gonçalves", "legenda": "Outorgada compradora"},
        {"nome": "José Maria de Assunção", "legenda": "Tabelião"},
    ],
    "pedido": "2026/000123",
    "via": 1,
    "substitui": None,
    "ordem_judicial": None,
    "ficha": "000123",
    "pessoa": [
        {"rotulo": "Nome", "valor": "Antônio José de Araújo"},
        {"rotulo": "Documento", "valor": "CPF 111.111.111-11"},
        {"rotulo": "Estado civil", "valor": "casado"},
    ],
    "frases": [],
    "folha": {
        "titulo": "Certidão de nascimento",
        "matricula": "123456 01 55 2020 1 00014 128 0015406 53",
        "quadros": [
            [{"rotulo": "Nome", "texto": "João Exemplo da Conceição", "largura": 12}],
            [
                {"rotulo": "CPF", "texto": "123.456.789-09", "largura": 4},
                {"rotulo": "Matrícula", "texto": "123456 01 55 2020 1 00014 128 0015406 53", "largura": 8},
            ],
            [
                {
                    "rotulo": "Data de nascimento (por extenso)",
                    "texto": "vinte de novembro de dois mil e vinte e seis",
                    "largura": 9,
                },
                {"rotulo": "Dia / mês / ano", "texto": "20/11/2026", "largura": 3},
            ],
            [
                {"rotulo": "Genitor(a) 1", "texto": "Maria da Conceição Exemplo", "largura": 7},
                {"rotulo": "Município de nascimento e UF", "texto": "Campinas – SP", "largura": 5},
            ],
        ],
        "averbacoes": [
            {
                "tipo": "Averbação",
                "data": "10/03/2025",
                "texto": "Averba-se a retificação do nome, por mandado do Juízo de Direito desta comarca.",
            }
        ],
        "aviso": "A presente certidão envolve elementos de averbação à margem do termo.",
        "cadastro": {
            "titulo": "Anotações voluntárias de cadastro",
            "quadros": [
                [
                    {"rotulo": "Tipo de documento", "texto": "RG", "largura": 6},
                    {"rotulo": "Número", "texto": "12.345.678-9", "largura": 6},
                ]
            ],
        },
    },
}
"""Variables from the document, by name."""

SERVER_VARIABLES: Final[Mapping[str, object]] = {
    "corpo": Markup("<p>%s</p>") % _TEXT,
    "imprime": ("serventia", "titulo", "partes", "data", "subscricao", "assinaturas", "selo", "numeracao"),
    "bloco": Markup('<div style="width:100mm;height:20mm"></div>'),
}
"""Variables from the server: the sanitised body, the format's `imprime`, the seal block's empty box."""

EXAMPLE_BODY: Final = "\n\n".join([_TEXT] * 5)
"""A text for previews, in paragraphs."""

_SHOWN: Final = 90  # characters of a sample value
_COMPONENTS = "Tabelião R$ 3.301,07; Estado R$ 938,20; Secretaria da Fazenda R$ 642,13; Santa Casa R$ 33,01;"
_CUSTAS = (
    f"{_COMPONENTS} Registro Civil R$ 173,74; Tribunal de Justiça R$ 226,56; ISS R$ 165,05;"
    " Ministério Público R$ 158,46. Total R$ 5.638,22"
)

# Valid by S1 and S2, but not a seal: 430 characters in the QR, the length of real ones (S5).
_CODIGO = "1234561ES0000000000004261"
_CODIGO_SECOND = "1234561ES0000000000004377"
_CODIGO_LIVRO = "1234561ES0000000000001268"
_QR = "https://selodigital.tjsp.jus.br/?r=" + f"{_CODIGO}%7C563822%7C16505%7C" + "EXEMPLOsemVALOR" * 23 + "%3D%3D"


def template_variables() -> list[tuple[str, str]]:
    """Return every variable that a template may use, by its path, with the value that the preview has for it."""
    found: list[tuple[str, str]] = []
    for name, value in {**SERVER_VARIABLES, **VARIABLES}.items():
        found += _described(name, value)
    return found


def _described(path: str, value: object) -> list[tuple[str, str]]:
    """Return the parts of a variable: those of a table, and those of the first item of a list."""
    if isinstance(value, Mapping):
        return [pair for name, inner in value.items() for pair in _described(f"{path}.{name}", inner)]
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping | list):
        return _described(f"{path}[0]", value[0])
    if isinstance(value, list | tuple):
        return [(path, ", ".join(map(str, value)) or "(nenhuma)")]
    text = "(pode faltar)" if value is None else str(value)
    return [(path, text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")]


def complete(data: Mapping[str, object]) -> dict[str, object]:
    """Return `data` with the missing variables of `VARIABLES` as None or an empty list."""
    empty: dict[str, object] = {nome: [] if isinstance(value, list) else None for nome, value in VARIABLES.items()}
    return {**empty, **data}


def example_data(kind: FormatType) -> dict[str, object]:
    """Return dummy data of a document type, for previews and checks."""
    return {**VARIABLES, "tipo": kind, "titulo": FORMAT_KINDS[kind].title or VARIABLES["titulo"]}


def example_values(kind: FormatType) -> BlockValues:
    """Return a dummy seal block of a document type; empty for a type that is never sealed."""
    sample = FORMAT_KINDS[kind].sample
    if sample is None:
        return BlockValues((), "", None, None, "", None, (), demonstracao=False, externo=False)
    charged = sample.custas or _CUSTAS
    custas = f"Isento de emolumentos: {sample.isento}" if sample.isento else charged
    selos = tuple(
        SeloValues(codigo, ato, description, n == 0, custas, "R$ 5.638,22", sample.isento is not None, sample.isento)
        for n, (codigo, (ato, description)) in enumerate(zip((_CODIGO, _CODIGO_SECOND), sample.atos, strict=False))
    )
    return BlockValues(
        selos=selos,
        rotulo=sample.rotulo,
        qr_url=_QR,
        qr_codigo=_CODIGO_LIVRO if sample.cites_livro and sample.principal_qr else _CODIGO,
        qr_rotulo="selo do ato principal" if sample.principal_qr else sample.rotulo,
        selo_livro=_CODIGO_LIVRO if sample.cites_livro else None,
        custas=(charged,) * len(selos) if sample.own_custas else (),
        demonstracao=True,
        externo=False,
    )
