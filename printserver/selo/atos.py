"""The table of the court's ato codes (S8, S10): the office's `atos.toml` over the shipped one. Contains no fees."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from printserver.errors import invalid_input
from printserver.formats import stamped
from printserver.selo._tables import TableRow, load_table

FILE_NAME: Final = "atos.toml"
# The ato of a seal that excludes another (X2).
EXCLUSION: Final = "XA"
_CODIGO: Final = re.compile(r"[0-9A-Z]{2}")


@dataclass(frozen=True, slots=True)
class AtoType:
    """A row: `so_retificador` is never issued alone (S8), `hibrido` is of a paper seal (S4), `naturezas` may use it.

    `iss_a_parte`: its seals report the ISS without adding it to the total (D1).
    """

    codigo: str
    descricao: str
    so_retificador: bool
    hibrido: bool
    a_confirmar: bool
    naturezas: tuple[int, ...]
    iss_a_parte: bool = False

    @property
    def aviso(self) -> str | None:
        """Warning for the caller: an ato to be confirmed may be used, but with a notice (S10)."""
        if not self.a_confirmar:
            return None
        return (
            f"o código de ato {self.codigo} ({self.descricao}) ainda está a confirmar com a tabela em vigor do tribunal"
        )


class AtoTable:
    """The ato codes of an office."""

    def __init__(self, atos: Mapping[str, AtoType]) -> None:
        self._atos = dict(atos)

    def get(self, codigo: str) -> AtoType | None:
        """Return the ato of that code, or None."""
        return self._atos.get(codigo)

    def codigos(self) -> tuple[str, ...]:
        """Return all codes, in alphabetical order."""
        return tuple(sorted(self._atos))

    def check(
        self, codigo: str, *, natureza: int, field: str, retifica: bool = False, hibrido: bool = False
    ) -> AtoType:
        """Return the ato of that code, valid for a seal of `natureza`; `field` is the dotted path of the field.

        Raises Recusa `entrada-invalida` if it is unknown, of another natureza, a retificador although nothing is
        rectified (S8), of a paper seal for a digital one, or of a digital seal for a paper one (H1).
        """
        ato = self._atos.get(codigo)
        if ato is None:
            raise invalid_input(field, f"ato desconhecido: {codigo[:10]!r}; há: {', '.join(self.codigos())}")
        if natureza not in ato.naturezas:
            raise invalid_input(field, f"o ato {codigo} ({ato.descricao}) não é de natureza {natureza}")
        if ato.so_retificador and not retifica:
            raise invalid_input(field, f"o ato {codigo} ({ato.descricao}) só retifica outro selo, nunca é emitido só")
        if ato.hibrido != hibrido:
            form = "só existe em selo de papel (híbrido)" if ato.hibrido else "não é de selo de papel (híbrido)"
            raise invalid_input(field, f"o ato {codigo} ({ato.descricao}) {form}")
        return ato


def load_atos(instance_dir: Path | None) -> AtoTable:
    """Return the shipped atos, with rows replaced or added from `instance_dir`/atos.toml.

    Raises ConfigError (Portuguese) that names the file and the key.
    """
    rows = load_table(FILE_NAME, instance_dir, _AtoRow, _CODIGO)
    return AtoTable({codigo: row.ato_type(codigo) for codigo, row in rows.items()})


class _AtoRow(TableRow):
    """One table of atos.toml."""

    descricao: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(stamped)]
    naturezas: Annotated[list[Literal[1, 2, 3, 4, 5]], Field(min_length=1)]
    so_retificador: bool = False
    hibrido: bool = False
    iss_a_parte: bool = False

    def ato_type(self, codigo: str) -> AtoType:
        """Return the row as an `AtoType`."""
        return AtoType(
            codigo=codigo,
            descricao=self.descricao,
            so_retificador=self.so_retificador,
            hibrido=self.hibrido,
            a_confirmar=self.a_confirmar,
            naturezas=tuple(self.naturezas),
            iss_a_parte=self.iss_a_parte,
        )
