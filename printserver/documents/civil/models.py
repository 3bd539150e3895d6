"""The national models of the certidão, one record each: which fields, under which label, in which order (C14).

One source: `missing` checks it, `sheet` prints by it, `describe` tells it. Both norms take the same fields. What a norm
has no frame for is printed, where it is given, beside what it belongs to: nothing that was sent is ignored (A7). Needed
is only what every assento states: an old one has neither CPF nor DNV, and of a foundling no parents are known.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from printserver.common.data import JsonObject, JsonView
from printserver.documents.civil.fields import Especie, Fields
from printserver.documents.civil.frames import (
    FULL_WIDTH,
    MATRICULA,
    Model,
    ModelField,
    Norm,
    at,
    before_marriage,
    composed,
    date_frames,
    day_frame,
    every_cpf,
    frame,
    frames_of,
    grandparents,
    new_name,
    parents,
    people,
    place,
    town,
    twins,
    whole_line,
)
from printserver.documents.civil.model_examples import EXAMPLES
from printserver.selo import parse_matricula


def missing(model: Model, campos: Fields) -> list[str]:
    """Return the fields that `model` needs and `campos` lacks, by their dotted paths; none where it is complete."""
    return list(dict.fromkeys(_missing(model.campos, campos.model_dump(), "")))


def _missing(fields: Sequence[ModelField], data: JsonView, inside: str) -> Iterator[str]:
    for field in fields:
        value = at(data, field.nome)
        instead = field.instead and at(data, field.instead)
        if field.required and field.nome != MATRICULA and value is None and not instead:
            yield inside + field.nome
        for n, item in enumerate(value or () if field.itens else ()):
            yield from _missing(field.itens, item, f"{inside}{field.nome}.{n}.")


def describe(model: Model) -> JsonObject:
    """Return what a program needs to know of a model: its fields in print order, each once."""
    example: JsonView = EXAMPLES[model.especie]
    described: dict[str, JsonObject] = {}
    for field in (*model.campos, *model.notes):
        if field.nome != MATRICULA and field.nome not in described:
            described[field.nome] = _described(field, at(example, field.nome))
    return {
        "nome": model.nome,
        "norma": model.norm,
        "especie": model.especie,
        "titulo": model.titulo,
        "campos": list(described.values()),
    }


def _described(field: ModelField, example: Any) -> JsonObject:
    told: JsonObject = {
        "nome": field.nome,
        "rotulo": _general(field.rotulo),
        "obrigatorio": field.required,
        "exemplo": example,
    }
    if field.instead:
        told["ou"] = field.instead
    if field.itens:
        first: JsonView = example[0] if example else {}
        parts = {part.nome: _described(part, at(first, part.nome)) for part in reversed(field.itens)}
        told["itens"] = list(reversed(parts.values()))
    return told


def _general(label: str) -> str:
    return " ".join(label.replace("{n}", "").split())


_MATRICULA: Final = ModelField(nome=MATRICULA, rotulo="Matrícula", texto=lambda _: "", required=True, starts=True)


def _note_frames(owner: str = "") -> tuple[ModelField, ...]:
    """Return the frames of an anotação de cadastro; `owner` is the label's word for whose it is."""
    return (
        frame("tipo", f"Tipo de documento{owner}", True, 3, starts=True),
        frame("numero", "Número", True, 3),
        day_frame("data_expedicao", "Data de expedição", 2),
        frame("orgao", "Órgão emissor", width=2),
        day_frame("validade", "Validade", 2),
    )


_NOTES: Final = (frames_of("anotacoes_cadastro", "Anotações de cadastro", _note_frames()),)
_NOTES_OF_EACH: Final = (
    frames_of(
        "conjuges",
        "Anotações de cadastro de cada cônjuge",
        (frames_of("anotacoes_cadastro", "Anotações de cadastro", _note_frames(" do cônjuge {n}")),),
    ),
)
_TITLES: Final[Mapping[Especie, str]] = {
    "nascimento": "Certidão de nascimento",
    "casamento": "Certidão de casamento",
    "obito": "Certidão de óbito",
    "natimorto": "Certidão de natimorto",
    "outros": "Certidão em inteiro teor",
}


