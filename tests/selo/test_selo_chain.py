"""S11, R1: the live seal of a chain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.selo import Elo, cadeia, vivo, vivos

A = Elo("A", "ES", None, 1)
B = Elo("B", "ES", "A", 2)
C = Elo("C", "ES", "B", 3)
XA = Elo("X", "XA", "C", 4)
OUTRO = Elo("O", "TR", None, 5)


def test_s11_seal_alone_is_live():
    assert vivo("A", [A, OUTRO]) is A


@pytest.mark.parametrize("codigo", ["A", "B", "C"])
def test_s11_newest_of_the_chain_is_live_whichever_is_asked(codigo):
    assert vivo(codigo, [OUTRO, C, A, B]) is C
    assert cadeia(codigo, [OUTRO, C, A, B]) == (A, B, C)


def test_r1_two_retificadores_of_one_seal_are_one_chain():
    tarde = Elo("D", "ES", "A", 9)
    assert vivo("B", [A, B, tarde]) is tarde


@pytest.mark.parametrize("codigo", ["A", "B", "C", "X"])
def test_s11_excluded_chain_has_no_live_seal(codigo):
    assert vivo(codigo, [A, B, C, XA, OUTRO]) is None
    assert vivos([A, B, C, XA, OUTRO]) == (OUTRO,)


def test_s11_unknown_code_has_no_live_seal():
    assert vivo("Z", [A]) is None
    assert cadeia("Z", [A]) == ()


def test_r1_rectified_seal_that_is_not_here_does_not_matter():
    assert vivo("B", [B, C]) is C


def test_r1_circle_is_refused():
    with pytest.raises(ValueError, match="círculo"):
        vivo("A", [Elo("A", "ES", "B", 1), Elo("B", "ES", "A", 2)])


@given(st.lists(st.integers(0, 30), max_size=30), st.sets(st.integers(0, 30)), st.randoms())
def test_s11_one_live_seal_for_each_chain_without_xa(pais, exclusoes, acaso):
    """Seal n rectifies an earlier one (or none, for n itself): compare with the plain definition."""
    elos = [
        Elo(str(n), "XA" if n in exclusoes and pai < n else "ES", str(pai) if pai < n else None, n)
        for n, pai in enumerate(pais)
    ]
    raiz = {}
    for elo in elos:
        raiz[elo.codigo] = raiz[elo.retifica] if elo.retifica else elo.codigo
    esperados = set()
    for chefe in set(raiz.values()):
        da_cadeia = [elo for elo in elos if raiz[elo.codigo] == chefe]
        if all(elo.ato != "XA" for elo in da_cadeia):
            esperados.add(max(da_cadeia, key=lambda elo: elo.ordem))
    acaso.shuffle(elos)
    assert set(vivos(elos)) == esperados
    assert {vivo(elo.codigo, elos) for elo in elos} - {None} == esperados
