"""S12: no text of a request can fail after the seal. Every string of a job is refused, or is on the sealed paper."""

import copy
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from printserver.documents import Pedido
from printserver.errors import ConfigError
from printserver.selo import url_do_qr
from support import civil_documents as civil
from support.office import FEES, ISENTO, Rig, open_rig, text


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office of this module: no test looks at another's documents."""
    with open_rig(tmp_path_factory.mktemp("textos") / "serventia") as opened:
        yield opened


def requests(rig: Rig) -> dict[str, dict[str, Any]]:
    """Return a request of each kind of document, which together have every text that a request can have."""
    livro = rig.livro(data="2026-11-19", motivo_data="lavrado ontem", folha_final=None)
    livro["instrumento"]["partes"][0] |= {"documento": "RG 1234"}
    livro["instrumento"]["folha_final"] = livro["instrumento"]["folha_inicial"]
    codigo = "1234561ES000000000900026V"
    qr = url_do_qr(codigo, Decimal("95.12"), Decimal("2.78"), "QUJD" * 86)
    external = {"selos": [{"codigo": codigo, "ato": "ES", "qr": qr}]}
    brought = {"numero": 1, "instrumento": rig.instrumento(), "livro_externo": external}
    return {
        "livro": {"documento": livro, "formato": "livro", "fila": "notas"},
        "minuta": {"documento": {"tipo": "minuta", "paginas": "1", "instrumento": rig.instrumento()}},
        "certidao": {
            "documento": rig.certidao(ordem_judicial="1234-56.2026") | ISENTO,
            "subscritor": "tereza",
            "papel_seguranca": [f"A{next(rig.numbers):07}"],
        },
        "paga": {"documento": {k: v for k, v in rig.certidao().items() if k not in ISENTO} | {"emolumentos": FEES}},
        "de-servico": {
            "documento": {k: v for k, v in rig.certidao().items() if k not in ISENTO} | {"servico": "certidao-notas"}
        },
        "substituta": {"documento": rig.certidao(substitui=codigo, motivo="saiu torta"), "bandeja": "2"},
        "traslado": {"documento": {"tipo": "traslado", **brought}},
        "ficha": {
            "documento": rig.ficha(pessoa={"nome": "Ana", "documento": "RG 1", "apelido": "Nina"}, gerar_selo=True)
        },
    }


def civil_requests() -> dict[str, dict[str, Any]]:
    """Return a request of each kind of document of Registro Civil, which together have every text of theirs."""
    matricula = "12345601552020100014128001540653"
    old = {"motivo_data": "impresso depois", "de_antes": True, "cns": "123456", "matricula": matricula}
    whole = civil.assento(15406, ano="2020", data="2020-11-20", **old)
    whole["registrados"] = [{"nome": "Ana Prado", "cpf": "529.982.247-25"}]
    livro_e = civil.assento(2, "livro-e")
    notes = [{"tipo": "averbacao", "data": "2024-03-10", "texto": "Averba-se a retificação."}]
    search = {"hash_crc": "A1", "de": "1990-01-01", "ate": "2026-11-20", "natureza_do_ato": "óbito", "territorio": "SP"}
    other = {"cns": "654321", "codigo_validacao": "V-1", "selo": "1234561ES000000000900026V"}
    aim = {"processo": "9/2026", "finalidade": "religioso"}
    return {
        "assento": {"documento": civil.page(whole)},
        "livro-e": {"documento": civil.page(livro_e, servico="livro-e")},
        "certidao": {
            "documento": civil.certidao(
                1, assento=whole, averbacoes_anotacoes=notes, data_pedido="2026-11-20", modelo="cnj-182", **civil.VALUE
            )
        },
        "de-matricula": {"documento": civil.certidao(2, assento={"matricula": matricula}, **civil.VALUE)},
        "livre": {
            "documento": civil.certidao(3, assento=whole, isento=True, fundamento="cpf", motivo_isencao="averbação")
        },
        "negativa": {"documento": civil.certidao(4, "negativa", busca=search, **civil.VALUE)},
        "habilitada": {"documento": civil.certidao(5, "habilitacao", habilitacao=aim, **civil.VALUE)},
        "materializada": {"documento": civil.certidao(6, "materializacao", origem=other, **civil.VALUE)},
        "habilitacao": {"documento": civil.habilitacao("7/2026")},
        "edital": {"documento": civil.edital("E-1", processo="8/2026")},
        "averbacao": {"documento": civil.averbacao("AV-1", whole["id"])},
        "procedimento": {
            "documento": {
                "tipo": "procedimento",
                "natureza": 2,
                "processo": "12/2026",
                "especie": "retificacao",
                "corpo": {"formato": "texto", "conteudo": "Defiro."},
                "servico": "procedimento",
            }
        },
    }