def _parent_frames() -> tuple[ModelField, ...]:
    return (
        frame("nome", "Genitor(a) {n}", True, 7, starts=True),
        _composed_town("municipio_nascimento", "Município de nascimento e UF", 5),
        frame("avos", "Avós, pais de genitor(a) {n}", write=" e ".join),
    )


def _composed_town(nome: str, label: str, width: int = FULL_WIDTH) -> ModelField:
    """Return the frame of a municipality whose state stands beside it."""
    return composed(nome, label, lambda data: town(data, nome), width)


def _birth_182(*, stillborn: bool) -> tuple[ModelField, ...]:
    """The frames of a birth in the order of Prov. 182."""
    return (
        frame("nome_registrado", "Nome", not stillborn),
        *(() if stillborn else (frame("cpf_registrado", "CPF", width=4, starts=True, write=every_cpf),)),
        _matricula_frame(starts=stillborn),
        *date_frames("data_nascimento", "Data de nascimento", True),
        frame("hora_nascimento", "Hora de nascimento", width=3, starts=True),
        frame("naturalidade", "Município da naturalidade e UF", width=9, write=town),
        frame("local_nascimento", "Local, município e UF de nascimento", True, 9, starts=True, write=place),
        frame("sexo", "Sexo", True, 3),
        *(_death_of_stillborn() if stillborn else ()),
        frames_of("genitores", "Genitores", _parent_frames(), required=True),
        frame("gemeo", "Gêmeo, nome e matrícula", write=twins),
        frame("municipio_registro", "Município de registro e UF", write=town),
        *date_frames("data_registro", "Data de registro", True),
        frame("numero_dnv", "Número da Declaração de Nascido Vivo"),
    )


def _birth_63(*, stillborn: bool) -> tuple[ModelField, ...]:
    """The frames of a birth in the order of Prov. 63."""
    return (
        frame("nome_registrado", "Nome", not stillborn),
        *(() if stillborn else (frame("cpf_registrado", "CPF", width=4, starts=True, write=every_cpf),)),
        _matricula_frame(starts=stillborn),
        *date_frames("data_nascimento", "Data de nascimento", True),
        frame("hora_nascimento", "Hora", width=3, starts=True),
        frame("naturalidade", "Naturalidade", width=9, write=town),
        frame("municipio_registro", "Município de registro e unidade da federação", write=town),
        frame("local_nascimento", "Local, município de nascimento e UF", True, 9, starts=True, write=place),
        frame("sexo", "Sexo", True, 3),
        *(_death_of_stillborn() if stillborn else ()),
        frame("genitores", "Filiação", True, write=parents),
        frame("genitores", "Avós", write=grandparents),
        frame("gemeo", "Gêmeo, nome e matrícula", write=twins),
        *date_frames("data_registro", "Data do registro", True),
        frame("numero_dnv", "Número da DNV / Declaração de Nascido Vivo"),
    )


def _matricula_frame(*, starts: bool = False) -> ModelField:
    return ModelField(nome=MATRICULA, rotulo="Matrícula", texto=lambda _: "", required=True, largura=8, starts=starts)


def _death_of_stillborn() -> tuple[ModelField, ...]:
    return (
        frame("cor", "Cor", width=4, starts=True),
        frame("idade", "Idade gestacional", width=8),
        *date_frames("data_falecimento", "Data da morte"),
        frame("hora", "Hora da morte", width=3, starts=True),
        frame("causa_morte", "Causa da morte", True, 9),
        *_attested(required=False),
        frame("sepultamento", "Local de sepultamento ou cremação, município e UF", width=7, starts=True, write=place),
        frame("declarante", "Declarante", width=5),
    )


