"""The table of the court's ato codes (S8, S10): the office's `atos.toml` over the shipped one. Knows no values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from printserver.errors import entrada_invalida
from printserver.formats.text import stamped
from printserver.selo._tables import Linha, carregar_tabela

ARQUIVO: Final = "atos.toml"
# The ato of the seal that tells the court to disregard another (X2).
EXCLUSAO: Final = "XA"
_CODIGO: Final = re.compile(r"[0-9A-Z]{2}")


@dataclass(frozen=True, slots=True)
class TipoDeAto:
    """A row: `so_retificador` is never issued alone (S8), `hibrido` stands on a paper seal (S4), `naturezas` use it.

    `iss_a_parte`: its seals report the ISS and do not add it to the total (D1).
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
        """What the caller is to be warned of: an ato to be confirmed seals, but says so (S10)."""
        if not self.a_confirmar:
            return None
        return (
            f"o código de ato {self.codigo} ({self.descricao}) ainda está a confirmar com a tabela em vigor do tribunal"
        )


class TabelaDeAtos:
    """The ato codes of an office."""

    def __init__(self, atos: Mapping[str, TipoDeAto]) -> None:
        self._atos = dict(atos)

    def get(self, codigo: str) -> TipoDeAto | None:
        """Return the ato of that code, or None."""
        return self._atos.get(codigo)

    def codigos(self) -> tuple[str, ...]:
        """Return all codes, in alphabetical order."""
        return tuple(sorted(self._atos))

    def conferir(
        self, codigo: str, *, natureza: int, campo: str, retifica: bool = False, hibrido: bool = False
    ) -> TipoDeAto:
        """Return the ato of that code, fit for a seal of `natureza`; `campo` is the dotted path of the field.

        Raises Recusa `entrada-invalida` if it is unknown, of another natureza, a retificador where nothing is rectified
        (S8), or of a paper seal where a digital one is to be made (and the other way round, H1).
        """
        ato = self._atos.get(codigo)
        if ato is None:
            raise entrada_invalida(campo, f"ato desconhecido: {codigo[:10]!r}; há: {', '.join(self.codigos())}")
        if natureza not in ato.naturezas:
            raise entrada_invalida(campo, f"o ato {codigo} ({ato.descricao}) não é de natureza {natureza}")
        if ato.so_retificador and not retifica:
            raise entrada_invalida(
                campo, f"o ato {codigo} ({ato.descricao}) só retifica outro selo, nunca é emitido só"
            )
        if ato.hibrido != hibrido:
            forma = "só existe em selo de papel (híbrido)" if ato.hibrido else "não é de selo de papel (híbrido)"
            raise entrada_invalida(campo, f"o ato {codigo} ({ato.descricao}) {forma}")
        return ato


def carregar_atos(instance_dir: Path | None) -> TabelaDeAtos:
    """Return the shipped atos with those of `instance_dir`/atos.toml laid over them, row by row.

    Raises ConfigError (Portuguese) that names the file and the key.
    """
    linhas = carregar_tabela(ARQUIVO, instance_dir, _LinhaDeAto, _CODIGO)
    return TabelaDeAtos({codigo: linha.tipo(codigo) for codigo, linha in linhas.items()})


class _LinhaDeAto(Linha):
    """One table of atos.toml."""

    descricao: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(stamped)]
    naturezas: Annotated[list[Literal[1, 2, 3, 4, 5]], Field(min_length=1)]
    so_retificador: bool = False
    hibrido: bool = False
    iss_a_parte: bool = False

    def tipo(self, codigo: str) -> TipoDeAto:
        """Return the row as the plain ato it describes."""
        return TipoDeAto(
            codigo=codigo,
            descricao=self.descricao,
            so_retificador=self.so_retificador,
            hibrido=self.hibrido,
            a_confirmar=self.a_confirmar,
            naturezas=tuple(self.naturezas),
            iss_a_parte=self.iss_a_parte,
        )
