"""The XML of the exchange against its schema, and the sum of a certidão wherever it stands (C4, C5, C9, C22)."""

import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from exchange_requests import body, old, send
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from printserver.documents.civil.models import EXAMPLES
from support import civil_documents as civil
from support.office import Rig, open_rig, text

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[2] / "docs" / "crc-certidao.xsd"))
ESPECIES = ("nascimento", "casamento", "casamento-religioso", "obito", "natimorto", "livro-e")
CHANNELS = ("crc", "crc-jud", "e-protocolo")
NOTES = [
    {"tipo": "averbacao", "data": "2020-03-02", "texto": "Divórcio – sentença de 1º/2/2020 “ç” & <b>."},
    {"tipo": "anotacao", "data": "2021-03-02", "texto": "Óbito anotado."},
]
LEAST = {
    "nascimento": ("nome_registrado", "data_nascimento", "sexo", "local_nascimento", "genitores", "data_registro"),
    "natimorto": (),
    "obito": (),
    "casamento": (),
    "outros": ("nomes",),
}
CERTIDAO, AVERBACAO = 4502, 2250  # centavos of the services in the shipped table


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_rig(tmp_path_factory.mktemp("exchange") / "serventia") as opened:
        yield opened


def fields_of(especie: str, certidao: str) -> tuple[str, dict[str, Any]]:
    kind = "casamento" if especie.startswith("casamento") else especie
    kind = "outros" if certidao == "inteiro-teor" or especie == "livro-e" else kind
    return kind, dict(EXAMPLES[kind])  # type: ignore[index]


def xml_of(rig: Rig, code: str) -> bytes:
    return bytes(rig.call("GET", f"/crc/certidoes/{code}/arquivos/xml").json)


def assert_valid(xml: bytes) -> etree._Element:
    tree = etree.fromstring(xml)
    assert SCHEMA.validate(tree), SCHEMA.error_log
    assert tree.getroottree().docinfo.encoding == "ISO-8859-1"
    return tree


@pytest.mark.parametrize("canal", CHANNELS)
def test_c22_every_certidao_of_every_channel_is_valid_by_the_schema(office: Rig, canal: str) -> None:
    for n, (especie, certidao) in enumerate(product(ESPECIES, ("primeira-via", "breve-relato", "inteiro-teor"))):
        number = 100 * CHANNELS.index(canal) + n + 1
        free = certidao == "primeira-via" and especie in ("nascimento", "obito", "natimorto")
        more: dict[str, Any] = {"servico": None} if free else {"averbacoes": 1, "averbacoes_anotacoes": NOTES}
        _kind, campos = fields_of(especie, certidao)
        of = old(number, especie=especie, **({"ato_livro_e": "Emancipação"} if especie == "livro-e" else {}))
        made = send(office, f"X-{number}", of, canal=canal, especie=certidao, campos=campos, entrega="arquivo", **more)
        assert made.status == 201, made
        emission = assert_valid(xml_of(office, f"X-{number}")).find("emissao")
        assert emission is not None and emission.findtext("num_selo") == made.json["selo"]
        if not free:
            assert "“ç” & <b>" in (emission.findtext("observacoes_averbacoes") or "")


@pytest.mark.parametrize("especie", ["nascimento", "obito", "natimorto"])
def test_c9_the_answer_to_a_maternity_is_valid_by_the_schema(office: Rig, especie: str) -> None:
    of = old(900 + ESPECIES.index(especie), especie=especie)
    _kind, campos = fields_of(especie, "primeira-via")
    more = {"canal": "unidade-interligada", "especie": "primeira-via", "servico": None, "entrega": "arquivo"}
    assert send(office, f"M-{especie}", of, campos=campos, **more).status == 201
    assert_valid(xml_of(office, f"M-{especie}"))


@pytest.mark.parametrize("especie", ["breve-relato", "inteiro-teor"])
def test_c9_a_maternity_is_answered_with_a_first_certidao_only(rig: Rig, especie: str) -> None:
    refused = send(rig, "M-1", old(), canal="unidade-interligada", especie=especie)
    assert (refused.status, refused.json["errors"][0]["campo"]) == (422, "especie")
    assert rig.codes() == []


def test_c22_a_certidao_with_few_fields_and_twins_is_valid_by_the_schema(office: Rig) -> None:
    least = {name: EXAMPLES["nascimento"][name] for name in LEAST["nascimento"]}
    twins = [{"nome": "Ana Exemplo"}, {"nome": "Rui Exemplo", "matricula": "12345601552020100014128001540653"}]
    for n, campos in enumerate([least, least | {"genitores": []}, least | {"gemeo": twins}]):
        assert send(office, f"F-{n}", old(950 + n), campos=campos, entrega="arquivo").status == 201
        root = assert_valid(xml_of(office, f"F-{n}"))
    assert root.findtext("emissao/flag_gemeo") == "S"
    assert [each.text for each in root.findall("emissao/gemeos/irmao/nome_matricula")] == [
        "Ana Exemplo",
        "Rui Exemplo 12345601552020100014128001540653",
    ]


