"""The deed for all engines: about 900 words on two pages, two atos; no paragraph is the same in two deeds.

Plain data without markup. People, places and numbers are invented.
"""

import base64
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from printserver.clock import local_date, system_clock
from printserver.documents.view import long_date
from printserver.formats import BlockValues, SeloValues
from printserver.selo import COMPONENTS, Emolumentos, assemble_code, format_reais, parse_reais, sequential_informacao
from printserver.selo import url_do_qr as qr_url

CNS = "990011"
OFFICE = {"nome": "Tabelionato da Medida", "cidade": "São Paulo", "uf": "SP", "cns": CNS}
TITLE = "Escritura de venda e compra com pacto adjeto de hipoteca"
CLERK = ("Administrador", "Responsável")
INITIALS = "Rubricas: ______________________"
PORTAL = "https://selodigital.tjsp.jus.br"

_TEXT = Path(__file__).parent / "data" / "escritura.txt"
_MEN = ("Antônio", "José", "Sebastião", "João", "Inácio", "Benedito", "Estêvão", "Otávio", "Júlio", "Mário")
_WOMEN = ("Antônia", "Josefa", "Luíza", "Helena", "Conceição", "Inês", "Benedita", "Otávia", "Júlia", "Mônica")
_FAMILIES = ("Araújo", "Brandão", "Gonçalves", "Figueiró", "Magalhães", "Nogueira", "Bragança", "Simões", "Falcão")
_STREETS = ("Jabuticabeiras", "Mangueiras", "Palmeiras", "Araucárias", "Quaresmeiras", "Paineiras")
_SQUARES = ("Chafariz", "Moinho", "Mercado", "Rosário", "Pelourinho", "Engenho")


@dataclass(frozen=True, slots=True)
class Party:
    """A party."""

    quality: str
    name: str
    document: str


@dataclass(frozen=True, slots=True)
class Ato:
    """An ato with its fees; the QR has the seal of the `principal` (N2)."""

    description: str
    principal: bool
    fees: Emolumentos


@dataclass(frozen=True, slots=True)
class Deed:
    """A deed, identified by `number`."""

    number: int
    parties: tuple[Party, ...]
    paragraphs: tuple[str, ...]

    @property
    def id(self) -> str:
        """Its identifier in the legacy program."""
        return f"B-2026-{self.number:07d}"

    @property
    def place(self) -> tuple[str, str]:
        """Its livro and folha: a deed has one folha, front and back."""
        return f"{self.number // 300 + 1:04d}", f"{self.number % 300 + 1:03d}"

    @property
    def folhas(self) -> tuple[str, str]:
        """The headers of its two pages."""
        livro, folha = self.place
        return f"Livro {livro} · Folha {folha}", f"Livro {livro} · Folha {folha} verso"

    @property
    def text(self) -> str:
        """The body, with an empty line between paragraphs."""
        return "\n\n".join(self.paragraphs)

    @property
    def signers(self) -> tuple[tuple[str, str], ...]:
        """The signers: (name, quality)."""
        return (*((party.name, party.quality) for party in self.parties), CLERK)


def today() -> str:
    """Return the date of every deed in words."""
    return long_date(local_date(system_clock()))


def _fees(*components: str) -> Emolumentos:
    return Emolumentos(**dict(zip(COMPONENTS, map(parse_reais, components), strict=True)))


ATOS = (
    Ato(
        "Venda e compra",
        True,
        _fees("2881.85", "819.06", "560.59", "28.82", "151.68", "197.79", "61.63", "138.33"),
    ),
    Ato("Hipoteca", False, _fees("1306.98", "371.46", "254.24", "13.07", "68.79", "89.70", "65.34", "62.74")),
)


