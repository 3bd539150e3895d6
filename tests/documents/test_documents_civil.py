"""Registro Civil: fields, national models and the sheet that is laid out from them (C14, C15)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from printserver.documents import bad_fields
from printserver.documents.civil.fields import FIELDS_OF
from printserver.documents.civil.models import BY_NAME, MODELS, describe, full_title, missing
from printserver.documents.civil.sheet import NOTICE, sheet
from printserver.documents.civil.words import date_in_figures, date_in_words, number_in_words
from support.civil import IN_GROUPS, MATRICULA, example, note, printed_texts, read, varied

OF_FIELDS = [key for key in MODELS if key[1] != "outros"]


def frames(made: dict[str, Any]) -> list[dict[str, Any]]:
    rows = made["quadros"] + (made["cadastro"] or {"quadros": []})["quadros"]
    return [frame for row in rows for frame in row]


def labels(made: dict[str, Any]) -> list[str]:
    return [frame["rotulo"] for frame in frames(made)]


def made(norm: Any, especie: Any, campos: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    return sheet(MODELS[norm, especie], read(especie, campos), **{"matricula": MATRICULA, "averbacoes": []} | others)


def refused(especie: Any, **others: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as error:
        read(especie, example(especie, **others))
    return {bad.campo: bad.mensagem for bad in bad_fields(error.value)}


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 20), "vinte de novembro de dois mil e vinte e seis"),
        (date(2026, 1, 1), "primeiro de janeiro de dois mil e vinte e seis"),
        (date(1999, 3, 31), "trinta e um de março de mil novecentos e noventa e nove"),
        (date(1900, 12, 2), "dois de dezembro de mil e novecentos"),
        (date(2100, 2, 16), "dezesseis de fevereiro de dois mil e cem"),
    ],
)
def test_c14_dates_stand_in_words(day: date, words: str) -> None:
    assert date_in_words(day) == words


@given(st.dates())
@settings(max_examples=30)
def test_c14_dates_stand_in_figures(day: date) -> None:
    text = date_in_figures(day)
    assert (int(text[:2]), int(text[3:5]), int(text[6:])) == (day.day, day.month, day.year) and len(text) == 10
    assert "," not in date_in_words(day) and number_in_words(day.year) in date_in_words(day)


@pytest.mark.parametrize("key", MODELS)
def test_c14_every_model_prints_its_example_and_tells_it(key: Any) -> None:
    model = MODELS[key]
    campos = read(model.especie)
    assert missing(model, campos) == []
    texts = " ".join(frame["texto"] for frame in frames(made(*key)))
    assert IN_GROUPS in texts
    assert all(text in texts for text in printed_texts(campos.model_dump()) if text != "SP" and text != "PA")
    told = describe(BY_NAME[model.nome])
    assert {field["nome"] for field in told["campos"]} <= set(FIELDS_OF[model.especie].model_fields)
    assert FIELDS_OF[model.especie].model_validate(
        {field["nome"]: field["exemplo"] for field in told["campos"] if field["exemplo"] is not None}
    )
    assert all(field["rotulo"] and "{" not in field["rotulo"] for field in told["campos"])


@pytest.mark.parametrize("key", OF_FIELDS)
def test_c14_a_model_takes_every_field_of_its_especie(key: Any) -> None:
    told = {field["nome"]: field for field in describe(MODELS[key])["campos"]}
    known = set(FIELDS_OF[key[1]].model_fields)
    assert known - set(told) <= {"uf"}  # it stands with its municipality


def test_c14_fields_stand_in_the_order_of_each_norm() -> None:
    new, old = labels(made("cnj-182", "obito")), labels(made("cnj-63", "obito"))
    assert new.index("Data de falecimento (por extenso)") < new.index("Sexo")
    assert old.index("Sexo") < old.index("Data de falecimento (por extenso)")
    birth = labels(made("cnj-182", "nascimento"))
    assert birth[:5] == ["Nome", "CPF", "Matrícula", "Data de nascimento (por extenso)", "Dia / mês / ano"]
    assert birth.index("Genitor(a) 1") < birth.index("Genitor(a) 2") < birth.index("Data de registro (por extenso)")
    assert "Filiação" in labels(made("cnj-63", "nascimento"))


def test_c14_an_empty_optional_field_leaves_no_frame() -> None:
    full = example("nascimento")
    bare = {
        name: full[name] for name in ("nome_registrado", "data_nascimento", "sexo", "local_nascimento", "data_registro")
    }
    result = made("cnj-182", "nascimento", bare | {"genitores": [], "numero_dnv": None})
    assert all(frame["texto"] for frame in frames(result)) and len(frames(result)) < 10
    assert not {"CPF", "Genitor(a) 1", "Gêmeo, nome e matrícula"} & set(labels(result))
    assert result["cadastro"] is None


@pytest.mark.parametrize("key", OF_FIELDS)
def test_c14_what_a_model_lacks_is_named_by_its_path(key: Any) -> None:
    model = MODELS[key]
    needed = [field["nome"] for field in describe(model)["campos"] if field["obrigatorio"]]
    assert missing(model, FIELDS_OF[model.especie]()) == needed
    for name in needed:
        campos = example(model.especie)
        del campos[name]
        assert missing(model, read(model.especie, campos)) == [name]


def test_c14_what_an_item_of_a_list_lacks_is_named_by_its_number() -> None:
    campos = example("casamento")
    del campos["conjuges"][1]["nome_na_habilitacao"]
    assert missing(MODELS["cnj-182", "casamento"], read("casamento", campos)) == ["conjuges.1.nome_na_habilitacao"]


def test_c14_witnesses_attest_a_death_in_the_place_of_a_doctor() -> None:
    campos = example("obito", testemunhas=["Ana Exemplo", {"nome": "José Exemplo", "documento": "RG 1"}])
    assert refused("obito", testemunhas=["Ana Exemplo"]).keys() == {"testemunhas"}
    del campos["medico"]
    assert missing(MODELS["cnj-182", "obito"], read("obito", campos)) == []
    assert "Ana Exemplo; José Exemplo, RG 1" in [frame["texto"] for frame in frames(made("cnj-182", "obito", campos))]


@pytest.mark.parametrize(
    ("especie", "others", "path"),
    [
        ("nascimento", {"nome_registado": "Ana"}, "nome_registado"),
        ("nascimento", {"cpf_registrado": "529.982.247-26"}, "cpf_registrado"),
        ("nascimento", {"cpf_registrado": "111.111.111-11"}, "cpf_registrado"),
        ("nascimento", {"data_nascimento": "20/11/2026"}, "data_nascimento"),
        ("nascimento", {"hora_nascimento": "24:00"}, "hora_nascimento"),
        ("nascimento", {"naturalidade": {"municipio": "São Paulo", "uf": "XX"}}, "naturalidade.uf"),
        ("nascimento", {"naturalidade": {"uf": "SP"}}, "naturalidade.municipio"),
        ("nascimento", {"genitores": [{"nome": "Ana"}, {}]}, "genitores.1.nome"),
        ("nascimento", {"genitores": [{"nome": "Ana", "pai": "José"}]}, "genitores.0.pai"),
        ("nascimento", {"nome_registrado": "A" * 201}, "nome_registrado"),
        ("nascimento", {"nome_registrado": "李"}, "nome_registrado"),
        ("nascimento", {"gemeo": {"nome": "Ana", "matricula": "1"}}, "gemeo.matricula"),
        ("nascimento", {"gemeo": [{"nome": "Ana"}, {"matricula": None}]}, "gemeo.1.nome"),
        ("nascimento", {"genitores": "Ana"}, "genitores"),
        ("casamento", {"conjuges": [{"nome_atual": "Ana"}]}, "conjuges"),
        ("natimorto", {"cpf_registrado": "529.982.247-25"}, "cpf_registrado"),
        ("outros", {"nomes": []}, "nomes"),
    ],
)
def test_c14_a_bad_field_is_named_by_its_path(especie: Any, others: dict[str, Any], path: str) -> None:
    assert list(refused(especie, **others)) == [path]


@pytest.mark.parametrize("key", OF_FIELDS)
@given(data=st.data())
@settings(max_examples=15)
def test_c14_no_text_of_any_field_is_lost(key: Any, data: st.DataObject) -> None:
    campos = read(key[1], data.draw(varied(key[1])))
    result = sheet(MODELS[key], campos, matricula=MATRICULA, averbacoes=[])
    texts = " ".join(frame["texto"] for frame in frames(result))
    assert all(text in texts for text in printed_texts(campos.model_dump()))
    rows = result["quadros"] + result["cadastro"]["quadros"]
    assert all(sum(frame["largura"] for frame in row) == 12 for row in rows)


def test_c14_twins_are_told_with_their_matriculas() -> None:
    twins = [{"nome": "Ana Exemplo", "matricula": MATRICULA}, {"nome": "Paulo Exemplo"}]
    texts = [frame["texto"] for frame in frames(made("cnj-63", "nascimento", example("nascimento", gemeo=twins)))]
    assert f"Ana Exemplo, matrícula {IN_GROUPS}; Paulo Exemplo" in texts


def test_c14_an_age_in_years_is_written_out() -> None:
    texts = [frame["texto"] for frame in frames(made("cnj-182", "obito", example("obito", idade=1)))]
    assert "1 ano" in texts


def test_c15_a_short_certidao_tells_the_mentioned_notes_once_and_by_date() -> None:
    notes = [
        note("Segunda.", "2025-03-10"),
        note("Primeira.", "2024-01-01"),
        note("Segunda.", "2025-03-10"),
        note("Sem menção.", mencao=False),
        note("Outra.", "2025-03-11", tipo="anotacao"),
    ]
    result = made("cnj-182", "nascimento", averbacoes=notes)
    assert [told["texto"] for told in result["averbacoes"]] == ["Primeira.", "Segunda.", "Outra."]
    assert [told["tipo"] for told in result["averbacoes"]] == ["Averbação", "Averbação", "Anotação"]
    assert result["averbacoes"][0]["data"] == "01/01/2024"
    assert result["aviso"] == NOTICE


@pytest.mark.parametrize(
    "notes", [[], [note(restrita=True)], [note(mencao=False)], [note(restrita=True, mencao=False)]]
)
def test_c15_of_a_restricted_note_a_short_certidao_tells_neither_text_nor_notice(notes: Any) -> None:
    result = made("cnj-182", "nascimento", averbacoes=notes)
    assert result["averbacoes"] == [] and result["aviso"] is None


def test_c15_a_full_certidao_tells_all_notes() -> None:
    notes = [note("Uma.", restrita=True), note("Outra.", mencao=False), note("Terceira.")]
    title = full_title("nascimento")
    result = made("cnj-182", "outros", averbacoes=notes, full=True, titulo=title)
    assert [told["texto"] for told in result["averbacoes"]] == ["Uma.", "Outra.", "Terceira."]
    assert result["aviso"] is None and result["titulo"] == "Certidão em inteiro teor de nascimento"
    assert result["matricula"] == IN_GROUPS


def test_c10_a_matricula_that_does_not_hold_is_not_printed() -> None:
    with pytest.raises(ValueError, match="dígitos verificadores"):
        made("cnj-182", "nascimento", matricula=MATRICULA[:-1] + "0")
    assert "Matrícula" not in labels(made("cnj-182", "outros", matricula=None))