@pytest.mark.parametrize("especie", ["nascimento", "casamento", "obito", "natimorto"])
def test_c14_the_exchange_gets_every_field_that_paper_shows(office: Rig, especie: str) -> None:
    _kind, campos = fields_of(especie, "breve-relato")
    number = 960 + ESPECIES.index(especie)
    assert send(office, f"A-{number}", old(number, especie=especie), campos=campos, entrega="arquivo").status == 201
    whole = " ".join(str(each.text) for each in assert_valid(xml_of(office, f"A-{number}")).iter())

    def written(value: Any, name: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for each, item in value.items():
                yield from written(item, each)
        elif isinstance(value, list):
            for item in value:
                yield from written(item, name)
        elif value is not None:
            day = re.fullmatch(r"(....)-(..)-(..)", str(value))
            bare = str(value).translate(str.maketrans("", "", ".-")) if "cpf" in name else str(value)
            yield f"{day[3]}/{day[2]}/{day[1]}" if day else bare

    assert [each for each in written(campos) if each not in whole] == []


def replaced(old_part: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: re.sub(old_part, new, xml, count=1, flags=re.DOTALL)


@pytest.mark.parametrize(
    "spoil",
    [
        replaced(rb"<sexo>.*?</sexo>", b""),
        replaced(rb"<nome_crianca>(.*?)</nome_crianca>", rb"<nome_registrado>\1</nome_registrado>"),
        replaced(rb"(<sexo>.*?</sexo>)\s*(<filiacao>.*?</filiacao>)", rb"\2\1"),
        replaced(rb"<sexo>", b"<cor/><sexo>"),
        replaced(rb"<data_registro>.*?<", b"<data_registro>2026-11-20<"),
        replaced(rb"<data_registro>.*?<", b"<data_registro><"),
        replaced(rb"<hora_nascimento>.*?<", b"<hora_nascimento>24:00<"),
        replaced(rb"<valor_adicional>.*?<", b"<valor_adicional>22,50<"),
        replaced(rb"<valor_adicional>.*?<", b"<valor_adicional>-1.00<"),
        replaced(rb"<qtd_averbacoes>.*?<", b"<qtd_averbacoes>-1<"),
        replaced(rb"<num_selo>.", b"<num_selo>"),
        replaced(rb"<cod_selo>https", b"<cod_selo>http"),
        replaced(rb"%7C", b"|"),
        replaced(rb"<matricula>.", b"<matricula>A"),
        replaced(rb"<cpf_registrado>", b"<cpf_registrado>1"),
        replaced(rb"<flag_gemeo>.*?<", b"<flag_gemeo>X<"),
        replaced(rb"<motivo_rejeicao */>", b"<motivo_rejeicao>sem registro</motivo_rejeicao>"),
        replaced(rb"<rejeicao>.*?</rejeicao>", b""),
        replaced(rb"<numero_cnj>.*?<", b"<numero_cnj>1234<"),
        replaced(rb"<certidao>", b'<certidao xmlns="urn:other">'),
    ],
)
def test_c22_the_schema_refuses_another_document(valid: bytes, spoil: Callable[[bytes], bytes]) -> None:
    spoiled = spoil(valid)
    assert spoiled != valid
    assert not SCHEMA.validate(etree.fromstring(spoiled))


@pytest.fixture(scope="module")
def valid(office: Rig) -> bytes:
    more = {"averbacoes": 1, "averbacoes_anotacoes": NOTES, "entrega": "arquivo"}
    _kind, campos = fields_of("nascimento", "breve-relato")
    assert send(office, "V-1", old(999), campos=campos, **more).status == 201
    xml = xml_of(office, "V-1")
    assert_valid(xml)
    return xml


# -- the sum ----------------------------------------------------------------------------------------------------------


def sums(codigo: str, rig: Rig) -> tuple[int, int]:
    """Return the total in centavos that the QR and the registro of a seal tell."""
    seal = rig.selo(codigo)
    _code, in_qr, _iss, _signature = unquote(seal["qr"]["url"].partition("?r=")[2]).split("|")
    line = seal["registro"].split("|")
    assert sum(int(each) for each in line[5:13]) == int(line[13])
    return int(in_qr), int(line[13])


@settings(max_examples=10, deadline=None)
@given(charged=st.integers(0, 30), shown=st.integers(0, 30), days=st.integers(0, 60))
def test_c4_c5_the_sum_is_the_same_on_paper_in_the_qr_in_the_registro_and_in_the_xml(
    office: Rig, charged: int, shown: int, days: int
) -> None:
    n = len(office.codes()) + 2000
    notes = [{"tipo": "averbacao", "data": "2020-03-02", "texto": f"Averbação {each}."} for each in range(shown)]
    more = {"averbacoes": charged, "averbacoes_anotacoes": notes, "campos": body("", {})["campos"]}
    total = CERTIDAO + AVERBACAO * charged
    document = civil.certidao(n, assento=old(n), **civil.VALUE, **more) | {"corpo": None}
    sent = send(office, f"S-{n}", old(n), **more, entrega="arquivo")
    answered = office.post(document)
    if charged > shown:
        assert (sent.status, sent.word) == (answered.status, answered.word) == (422, "averbacoes-a-mais")
        return
    office.engine.run_once()
    job = office.job(answered.job["id"])
    assert job["valor"]["total_centavos"] == sent.json["total_centavos"] == total
    written = f"{total // 100:,}".replace(",", ".") + f",{total % 100:02}"
    paper = " ".join(text(office.pdf(job["id"])).split())
    assert re.search(rf"(?i)total:? *(R\$ *)?{re.escape(written)}(?![0-9])", paper), paper
    assert sums(job["selos"][0]["codigo"], office) == (total, total)
    assert sums(sent.json["selo"], office) == (total, total)
    emission = assert_valid(xml_of(office, f"S-{n}")).find("emissao")
    assert emission is not None
    assert emission.findtext("valor_adicional") == f"{AVERBACAO * charged / 100:.2f}"
    assert emission.findtext("qtd_averbacoes") == str(charged)
    assert written in (emission.findtext("desc_selo") or "")
    assert emission.findtext("cod_selo") == office.selo(sent.json["selo"])["qr"]["url"]
