"""Keys, people, and what each may do (A1, A2, X4, X8, P3)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.errors import Recusa
from printserver.office import people

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PASSWORD = "correta cavalo bateria"


@pytest.fixture
def conn() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    db.metadata.create_all(engine)
    with engine.begin() as connection:
        for cns in ("123456", "654321"):
            connection.execute(db.serventia.insert().values(cns=cns, instancia=cns, criada_em=NOW))
        yield connection
    engine.dispose()


def _ana(conn: sa.Connection, papel: str = "escrevente") -> people.Person:
    return people.create_person(conn, 1, "ana", "Ana Souza", papel, PASSWORD, NOW)


def test_a2_a_key_is_found_by_its_text_and_only_its_hash_is_kept(conn: sa.Connection) -> None:
    text = people.create_key(conn, 1, "legado", ("imprimir", "selos"), NOW)
    found = people.api_key(conn, 1, text)
    assert found is not None
    assert (found.nome, found.serventia_id, found.direitos) == ("legado", 1, {"imprimir", "selos"})
    guardado = repr(conn.execute(sa.select(db.chave_api)).all())
    assert text not in guardado
    assert len(text) == 43  # 256 bits, urlsafe


@pytest.mark.parametrize("text", ["", "x", "çhave", "\ud800", "a" * 100_000])
def test_a2_an_unknown_key_is_nobody(conn: sa.Connection, text: str) -> None:
    people.create_key(conn, 1, "legado", people.RIGHTS, NOW)
    assert people.api_key(conn, 1, text) is None


def test_a2_a_revoked_key_is_nobody(conn: sa.Connection) -> None:
    text = people.create_key(conn, 1, "legado", people.RIGHTS, NOW)
    conn.execute(db.chave_api.update().values(revogada_em=NOW))
    assert people.api_key(conn, 1, text) is None


@pytest.mark.parametrize("direitos", [(), ("imprimir", "tudo")])
def test_a2_a_key_has_known_rights(conn: sa.Connection, direitos: tuple[str, ...]) -> None:
    with pytest.raises(Recusa) as error:
        people.create_key(conn, 1, "legado", direitos, NOW)
    assert error.value.errors[0].campo == "direitos"


@pytest.mark.parametrize("nome", ["", "  ", "a\nb", "x" * 121])
def test_a2_a_key_has_a_name_fit_for_the_record(conn: sa.Connection, nome: str) -> None:
    with pytest.raises(Recusa):
        people.create_key(conn, 1, nome, people.RIGHTS, NOW)


def test_a2_names_of_keys_are_unique_in_an_office_and_free_in_another(conn: sa.Connection) -> None:
    people.create_key(conn, 1, "legado", people.RIGHTS, NOW)
    people.create_key(conn, 2, "legado", people.RIGHTS, NOW)
    with pytest.raises(Recusa):
        people.create_key(conn, 1, " legado ", people.RIGHTS, NOW)


def test_a1_a_person_is_found_whatever_the_case_and_only_in_their_office(conn: sa.Connection) -> None:
    ana = _ana(conn)
    assert people.find_person(conn, 1, " ANA ") == ana
    assert people.find_person(conn, 2, "ana") is None
    assert people.find_person(conn, 1, "maria") is None


def test_a1_the_password_is_checked_and_not_kept(conn: sa.Connection) -> None:
    ana = _ana(conn)
    assert people.check_password(conn, 1, "ana", PASSWORD) == ana
    assert people.check_password(conn, 1, "ana", PASSWORD + ".") is None
    assert people.check_password(conn, 1, "ninguem", PASSWORD) is None
    assert people.check_password(conn, 1, "ana", "x" * 2000) is None
    assert PASSWORD not in repr(conn.execute(sa.select(db.pessoa)).all())


def test_a1_who_left_neither_acts_nor_enters_and_their_name_is_not_given_again(conn: sa.Connection) -> None:
    _ana(conn)
    conn.execute(db.pessoa.update().values(ativa=False))
    assert people.find_person(conn, 1, "ana") is None
    assert people.check_password(conn, 1, "ana", PASSWORD) is None
    with pytest.raises(Recusa):
        _ana(conn)


@pytest.mark.parametrize(
    ("usuario", "nome", "papel", "password", "field"),
    [
        ("", "Ana", "escrevente", PASSWORD, "usuario"),
        ("ana souza", "Ana", "escrevente", PASSWORD, "usuario"),
        ("joão", "João", "escrevente", PASSWORD, "usuario"),
        ("ana", "", "escrevente", PASSWORD, "nome"),
        ("ana", "Ana", "chefe", PASSWORD, "papel"),
        ("ana", "Ana", "escrevente", "curta", "senha"),
    ],
)
def test_a1_a_bad_person_is_refused_by_field(
    conn: sa.Connection, usuario: str, nome: str, papel: str, password: str, field: str
) -> None:
    with pytest.raises(Recusa) as error:
        people.create_person(conn, 1, usuario, nome, papel, password, NOW)
    assert [e.campo for e in error.value.errors] == [field]


def test_a2_the_author_tells_system_and_person_apart_and_keeps_the_rights_of_the_key(conn: sa.Connection) -> None:
    api_key = people.api_key(conn, 1, people.create_key(conn, 1, "legado", ("imprimir",), NOW))
    assert api_key is not None
    author = people.on_behalf_of(people.author_of_key(api_key, "10.0.0.7"), _ana(conn, "tabeliao"))
    assert (author.sistema, author.pessoa, author.papel, author.endereco) == ("legado", "ana", "tabeliao", "10.0.0.7")
    people.require_right(author, "imprimir")
    for right in ("original", "responder", "selos"):
        with pytest.raises(Recusa, match="sem-permissao"):
            people.require_right(author, right)


@pytest.mark.parametrize("papel", people.ROLES)
def test_x9_the_sealed_bytes_are_not_for_every_role(conn: sa.Connection, papel: str) -> None:
    author = people.author_of_person(_ana(conn, papel), None)
    assert author.sistema is None
    assert ("original" in author.direitos) == (papel != "escrevente")


@pytest.mark.parametrize("papel", people.ROLES)
def test_a5_who_administers_the_machine_neither_answers_nor_prints(conn: sa.Connection, papel: str) -> None:
    author = people.author_of_person(_ana(conn, papel), None)
    assert ({"imprimir", "responder", "selos"} <= author.direitos) == (papel != "administrador")
    people.require_paper(author)
    for right in ("responder", "selos"):
        if papel == "administrador":
            with pytest.raises(Recusa, match="sem-permissao"):
                people.require_role(author, right)
        else:
            people.require_role(author, right)


@pytest.mark.parametrize("papel", [*people.ROLES, None])
def test_x4_x8_only_the_heads_go_past_the_term(papel: str | None) -> None:
    if papel in ("tabeliao", "substituto"):
        people.require_head(papel, "a exclusão fora do prazo")
    else:
        with pytest.raises(Recusa, match="sem-permissao"):
            people.require_head(papel, "a exclusão fora do prazo")


@pytest.mark.parametrize("papel", [*people.ROLES, None])
def test_p3_an_escrevente_does_not_subscribe_a_copy(papel: str | None) -> None:
    if papel in ("escrevente", None):
        with pytest.raises(Recusa, match="entrada-invalida"):
            people.require_subscritor(papel)
    else:
        people.require_subscritor(papel)


@pytest.mark.parametrize(
    "password",
    [
        "curta",
        "aaaaaaaaaaaa",
        " " * 16,
        "12345678",
        "1234567890",
        "9876543210",
        "abcdefghijkl",
        "qwertyuiop",
        "abcabcabcabc",
        "ana ana ana ana",
        "ana1234567",
        "Senha123456",
        "cartorio2026",
        "com\u200binvisivel",
        "com\ttabulação longa",
        "x" * 2000,
    ],
)
def test_a5_a_password_that_is_guessed_first_is_refused(conn: sa.Connection, password: str) -> None:
    with pytest.raises(Recusa) as error:
        people.create_person(conn, 1, "ana", "Ana", "escrevente", password, NOW)
    assert [each.campo for each in error.value.errors] == ["senha"]


@pytest.mark.parametrize(
    "password", [PASSWORD, "girassol-azul-42", "Tr3z3 Li0es!", "é uma frase inteira", "o cartório abre às nove"]
)
def test_a5_a_good_password_is_taken(conn: sa.Connection, password: str) -> None:
    people.create_person(conn, 1, "ana", "Ana", "escrevente", password, NOW)
    assert people.check_password(conn, 1, "ana", password) is not None


@pytest.mark.parametrize("nome", ["Ana \u202eossap", "A\u200bna", "A\u2028na"])
def test_p3_a_name_that_does_not_print_is_refused_where_it_is_typed(conn: sa.Connection, nome: str) -> None:
    with pytest.raises(Recusa) as error:
        people.create_person(conn, 1, "ana", nome, "tabeliao", PASSWORD, NOW)
    assert error.value.errors[0].campo == "nome"


def test_a5_the_last_administrator_and_the_last_head_stay(conn: sa.Connection) -> None:
    for usuario, papel in (("adm", "administrador"), ("tab", "tabeliao"), ("sub", "substituto")):
        people.create_person(conn, 1, usuario, usuario, papel, PASSWORD, NOW)
    people.create_person(conn, 2, "adm", "Outra serventia", "administrador", PASSWORD, NOW)
    people.deactivate(conn, 1, "tab", NOW)
    for change in (
        lambda: people.deactivate(conn, 1, "adm", NOW),
        lambda: people.deactivate(conn, 1, "sub", NOW),
        lambda: people.change_role(conn, 1, "adm", "escrevente", NOW),
        lambda: people.change_role(conn, 1, "sub", "escrevente", NOW),
    ):
        with pytest.raises(Recusa, match="estado-nao-permite"):
            change()
    people.change_role(conn, 1, "sub", "tabeliao", NOW)
    people.reactivate(conn, 1, "tab", NOW)
    people.deactivate(conn, 1, "sub", NOW)
    found = {who.usuario: active for who, active in people.list_people(conn, 1)}
    assert found == {"adm": True, "sub": False, "tab": True}


def test_a5_a_key_is_revoked_once_and_stays_on_the_list(conn: sa.Connection) -> None:
    text = people.create_key(conn, 1, "legado", people.RIGHTS, NOW)
    people.revoke_key(conn, 1, " legado ", NOW)
    assert people.api_key(conn, 1, text) is None
    assert [(key.nome, when) for key, when in people.list_keys(conn, 1)] == [("legado", NOW)]
    for nome, word in (("legado", "estado-nao-permite"), ("nenhuma", "nao-encontrado")):
        with pytest.raises(Recusa, match=word):
            people.revoke_key(conn, 1, nome, NOW)


@pytest.mark.parametrize(
    "pin",
    [
        *("", "58027", "5802744", "58027a", "٥٨٠٢٧٤", "580 74"),
        *("000000", "111112", "121212", "123123", "123321", "123456", "654321", "890123"),
        *("280194", "940128", "121985", "198512"),  # dates
    ],
)
def test_a4_a_pin_of_another_shape_or_that_is_tried_first_is_refused(conn: sa.Connection, pin: str) -> None:
    who = _ana(conn)
    with pytest.raises(Recusa) as error:
        people.set_pin(conn, who, pin)
    assert error.value.errors[0].campo == "pin"
    assert not people.has_pin(conn, who)


def test_a4_a_pin_is_its_persons_alone_and_kept_as_a_hash(conn: sa.Connection) -> None:
    who = _ana(conn)
    other = people.create_person(conn, 1, "bia", "Bia Lima", "escrevente", PASSWORD, NOW)
    assert not people.is_pin(conn, who, "580274")
    people.set_pin(conn, who, "580274")
    assert [people.is_pin(conn, who, pin) for pin in ("580274", "580275", PASSWORD)] == [True, False, False]
    assert not people.is_pin(conn, other, "580274")
    assert "580274" not in repr(conn.execute(sa.select(db.pessoa)).all())
