"""The answer to a request of the national exchange (CRC): its XML, its text file, its fields of the seal (C9, C22).

The names and the order of the elements are those of the exchange's service; `docs/crc-certidao.xsd` states them. Values
are text. No element is left out but `gemeos` of who has no twin. What the service has no element for stands with its
label in `observacoes_averbacoes`, before the marginal notes: the exchange gets every field that paper shows (C14).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree

from printserver.documents.assento import AverbacaoAnotacao
from printserver.documents.civil.fields import (
    BirthFields,
    DeathFields,
    Fields,
    MarriageFields,
    OtherFields,
    Parent,
    Place,
    RegistryNote,
    Spouse,
    StillbirthFields,
    Town,
)
from printserver.documents.civil.words import date_in_figures, date_in_words

ENCODING: Final = "ISO-8859-1"
NO_DATE: Final = "--/--/----"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes to the exchange with a certidão. Money is in reais, `qr_url` the link of the seal."""

    codigo_hash: str
    cns: str
    matricula: str
    registry: str
    campos: Fields
    notes: Sequence[AverbacaoAnotacao]
    charged: int
    selo: str
    qr_url: str
    fee_line: str
    valor_adicional: Decimal


def seal_fields(delivery: Delivery) -> dict[str, str]:
    """Return the fields of the seal, for the service and to be pasted by hand (C9)."""
    return {
        "num_selo": delivery.selo,
        "cod_selo": delivery.qr_url,
        "desc_selo": delivery.fee_line,
        "valor_adicional": f"{delivery.valor_adicional:.2f}",
    }


def as_xml(delivery: Delivery) -> bytes:
    """Return the XML file, in ISO-8859-1; a character outside it is written as a reference."""
    root = ElementTree.Element("certidao")
    _add(root, "numero_cnj", delivery.cns)
    _add(root, "codigo_hash", delivery.codigo_hash)
    emission = ElementTree.SubElement(root, "emissao")
    _add(emission, "qtd_averbacoes", str(delivery.charged))
    for name, text in _elements(delivery):
        _add(emission, name, text)
        if name == "flag_gemeo" and text == "S":
            emission.append(_twins(delivery.campos))
    _add(emission, "observacoes_averbacoes", " ".join(_remarks(delivery)))
    for name, text in seal_fields(delivery).items():
        _add(emission, name, text)
    if not isinstance(delivery.campos, OtherFields):
        emission.append(_registry_notes(delivery.campos))
    _add(ElementTree.SubElement(root, "rejeicao"), "motivo_rejeicao", "")
    ElementTree.indent(root)
    whole: bytes = ElementTree.tostring(root, encoding=ENCODING)
    return whole + b"\n"


def as_text(delivery: Delivery) -> str:
    """Return the text file beside the XML: the code and the link to be pasted where the service is down (C9)."""
    return (
        f"Pedido: {delivery.codigo_hash}\r\n"
        f"Selo: {delivery.selo}\r\n"
        f"Link do QR: {delivery.qr_url}\r\n"
        f"Emolumentos: {delivery.fee_line}\r\n"
        f"Valor adicional: {delivery.valor_adicional:.2f}\r\n"
    )


def _elements(delivery: Delivery) -> Iterator[tuple[str, str]]:
    match delivery.campos:
        case BirthFields() | StillbirthFields() as fields:
            yield from _birth(fields, delivery)
        case MarriageFields() as fields:
            yield from _marriage(fields, delivery)
        case DeathFields() as fields:
            yield from _death(fields, delivery)
        case OtherFields() as fields:
            yield "nome_registrado", "; ".join(fields.nomes or ())
            yield "cpf", "; ".join(fields.cpf or ())
            yield "matricula", delivery.matricula


