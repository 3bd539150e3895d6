"""S6: the initials of the parties, by their stated rule, for whatever name a system prints."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from printserver.selo import (
    Emolumentos,
    has_initials,
    party_initials,
    registro_line,
)

PATTERN = re.compile(r"[0-9A-Z](\.[0-9A-Z])*")
_LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Co", "Cn"], exclude_characters="\u0345")
NAMES = st.text(_LETTERS, max_size=60)


@pytest.mark.parametrize(
    ("names", "letters"),
    [
        ([], ""),
        (["Ana Beatriz Costa"], "A.B.C"),
        (["Álvaro de Souza e Silva"], "A.S.S"),
        (["Ana Costa", "Bruno Dias"], "A.C;B.D"),
        (["  josé   da silva "], "J.S"),
        (["3M do Brasil Ltda."], "3.B.L"),
        (["Padaria|Pão S/A"], "P.P.S.A"),
        (["—", "Ana"], "A"),
    ],
)
def test_s6_initials_of_the_parties(names: list[str], letters: str) -> None:
    assert party_initials(names) == letters


@pytest.mark.parametrize(
    ("nome", "letters"),
    [
        # strokes, ligatures, other letters of Latin
        ("Łukasz Białek", "L.B"),
        ("Jørgen Sørensen", "J.S"),
        ("Đỗ Thị Đào", "D.T.D"),
        ("Ægir Þórsson", "A.T"),
        ("Œuvre ßtraße Ĳssel", "O.S.I"),
        ("İlker Şen", "I.S"),
        # other scripts
        ("Иван Петров", "I.P"),
        ("Щукин Юрий", "S.Y"),
        ("Σωκράτης Παπαδόπουλος", "S.P"),
        ("王小明", "W"),
        ("محمد علي", "M.L"),
        ("ء", "X"),
        # particles, and words that look like one
        ("João da Silva dos Santos e Souza", "J.S.S.S"),
        ("Giulia del Monte di Roma della Torre", "G.M.R.T"),
        ("Ludwig von Berg van der Meer", "L.B.M"),
        ("Da", "D"),
        ("Da Silva", "D.S"),
        ("E", "E"),
        ("Kim Do", "K.D"),
        ("Maria E. Costa", "M.E.C"),
        ("Maria E Costa", "M.C"),
        # apostrophes, hyphens, points, signs
        ("D'Ávila", "D"),
        ("João D´Ávila", "J.D"),
        ("Maria Sant’Anna", "M.S"),
        ("Sean O'Neill", "S.O"),
        ("Ana-Maria Prado", "A.M.P"),
        ("J.R. Costa", "J.R.C"),
        ("A. B. Costa Jr.", "A.B.C.J"),
        ("Café & Cia. Ltda.", "C.C.L"),
        ("C&A", "C.A"),
        ("Paulo Prado Filho", "P.P.F"),
        ("José Leão Júnior", "J.L.J"),
        ("4ª Vara", "4.V"),
        ("1º Tabelião de Notas", "1.T.N"),
        ("N.º 7", "N.7"),
        ("ＡＢＣ Ｌｔｄａ", "A.L"),
        ("Ana\u200bBeatriz\u00adCosta Lima", "A.L"),
    ],
)
def test_s6_each_word_that_is_no_particle_has_its_initial(nome: str, letters: str) -> None:
    assert party_initials([nome]) == letters


@given(NAMES)
@example("ŉandu ǰ ΐ ẞ ﬁ ª º İ ı")
@example("ჟ ა Ꭰ ꭰ 𐐨 Ⅷ ⅷ ½ ٣")
def test_s6_initials_are_of_a_strict_form_and_the_same_however_a_name_is_written(nome: str) -> None:
    letters = party_initials([nome])
    words = re.findall(r"[^\W_]", nome.replace("ª", "").replace("º", ""))
    assert bool(letters) is bool(words) is has_initials(nome)
    assert not letters or PATTERN.fullmatch(letters)
    assert len(letters) <= max(len(unicodedata.normalize("NFC", nome)), 1)
    for other in (unicodedata.normalize("NFD", nome), nome.upper(), nome.lower(), f" {nome} "):
        assert party_initials([other]) == letters, other


@given(st.lists(st.text()))
def test_s6_initials_of_any_names_fit_in_the_line(names: list[str]) -> None:
    linha = registro_line(
        codigo="1234562CE000000000000126J",
        identifier="P-1",
        rectified=None,
        party_initials=party_initials(names),
        moment=datetime(2026, 1, 21, 13, 30, tzinfo=UTC),
        emolumentos=Emolumentos.zero(),
    )
    assert linha.count("|") == 14
    assert linha.isascii()