def make(number: int) -> Deed:
    """Make deed `number`: deterministic, with every paragraph different from those of other deeds."""
    chance = random.Random(number)

    def name(given: tuple[str, ...]) -> str:
        return " ".join([*chance.sample(given, 2), *chance.sample(_FAMILIES, 2)])

    def digits(count: int) -> str:
        return f"{chance.randrange(10**count):0{count}d}"

    def money() -> str:
        return f"{chance.randint(100, 999)}.{digits(3)},{digits(2)}"

    cpf = [f"000.{digits(3)}.{digits(3)}-99" for _ in range(3)]
    people = [name(_MEN), name(_MEN), name(_WOMEN)]
    words = dict(zip(("vendedor", "comprador", "compradora"), people, strict=True))
    words |= {f"cpf{i}": text for i, text in enumerate(cpf, 1)}
    words |= {f"rg{i}": f"00.{digits(3)}.{digits(3)}-{digits(1)}" for i in range(1, 4)}
    words |= {key: money() for key in ("preco", "sinal", "parcela", "saldo")}
    words |= {"rua": chance.choice(_STREETS), "rua2": chance.choice(_SQUARES), "anterior": name(_MEN)}
    words |= {key: digits(size) for key, size in _NUMBERS}
    qualities = ("Vendedor e credor", "Comprador e devedor", "Compradora e devedora")
    parties = tuple(
        Party(quality, person, f"CPF {number}") for quality, person, number in zip(qualities, people, cpf, strict=True)
    )
    return Deed(number, parties, tuple(part.format_map(words) for part in _template()))


_NUMBERS = (
    ("numero", 3),
    ("numero2", 3),
    ("frente", 2),
    ("fundo", 2),
    ("contribuinte", 9),
    ("livro_titulo", 4),
    ("folha_titulo", 3),
    ("matricula", 6),
    ("cheque", 6),
    ("prestacoes", 2),
    ("guia", 8),
    ("dia_titulo", 2),
)


@cache
def _template() -> tuple[str, ...]:
    return tuple(_TEXT.read_text("utf-8").strip().split("\n\n"))


def seals(number: int) -> BlockValues:
    """Make the seal block of deed `number`'s livro, ready to draw, for engines without a certificate.

    The QR is as long as a real one; its signature is random.
    """
    chance = random.Random(-number)
    codes = [str(assemble_code(CNS, 1, "ES", sequential_informacao(2 * number + i), 26)) for i in range(len(ATOS))]
    signature = base64.b64encode(chance.randbytes(256)).decode()
    return block(codes, qr_url(codes[0], ATOS[0].fees.total, ATOS[0].fees.iss, signature))


def block(codes: list[str], url: str) -> BlockValues:
    """Make the seal block of a livro with these seals, the principal's first."""
    lines = [ato.fees.one_line() for ato in ATOS]
    return BlockValues(
        selos=tuple(
            SeloValues(
                codigo=code,
                ato="ES",
                descricao=ato.description,
                principal=ato.principal,
                custas=line,
                total=format_reais(ato.fees.total),
                isento=False,
                motivo=None,
            )
            for code, ato, line in zip(codes, ATOS, lines, strict=True)
        ),
        rotulo="selos destes atos",
        qr_url=url,
        qr_codigo=codes[0],
        qr_rotulo="selo do ato principal",
        selo_livro=None,
        custas=tuple(f"{ato.description}: {line}" for ato, line in zip(ATOS, lines, strict=True)),
        demonstracao=False,
        externo=False,
    )


def block_lines(values: BlockValues) -> list[tuple[str, str, bool]]:
    """Return the block's lines as (label, text, text is a code)."""
    lines = [(f"{values.rotulo.capitalize()}:", "", False)]
    for seal in values.selos:
        lines.append(("", seal.codigo, True))
        lines.append(("", f"{seal.ato} – {seal.descricao}{', ato principal' if seal.principal else ''}", False))
    return lines + [("", fee, False) for fee in values.custas]


def captions(values: BlockValues) -> tuple[str, str, str, str]:
    """Return the four lines under the QR (P6)."""
    return values.qr_rotulo.capitalize(), values.qr_codigo or "", "Confira em", PORTAL
