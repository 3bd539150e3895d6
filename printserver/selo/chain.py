"""The chain of a seal's rectifications (S11, R1): which seal is the live one. Pure, over plain rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .atos import EXCLUSAO


@dataclass(frozen=True, slots=True)
class Elo:
    """One seal in its chain: its code, its ato, the code it rectifies (None: the first), and its order of making."""

    codigo: str
    ato: str
    retifica: str | None
    ordem: int


def cadeia(codigo: str, elos: Iterable[Elo]) -> tuple[Elo, ...]:
    """Return the whole chain that holds `codigo`, oldest first; empty if no row of `elos` bears that code.

    A seal that rectifies one that is not among `elos` is taken as the first of its chain.
    """
    por_codigo = {elo.codigo: elo for elo in elos}
    if codigo not in por_codigo:
        return ()
    primeiro = _primeiro(por_codigo[codigo], por_codigo)
    da_cadeia = [elo for elo in por_codigo.values() if _primeiro(elo, por_codigo) is primeiro]
    return tuple(sorted(da_cadeia, key=lambda elo: elo.ordem))


def vivo(codigo: str, elos: Iterable[Elo]) -> Elo | None:
    """Return the live seal of the chain that holds `codigo`: the newest, unless the chain was excluded (S11).

    None if an XA stands in the chain, or if no row bears the code.
    """
    return _vivo(cadeia(codigo, elos))


def vivos(elos: Iterable[Elo]) -> tuple[Elo, ...]:
    """Return the live seal of every chain in `elos`, in the order in which the chains began (S11)."""
    por_codigo = {elo.codigo: elo for elo in elos}
    cadeias: dict[str, list[Elo]] = {}
    for elo in sorted(por_codigo.values(), key=lambda elo: elo.ordem):
        cadeias.setdefault(_primeiro(elo, por_codigo).codigo, []).append(elo)
    return tuple(elo for elo in map(_vivo, cadeias.values()) if elo is not None)


def _vivo(da_cadeia: Sequence[Elo]) -> Elo | None:
    if not da_cadeia or any(elo.ato == EXCLUSAO for elo in da_cadeia):
        return None
    return da_cadeia[-1]


def _primeiro(elo: Elo, por_codigo: Mapping[str, Elo]) -> Elo:
    vistos = {elo.codigo}
    while elo.retifica is not None and elo.retifica in por_codigo:
        elo = por_codigo[elo.retifica]
        if elo.codigo in vistos:
            raise ValueError(f"cadeia de retificações em círculo no selo {elo.codigo}")
        vistos.add(elo.codigo)
    return elo