def _birth(fields: BirthFields | StillbirthFields, delivery: Delivery) -> Iterator[tuple[str, str]]:
    yield "nome_crianca", fields.nome_registrado or ""
    yield "cpf_registrado", (fields.cpf_registrado or "") if isinstance(fields, BirthFields) else ""
    yield "matricula", delivery.matricula
    yield "data_registro", _figures(fields.data_registro)
    yield "data_nascimento_extenso", _words(fields.data_nascimento)
    yield "data_nascimento", _figures(fields.data_nascimento)
    yield "hora_nascimento", fields.hora_nascimento or ""
    yield "naturalidade", _town(fields.naturalidade)
    yield "municipio_nascimento", _town(fields.local_nascimento)
    yield "municipio_registro", _town(fields.municipio_registro) or delivery.registry
    yield "local_nascimento", fields.local_nascimento.local if fields.local_nascimento else ""
    yield "sexo", fields.sexo or ""
    yield "filiacao", "; ".join(_parent(parent) for parent in fields.genitores or ())
    yield "avos", "; ".join(name for parent in fields.genitores or () for name in parent.avos or ())
    yield "flag_gemeo", "S" if fields.gemeo else "N"
    yield "data_registro_extenso", _words(fields.data_registro)
    yield "numero_dnv", fields.numero_dnv or ""


def _marriage(fields: MarriageFields, delivery: Delivery) -> Iterator[tuple[str, str]]:
    spouses = fields.conjuges or ()
    for n, spouse in enumerate(spouses, 1):
        yield f"nome_registrado_{n}", spouse.nome_na_habilitacao or spouse.nome_atual
    for n, spouse in enumerate(spouses, 1):
        yield f"cpf_registrado_{n}", spouse.cpf or ""
    yield "matricula", delivery.matricula
    yield "nomes_datas_locais", "; ".join(_spouse(spouse) for spouse in spouses)
    yield "data_registro_extenso", _words(fields.data_registro)
    yield "data_registro", _figures(fields.data_registro)
    yield "regime_bens", fields.regime_bens or ""
    yield "novos_nomes", "; ".join(spouse.nome_atual for spouse in spouses)


def _death(fields: DeathFields, delivery: Delivery) -> Iterator[tuple[str, str]]:
    yield "nome_falecido", fields.nome_falecido or ""
    yield "cpf_registrado", fields.cpf or ""
    yield "matricula", delivery.matricula
    yield "sexo", fields.sexo or ""
    yield "cor", fields.cor or ""
    yield "estado_civil_idade", ", ".join(part for part in (fields.estado_civil, fields.idade) if part)
    yield "naturalidade", "-".join(part for part in (fields.municipio_nascimento, fields.uf) if part)
    yield "documento_identificacao", fields.documento_identificacao or ""
    yield "matricula_nascimento", fields.matricula_nascimento or ""
    yield "eleitor", fields.eleitor or ""
    parents = "; ".join(_parent(parent) for parent in fields.genitores or ())
    yield "residencia_filiacao", "; ".join(part for part in (fields.residencia, parents) if part)
    hour = f", às {fields.hora}" if fields.hora else ""
    yield "data_hora_falecimento_extenso", f"{_words(fields.data_falecimento)}{hour}"
    yield "data_falecimento", _figures(fields.data_falecimento)
    yield "local_falecimento", _place(fields.local)
    yield "causa_morte", fields.causa_morte or ""
    yield "cemiterio", _place(fields.sepultamento)
    yield "declarante", fields.declarante or ""
    yield "nome_numero_medico", _doctor(fields)


def _remarks(delivery: Delivery) -> Iterator[str]:
    for label, text in _without_element(delivery.campos):
        if text:
            yield f"{label}: {text}."
    for note in delivery.notes:
        yield f"{note.data:%d/%m/%Y}: {note.texto}"


