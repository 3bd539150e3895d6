"""The table of the court's ato codes (S8, S10, C3): the office's `atos.toml` over the shipped. Knows no values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from printserver.errors import BadField, Recusa, invalid_input
from printserver.formats import stamped
from printserver.selo._tables import TableFile, TableRow, load_layers

FILE_NAME: Final = "atos.toml"
# The ato of a seal that excludes another (X2).
EXCLUSION: Final = "XA"
_CIVIL: Final = 2  # Registro Civil (S1)


@dataclass(frozen=True, slots=True)
class AtoType:
    """An ato of one natureza: `so_retificador` is never issued alone (S8), `hibrido` stands on a paper seal (S4).

    `iss_a_parte`: its seals report the ISS without adding it to the total (D1).
    """

    codigo: str
    natureza: int
    descricao: str
    so_retificador: bool
    hibrido: bool
    a_confirmar: bool
    iss_a_parte: bool = False

    @property
    def aviso(self) -> str | None:
        """What the caller is to be warned of: an ato to be confirmed seals, but says so (S10)."""
        return f"{self._unconfirmed} com a tabela em vigor do tribunal" if self.a_confirmar else None

    def seals(self, *, demonstracao: bool) -> bool:
        """Return whether documents are sealed by it: of Registro Civil only a known one, but to demonstrate (C3)."""
        return demonstracao or not (self.a_confirmar and self.natureza == _CIVIL)

    def refusal(self, field: str) -> Recusa:
        """Return the refusal `servico-a-confirmar` of an ato that is still to be confirmed (S10)."""
        text = (
            f"{self._unconfirmed}: confira-o com a tabela em vigor do tribunal e escreva-o em {FILE_NAME} da "
            "serventia, sem a_confirmar"
        )
        return Recusa("servico-a-confirmar", f"{field}: {text}.", errors=[BadField(field, text)])

    @property
    def _unconfirmed(self) -> str:
        return f"o código de ato {self.codigo} ({self.descricao}) ainda está a confirmar"


class AtoTable:
    """The atos of an office, by natureza and code (C3)."""

    def __init__(self, atos: Iterable[AtoType]) -> None:
        self._atos = {(ato.natureza, ato.codigo): ato for ato in atos}

    def get(self, codigo: str, natureza: int) -> AtoType | None:
        """Return the ato of that code and natureza, or None (C3)."""
        return self._atos.get((natureza, codigo))

    def every(self) -> tuple[AtoType, ...]:
        """Return all atos, by natureza and code."""
        return tuple(ato for _, ato in sorted(self._atos.items()))

    def codigos(self, natureza: int) -> tuple[str, ...]:
        """Return all codes of a natureza, in alphabetical order."""
        return tuple(sorted(codigo for of, codigo in self._atos if of == natureza))

    def descriptions(self) -> dict[str, str]:
        """Return what each code stands for, in alphabetical order; where naturezas differ in it, all they say (C3)."""
        found: dict[str, list[str]] = {}
        for _, ato in sorted(self._atos.items()):
            found.setdefault(ato.codigo, []).append(ato.descricao)
        return {codigo: " / ".join(dict.fromkeys(texts)) for codigo, texts in sorted(found.items())}

    def check(
        self,
        codigo: str,
        *,
        natureza: int,
        field: str,
        retifica: bool = False,
        hibrido: bool = False,
        demonstracao: bool = False,
    ) -> AtoType:
        """Return the ato of that code, valid for a seal of `natureza`; `field` is the dotted path of the field.

        Raises Recusa `entrada-invalida` if it is unknown, of another natureza, a retificador where nothing is rectified
        (S8), or of a paper seal where a digital one is to be made (and the other way round, H1); and
        `servico-a-confirmar` if it is one of Registro Civil to be confirmed and the office is no demonstration (C3).
        """
        ato = self._atos.get((natureza, codigo))
        if ato is None:
            elsewhere = self.descriptions().get(codigo)
            if elsewhere is not None:
                raise invalid_input(field, f"o ato {codigo} ({elsewhere}) não é de natureza {natureza}")
            known = ", ".join(self.codigos(natureza))
            raise invalid_input(field, f"ato desconhecido: {codigo[:10]!r}; há: {known}")
        if ato.so_retificador and not retifica:
            raise invalid_input(field, f"o ato {codigo} ({ato.descricao}) só retifica outro selo, nunca é emitido só")
        if ato.hibrido != hibrido:
            form = "só existe em selo de papel (híbrido)" if ato.hibrido else "não é de selo de papel (híbrido)"
            raise invalid_input(field, f"o ato {codigo} ({ato.descricao}) {form}")
        if not ato.seals(demonstracao=demonstracao):
            raise ato.refusal(field)
        return ato


def load_atos(instance_dir: Path | None) -> AtoTable:
    """Return the shipped atos with those of `instance_dir`/atos.toml laid over them, row by row (S10).

    A row `[CE]` is of all its naturezas, a row `["2.CE"]` of that one, and goes before the other of its file (C3).
    Raises ConfigError (Portuguese) that names the file and the key.
    """
    return atos_of(TableFile.of_office(instance_dir, FILE_NAME))


def atos_of(office: TableFile | None) -> AtoTable:
    """Return the table of an office whose own file is `office` (None: it has none). Raises as `load_atos`."""
    layers = load_layers(FILE_NAME, office, _ROWS)
    return AtoTable(ato for rows in layers for key in sorted(rows, key=len) for ato in rows[key].ato_types(key))


class _AtoRow(TableRow):
    """One table of atos.toml whose key names its natureza."""

    descricao: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(stamped)]
    so_retificador: bool = False
    hibrido: bool = False
    iss_a_parte: bool = False

    def ato_types(self, key: str) -> list[AtoType]:
        """Return the atos that the row describes, one for each natureza."""
        natureza, codigo = key.split(".")
        return [self._ato_type(codigo, int(natureza))]

    def _ato_type(self, codigo: str, natureza: int) -> AtoType:
        return AtoType(
            codigo=codigo,
            natureza=natureza,
            descricao=self.descricao,
            so_retificador=self.so_retificador,
            hibrido=self.hibrido,
            a_confirmar=self.a_confirmar,
            iss_a_parte=self.iss_a_parte,
        )


class _GeneralRow(_AtoRow):
    """One table of atos.toml of several naturezas."""

    naturezas: Annotated[list[Literal[1, 2, 3, 4, 5]], Field(min_length=1)]

    def ato_types(self, key: str) -> list[AtoType]:
        """Return the atos that the row describes, one for each natureza."""
        return [self._ato_type(key, natureza) for natureza in self.naturezas]


_ROWS: Final[Mapping[re.Pattern[str], type[_AtoRow]]] = {
    re.compile(r"[0-9A-Z]{2}"): _GeneralRow,
    re.compile(r"[1-5]\.[0-9A-Z]{2}"): _AtoRow,
}