def _attested(*, required: bool) -> tuple[ModelField, ...]:
    return (
        frame(
            "medico",
            "Médico que atestou o óbito e número do documento",
            required,
            write=people,
            instead="testemunhas",
        ),
        frame("testemunhas", "Testemunhas do óbito e número do documento", write=people),
    )


def _marriage_182() -> tuple[ModelField, ...]:
    return (
        frames_of(
            "conjuges",
            "Cônjuges",
            (
                frame("nome_atual", "Nome atual do cônjuge {n}", True, 8, starts=True),
                frame("cpf", "CPF", width=4, write=every_cpf),
            ),
            required=True,
        ),
        _MATRICULA,
        frames_of(
            "conjuges",
            "Cônjuges",
            (
                frame("nome_na_habilitacao", "Nome do cônjuge {n} na habilitação", True, starts=True),
                day_frame("data_nascimento", "Nascimento", 2, starts=True),
                frame("nacionalidade", "Nacionalidade", width=2),
                frame("estado_civil", "Estado civil anterior", width=3),
                _composed_town("municipio_nascimento", "Município de nascimento e UF", 5),
                frame("genitores", "Genitores", write=whole_line),
                composed("nome_atual", "Nome que passou a utilizar", new_name),
            ),
            required=True,
        ),
        *date_frames("data_celebracao", "Data de celebração do casamento", True),
        frame("regime_bens", "Regime de bens do casamento", True),
        *date_frames("data_registro", "Data de registro do casamento", True),
    )


def _marriage_63() -> tuple[ModelField, ...]:
    return (
        frames_of(
            "conjuges",
            "Cônjuges",
            (
                frame("nome_atual", "Nome do cônjuge {n}", True, 8, starts=True),
                frame("cpf", "CPF", width=4, write=every_cpf),
            ),
            required=True,
        ),
        _MATRICULA,
        frames_of(
            "conjuges",
            "Cônjuges",
            (
                ModelField(
                    nome="nome_na_habilitacao",
                    rotulo="Nome completo de solteiro, data e local de nascimento, nacionalidade e filiação"
                    " do cônjuge {n}",
                    texto=before_marriage,
                    required=True,
                    starts=True,
                ),
            ),
            required=True,
        ),
        *date_frames("data_registro", "Data do registro do casamento", True),
        *date_frames("data_celebracao", "Data da celebração do casamento"),
        frame("regime_bens", "Regime de bens do casamento", True),
        frames_of(
            "conjuges", "Cônjuges", (composed("nome_atual", "Nome que o cônjuge {n} passou a utilizar", new_name),)
        ),
    )


def _death_182() -> tuple[ModelField, ...]:
    return (
        frame("nome_falecido", "Nome", True),
        frame("cpf", "CPF", width=4, starts=True, write=every_cpf),
        _matricula_frame(),
        *date_frames("data_falecimento", "Data de falecimento", True),
        frame("hora", "Hora", True, 3, starts=True),
        frame("local", "Local, município e UF do falecimento", True, 9, write=place),
        frame("sexo", "Sexo", True, 2, starts=True),
        frame("cor", "Cor", width=2),
        frame("estado_civil", "Estado civil", True, 3),
        frame("ultimo_conjuge", "Último cônjuge ou convivente", width=5),
        frame("idade", "Idade", True, 3, starts=True),
        day_frame("data_nascimento", "Data de nascimento", 3),
        _composed_town("municipio_nascimento", "Município de nascimento e UF", 6),
        *_known_of_the_dead(),
        frames_of("genitores", "Genitores", _parent_frames()),
        frame("causa_morte", "Causa da morte", True, starts=True),
        *_attested(required=True),
        frame("sepultamento", "Local de sepultamento ou cremação, município e UF", write=place),
        *date_frames("data_registro", "Data de registro", True),
        frame("declarante", "Declarante", True, starts=True),
        frame("bens", "Existência de bens", width=5, starts=True),
        frame("filhos", "Existência de filhos", width=7),
    )