def _without_element(fields: Fields) -> Iterator[tuple[str, str]]:
    """Yield label and text of what the service has no element for."""
    match fields:
        case MarriageFields():
            yield "Data da celebração", _given(fields.data_celebracao)
        case StillbirthFields():
            yield "Data do óbito", _given(fields.data_falecimento)
            yield "Hora do óbito", fields.hora or ""
            yield "Idade gestacional", fields.idade or ""
            yield "Cor", fields.cor or ""
            yield "Causa da morte", fields.causa_morte or ""
            yield "Atestado por", _doctor(fields)
            yield "Sepultamento", _place(fields.sepultamento)
            yield "Declarante", fields.declarante or ""
        case DeathFields():
            yield "Último cônjuge ou convivente", fields.ultimo_conjuge or ""
            yield "Data de nascimento", _given(fields.data_nascimento)
            yield "Avós", "; ".join(name for parent in fields.genitores or () for name in parent.avos)
            yield "Bens", fields.bens or ""
            yield "Filhos", fields.filhos or ""
            yield "Data do registro", _given(fields.data_registro)


def _twins(fields: Fields) -> ElementTree.Element:
    assert isinstance(fields, BirthFields | StillbirthFields) and fields.gemeo
    twins = fields.gemeo if isinstance(fields.gemeo, tuple) else (fields.gemeo,)
    found = ElementTree.Element("gemeos")
    _add(found, "qtd_irmaos", str(len(twins)))
    for twin in twins:
        named = " ".join(part for part in (twin.nome, twin.matricula) if part)
        _add(ElementTree.SubElement(found, "irmao"), "nome_matricula", named)
    return found


def _registry_notes(fields: Fields) -> ElementTree.Element:
    found = ElementTree.Element("anotacoes_cadastro")
    for note in _notes_of(fields):
        line = ElementTree.SubElement(found, "anotacao")
        _add(line, "tipo", note.tipo)
        _add(line, "numero", note.numero)
        _add(line, "data_expedicao", _figures(note.data_expedicao))
        _add(line, "orgao", note.orgao or "")
        _add(line, "validade", _figures(note.validade))
    return found


def _notes_of(fields: Fields) -> Sequence[RegistryNote]:
    if isinstance(fields, MarriageFields):
        return [note for spouse in fields.conjuges or () for note in spouse.anotacoes_cadastro or ()]
    return [] if isinstance(fields, OtherFields) else fields.anotacoes_cadastro or ()


def _doctor(fields: DeathFields | StillbirthFields) -> str:
    attested = [fields.medico] if fields.medico is not None else list(fields.testemunhas or ())
    return "; ".join(" ".join(part for part in (each.nome, each.documento) if part) for each in attested)


def _spouse(spouse: Spouse) -> str:
    birth = f"{_figures(spouse.data_nascimento)}" if spouse.data_nascimento else ""
    where = "-".join(part for part in (spouse.municipio_nascimento, spouse.uf) if part)
    parents = " e ".join(_parent(parent) for parent in spouse.genitores or ())
    grandparents = " e ".join(name for parent in spouse.genitores or () for name in parent.avos)
    name = spouse.nome_na_habilitacao or spouse.nome_atual
    lineage = f"{parents} (avós: {grandparents})" if grandparents else parents
    return ", ".join(part for part in (name, birth, where, spouse.nacionalidade, spouse.estado_civil, lineage) if part)


def _parent(parent: Parent) -> str:
    where = "-".join(part for part in (parent.municipio_nascimento, parent.uf) if part)
    return f"{parent.nome} ({where})" if where else parent.nome


def _town(town: Town | None) -> str:
    return "" if town is None else "-".join(part for part in (town.municipio, town.uf) if part)


def _place(place: Place | None) -> str:
    return "" if place is None else f"{place.local}, {_town(place)}"


def _figures(day: date | None) -> str:
    return NO_DATE if day is None else date_in_figures(day)


def _given(day: date | None) -> str:
    return "" if day is None else date_in_figures(day)


def _words(day: date | None) -> str:
    return "" if day is None else date_in_words(day)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text