Where = tuple[str | int, ...]
# Words of the contract, and the body's own text: its reader has tests of its own.
# The values of a model become its text: tests/models.
NOT_FREE = {"tipo", "faces", "lado_inicial", "assinaturas", "estado", "conteudo", "natureza", "valores"}
ON_PAPER = {
    *("nome", "qualidade", "titulo", "livro", "pedido", "ficha", "descricao", "motivo_isencao", "ordem_judicial"),
    *("apelido", "papel_seguranca"),
}


def texts(value: Any, path: Where = ()) -> Iterator[Where]:
    """Yield the path of every text in a request."""
    if isinstance(value, dict | list):
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(item, (*path, name))
    elif isinstance(value, str) and path[-1] not in NOT_FREE and path[-2:] != ("corpo", "formato"):
        yield path


def named(path: Where) -> str:
    return next(str(part) for part in reversed(path) if isinstance(part, str))


def arguments(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request as the arguments of `Rig.post`."""
    return {"document" if name == "documento" else name: value for name, value in request.items()}


def put(request: dict[str, Any], path: Where, value: str) -> dict[str, Any]:
    made = copy.deepcopy(request)
    at: Any = made
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return made


def test_s12_the_requests_of_this_module_have_every_text_of_the_contract(shared: Rig) -> None:
    def strings(schema: Any, name: str = "") -> Iterator[str]:
        if isinstance(schema, dict):
            if schema.get("type") == "string" and not {"enum", "const"} & schema.keys():
                yield name
            for key, part in schema.items():
                if key in ("properties", "$defs"):
                    for inner, each in part.items():
                        yield from strings(each, inner if key == "properties" else "")
                else:
                    yield from strings(part, name)
        elif isinstance(schema, list):
            for part in schema:
                yield from strings(part, name)

    wanted = set(strings(Pedido.model_json_schema())) - NOT_FREE - {""}
    everything = [*requests(shared).values(), *civil_requests().values()]
    found = {named(path) for request in everything for path in texts(request | {"escrevente": "maria"})}
    assert wanted <= found | {"total"}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_s12_no_string_of_registro_civil_is_an_error_of_the_server(shared: Rig, data: st.DataObject) -> None:
    kinds = civil_requests()
    request = kinds[data.draw(st.sampled_from(sorted(kinds)))]
    path = data.draw(st.sampled_from(sorted(texts(request), key=str)))
    value = data.draw(
        st.one_of(st.text(min_size=1, max_size=24), st.sampled_from(["W" * 600, "\u202e", "🙂", "0", "|"]))
    )
    found = shared.post(**arguments(put(request, path, value)))
    assert found.status in (202, 404, 409, 422), found


ODD = st.sampled_from(
    [*"\u200b\u202e\ufeff\u00ad\t\n\u00a0\u2011\u2003\x07\ue000\u0301", "№", "Ω", "А", "א", "🙂", "²", "ﬁ"]
)
ANY = st.text(st.one_of(ODD, st.characters(), st.sampled_from("AÇãéñ 12/-.|&<{")), min_size=1, max_size=24)
LONG = st.builds(
    lambda part, times: part * times, st.sampled_from(["W", "Ana ", "i", "1-", "W W"]), st.integers(20, 700)
)


def squeezed(value: str) -> str:
    """Return a text without what lays it out: blanks, case, hyphens and the shapes of letters."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc", "Mn"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_s12_every_string_of_a_job_is_refused_or_on_the_paper(shared: Rig, data: st.DataObject) -> None:
    kinds = requests(shared)
    request = kinds[data.draw(st.sampled_from(sorted(kinds)))]
    path = data.draw(st.sampled_from(sorted(texts(request), key=str)))
    value = data.draw(st.one_of(ANY, ANY, LONG))
    body = {"escrevente": "maria"} | put(request, path, value)
    before = shared.state()
    answer = shared.call("POST", "/jobs", body)
    if answer.status != 202:
        assert answer.status in (400, 404, 409, 422), answer
        if answer.status != 409:
            assert shared.state() == before
        return
    shared.engine.run_once()
    job = shared.job(answer.job["id"])
    assert job["estado"] == "impresso", job["historico"]
    if named(path) in ON_PAPER and job["selos"]:
        letters = squeezed(value)
        shown = squeezed(text(shared.pdf(job["id"])))
        rtl = any(unicodedata.bidirectional(c) in ("R", "AL") for c in letters)
        assert (set(letters) <= set(shown)) if rtl or len(letters) > 24 else letters in shown, (path, value, shown)


def test_s12_each_request_of_this_module_but_one_is_printed(shared: Rig) -> None:
    for kind, request in requests(shared).items():
        if kind != "substituta":  # of a seal that is not here
            shared.printed(**arguments(request))


@pytest.mark.parametrize("more", ["&x=é", "&x=" + "1" * 60])
def test_s12_a_qr_of_another_program_that_cannot_be_drawn_is_refused(shared: Rig, more: str) -> None:
    request = requests(shared)["traslado"]
    where: Where = ("documento", "livro_externo", "selos", 0, "qr")
    qr = request["documento"]["livro_externo"]["selos"][0]["qr"]
    before = shared.state()
    refused = shared.post(**arguments(put(request, where, qr + more)))
    assert (refused.status, refused.json["errors"][0]["campo"]) == (422, ".".join(map(str, where)))
    assert shared.state() == before


@pytest.mark.parametrize(
    ("kind", "path", "value", "character"),
    [
        ("certidao", ("documento", "pedido"), "2026-А", "U+0410 CYRILLIC CAPITAL LETTER A"),
        ("livro", ("documento", "instrumento", "livro"), "№ 12", "U+2116 NUMERO SIGN"),
        ("livro", ("documento", "instrumento", "id"), "P-Ω", "U+03A9 GREEK CAPITAL LETTER OMEGA"),
        ("livro", ("documento", "instrumento", "atos", 0, "descricao"), "Usufruto Ω", "U+03A9"),
        ("livro", ("documento", "instrumento", "atos", 0, "motivo_isencao"), "Ω", "U+03A9"),
        ("certidao", ("papel_seguranca", 0), "Ω1", "U+03A9"),
        ("ficha", ("documento", "ficha"), "Ж-1", "U+0416"),
        ("livro", ("documento", "instrumento", "partes", 0, "nome"), "李", "U+674E"),
        ("livro", ("documento", "instrumento", "titulo"), "Escritura 🙂", "U+1F642"),
        ("certidao", ("documento", "ordem_judicial"), "\u202e1234", "U+202E RIGHT-TO-LEFT OVERRIDE, na posição 1"),
    ],
)
def test_s12_a_text_that_cannot_be_written_is_refused_by_field_and_character(
    shared: Rig, kind: str, path: Where, value: str, character: str
) -> None:
    before = shared.state()
    refused = shared.call("POST", "/jobs", {"escrevente": "maria"} | put(requests(shared)[kind], path, value))
    assert (refused.status, refused.word) == (422, "entrada-invalida")
    assert [each["campo"] for each in refused.json["errors"]] == [".".join(map(str, path))]
    assert character in refused.json["errors"][0]["mensagem"]
    assert shared.state() == before


def test_s12_a_number_that_would_be_too_small_to_read_is_refused(shared: Rig) -> None:
    before = shared.state()
    for kind, path, field in (
        ("certidao", ("documento", "pedido"), "documento.pedido"),
        ("livro", ("documento", "instrumento", "livro"), "documento.instrumento.livro"),
        ("certidao", ("papel_seguranca", 0), "papel_seguranca"),
    ):
        long = put(requests(shared)[kind], path, "W" * 95 + "1")
        refused = shared.call("POST", "/jobs", {"escrevente": "maria"} | long)
        assert (refused.status, refused.word) == (422, "entrada-invalida")
        assert refused.json["errors"][0]["campo"] == field
        assert "não cabe legível" in refused.json["detail"]
    assert shared.state() == before


def test_an_invisible_character_is_taken_out_of_a_name_and_told(shared: Rig) -> None:
    livro = shared.livro(partes=[{"nome": "Lídia\u200b Prado"}], titulo="Escri\u00adtura")
    job = shared.printed(livro)
    assert "Lídia Prado" in text(shared.pdf(job["id"]))
    assert [(each["campo"], each["mensagem"]) for each in job["avisos"]] == [
        ("documento.instrumento.partes.0.nome", "caractere invisível retirado: U+200B ZERO WIDTH SPACE, na posição 6"),
        ("documento.instrumento.titulo", "caractere invisível retirado: U+00AD SOFT HYPHEN, na posição 6"),
    ]


def test_x0_an_invisible_character_makes_no_other_document(shared: Rig) -> None:
    first = shared.printed(shared.certidao(pedido="77/2026"))
    asked = shared.question(shared.certidao(pedido="7\u200b7/2026"))
    assert asked["pergunta"]["selos"] == [seal["codigo"] for seal in first["selos"]]


def test_an_answer_with_an_invisible_character_is_refused_by_name(shared: Rig) -> None:
    job = shared.printed(shared.livro())
    asked = shared.question({"tipo": "livro", "instrumento": shared.instrumento(id=job["documento"]["instrumento"])})
    refused = shared.yes(asked["id"], motivo="saiu\u200b torto")
    assert (refused.status, refused.json["errors"][0]["campo"]) == (422, "motivo")
    assert "U+200B ZERO WIDTH SPACE, na posição 5" in refused.json["detail"]


@pytest.mark.parametrize(
    ("setting", "value"), [("nome", "1º Tabelião 公証"), ("cidade", "São\u202e Paulo"), ("nome", " ")]
)
def test_s12_a_name_of_the_office_that_cannot_be_printed_stops_the_start(
    tmp_path: Path, setting: str, value: str
) -> None:
    with (
        pytest.raises(ConfigError, match=f"serventia.{setting}"),
        open_rig(tmp_path / "serventia", settings={"serventia": {setting: value}}),
    ):
        pass