def _known_of_the_dead() -> tuple[ModelField, ...]:
    return (
        frame("documento_identificacao", "Documento de identificação", width=6, starts=True),
        frame("eleitor", "Eleitor", width=6),
        frame(
            "matricula_nascimento",
            "Matrícula do nascimento",
            starts=True,
            write=lambda digits: parse_matricula(digits).grouped,
        ),
        frame("residencia", "Residência", starts=True),
    )


def _death_63() -> tuple[ModelField, ...]:
    return (
        frame("nome_falecido", "Nome", True),
        frame("cpf", "CPF", width=4, starts=True, write=every_cpf),
        _matricula_frame(),
        frame("sexo", "Sexo", True, 3, starts=True),
        frame("cor", "Cor", True, 3),
        frame("estado_civil", "Estado civil", True, 3),
        frame("idade", "Idade", True, 3),
        _composed_town("municipio_nascimento", "Naturalidade", 9),
        day_frame("data_nascimento", "Data de nascimento", 3),
        *_known_of_the_dead(),
        frame("genitores", "Filiação", write=whole_line),
        frame("ultimo_conjuge", "Último cônjuge ou convivente"),
        *date_frames("data_falecimento", "Data de falecimento", True),
        frame("hora", "Hora", True, 3, starts=True),
        frame("local", "Local de falecimento", True, 9, write=place),
        frame("causa_morte", "Causa da morte", True, starts=True),
        frame(
            "sepultamento",
            "Sepultamento / cremação (município e cemitério, se conhecido)",
            width=7,
            starts=True,
            write=place,
        ),
        frame("declarante", "Declarante", True, 5),
        *_attested(required=True),
        *date_frames("data_registro", "Data do registro", True),
        frame("bens", "Bens", width=5, starts=True),
        frame("filhos", "Filhos", width=7),
    )


_OTHERS: Final = (
    frame("nomes", "Nome", True, write="; ".join),
    frame("cpf", "CPF", width=4, starts=True, write=every_cpf),
    _matricula_frame(),
)


def _model(
    norm: Norm, especie: Especie, campos: tuple[ModelField, ...], notes: tuple[ModelField, ...] = _NOTES
) -> Model:
    return Model(
        norm=norm,
        especie=especie,
        titulo=_TITLES[especie],
        campos=campos,
        notes=notes,
        notes_title="Anotações voluntárias de cadastro" if norm == "cnj-182" else "Anotações de cadastro",
    )


MODELS: Final[Mapping[tuple[Norm, Especie], Model]] = {
    (model.norm, model.especie): model
    for model in (
        _model("cnj-182", "nascimento", _birth_182(stillborn=False)),
        _model("cnj-182", "casamento", _marriage_182(), _NOTES_OF_EACH),
        _model("cnj-182", "obito", _death_182()),
        _model("cnj-182", "natimorto", _birth_182(stillborn=True)),
        _model("cnj-182", "outros", _OTHERS, ()),
        _model("cnj-63", "nascimento", _birth_63(stillborn=False)),
        _model("cnj-63", "casamento", _marriage_63(), _NOTES_OF_EACH),
        _model("cnj-63", "obito", _death_63()),
        _model("cnj-63", "natimorto", _birth_63(stillborn=True)),
        _model("cnj-63", "outros", _OTHERS, ()),
    )
}
"""Every model, by norm and especie."""

BY_NAME: Final[Mapping[str, Model]] = {model.nome: model for model in MODELS.values()}
"""The same by name: `cnj-182-nascimento`."""


def full_title(of: str) -> str:
    """Return the title of an inteiro teor: of `nascimento`, `Livro E` …"""
    return f"{_TITLES['outros']} de {of}"


def describe_models() -> list[JsonObject]:
    """Return every model as `GET /modelos` shows it."""
    common = {"origem": "nacional", "tipo": "certidao", "estado": "pronto", "motivos": [], "formato": "certidao-civil"}
    return [describe(model) | common | {"versao": model.norm} for model in MODELS.values()]
