"""The national models of the certidão, one record each: which fields, under which label, in which order (C14).

One source: `missing` checks it, `sheet` prints by it, `describe` tells it. Both norms take the same fields. What a norm
has no frame for is printed, where it is given, beside what it belongs to: nothing that was sent is ignored (A7). Needed
is only what every assento states: an old one has neither CPF nor DNV, and of a foundling no parents are known.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from printserver.common.data import JsonObject, JsonView
from printserver.documents.civil.fields import Especie, Fields, cpf_check_digits
from printserver.documents.civil.words import date_in_figures, date_in_words
from printserver.selo import parse_matricula

Norm = Literal["cnj-182", "cnj-63"]
"""`cnj-182` holds from 2025 on."""

Writer = Callable[[JsonView], str]
"""Writes a frame from the fields of the certidão, or of one item of a list."""

FULL_WIDTH: Final = 12
DEFAULT_NORM: Final[Norm] = "cnj-182"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelField:
    """One frame of a model: `nome` is the field that it shows, by its dotted path; `largura` in twelfths of a row.

    `texto` writes it from what `nome` stands in. `instead` names a field that may be given in its place. `starts`: it
    begins a row. With `itens`, the field is a list and has the frames of `itens` for each of its items, whose labels
    say `{n}` where there is more than one.
    """

    nome: str
    rotulo: str
    texto: Writer
    required: bool = False
    largura: int = FULL_WIDTH
    starts: bool = False
    instead: str | None = None
    itens: tuple["ModelField", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A certidão of one especie by one norm. `campos` come before the averbações, `notes` (de cadastro) after them."""

    norm: Norm
    especie: Especie
    titulo: str
    campos: tuple[ModelField, ...]
    notes: tuple[ModelField, ...]
    notes_title: str

    @property
    def nome(self) -> str:
        """Its name: `cnj-182-nascimento`."""
        return f"{self.norm}-{self.especie}"


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


def at(data: Any, path: str) -> Any:
    """Return the value at a dotted path; None where there is none."""
    for part in path.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


MATRICULA: Final = "matricula"
"""The name of the one frame that no field fills: the matrícula is the assento's own."""


def town(value: JsonView, name: str = "municipio") -> str:
    """Return a municipality with its state: `São Paulo – SP`."""
    return " – ".join(filter(None, (value[name], value["uf"])))


def cpf_in_groups(digits: str) -> str:
    """Return a CPF as it is printed."""
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def _place(value: JsonView) -> str:
    return f"{value['local']}, {town(value)}"


def _every_cpf(value: str | Sequence[str]) -> str:
    return ", ".join(map(cpf_in_groups, [value] if isinstance(value, str) else value))


def _people(value: Sequence[JsonView] | JsonView) -> str:
    people = [value] if isinstance(value, Mapping) else value
    return "; ".join(_with_document(person) for person in people)


def _with_document(person: JsonView) -> str:
    return f"{person['nome']}, {person['documento']}" if person.get("documento") else str(person["nome"])


def _twins(value: Sequence[JsonView] | JsonView) -> str:
    twins = [value] if isinstance(value, Mapping) else value
    return "; ".join(
        f"{twin['nome']}, matrícula {parse_matricula(twin['matricula']).grouped}" if twin["matricula"] else twin["nome"]
        for twin in twins
    )


def _parent(value: JsonView) -> str:
    born = town(value, "municipio_nascimento")
    return f"{value['nome']}, de {born}" if born else str(value["nome"])


def _parents(value: Sequence[JsonView]) -> str:
    return "; ".join(map(_parent, value))


def _grandparents(value: Sequence[JsonView]) -> str:
    return "; ".join(" e ".join(parent["avos"]) for parent in value if parent["avos"])


def _whole_line(value: Sequence[JsonView]) -> str:
    """Return parents, each with the parents of that parent."""
    return "; ".join(
        f"{_parent(parent)} (avós: {' e '.join(parent['avos'])})" if parent["avos"] else _parent(parent)
        for parent in value
    )


def _before_marriage(spouse: JsonView) -> str:
    """Return what Prov. 63 states in one frame: the name before, date and place of birth, nationality, parents."""
    born, born_in = spouse["data_nascimento"], town(spouse, "municipio_nascimento")
    stated = (
        spouse["nome_na_habilitacao"],
        f"data de nascimento {date_in_figures(born)}" if born else "",
        f"local de nascimento {born_in}" if born_in else "",
        f"nacionalidade {spouse['nacionalidade']}" if spouse["nacionalidade"] else "",
        f"estado civil {spouse['estado_civil']}" if spouse["estado_civil"] else "",
        f"filiação {_whole_line(spouse['genitores'])}" if spouse["genitores"] else "",
    )
    return ", ".join(filter(None, stated))


def _new_name(spouse: JsonView) -> str:
    return spouse["nome_atual"] if spouse["nome_atual"] != spouse["nome_na_habilitacao"] else ""


def _field(
    nome: str,
    label: str,
    required: bool = False,
    width: int = FULL_WIDTH,
    starts: bool = False,
    write: Callable[[Any], str] | None = None,
    instead: str | None = None,
) -> ModelField:
    def text(data: JsonView) -> str:
        value = at(data, nome)
        if value is None:
            return ""
        return write(value) if write else str(value)

    return ModelField(
        nome=nome, rotulo=label, texto=text, required=required, largura=width, starts=starts, instead=instead
    )


def _composed(nome: str, label: str, write: Writer, width: int = FULL_WIDTH) -> ModelField:
    return ModelField(nome=nome, rotulo=label, texto=write, largura=width)


def _date(nome: str, label: str, required: bool = False) -> tuple[ModelField, ModelField]:
    """Return the two frames of a date: in words and in figures."""
    return (
        _field(nome, f"{label} (por extenso)", required, 9, starts=True, write=date_in_words),
        _field(nome, "Dia / mês / ano", required, 3, write=date_in_figures),
    )


def _day(nome: str, label: str, width: int, starts: bool = False) -> ModelField:
    return _field(nome, label, width=width, starts=starts, write=date_in_figures)


def _list(nome: str, label: str, itens: tuple[ModelField, ...], required: bool = False) -> ModelField:
    return ModelField(nome=nome, rotulo=label, texto=lambda _: "", required=required, itens=itens)


_MATRICULA: Final = ModelField(nome=MATRICULA, rotulo="Matrícula", texto=lambda _: "", required=True, starts=True)


def _note_frames(owner: str = "") -> tuple[ModelField, ...]:
    """Return the frames of an anotação de cadastro; `owner` is the label's word for whose it is."""
    return (
        _field("tipo", f"Tipo de documento{owner}", True, 3, starts=True),
        _field("numero", "Número", True, 3),
        _day("data_expedicao", "Data de expedição", 2),
        _field("orgao", "Órgão emissor", width=2),
        _day("validade", "Validade", 2),
    )


_NOTES: Final = (_list("anotacoes_cadastro", "Anotações de cadastro", _note_frames()),)
_NOTES_OF_EACH: Final = (
    _list(
        "conjuges",
        "Anotações de cadastro de cada cônjuge",
        (_list("anotacoes_cadastro", "Anotações de cadastro", _note_frames(" do cônjuge {n}")),),
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
        _field("nome", "Genitor(a) {n}", True, 7, starts=True),
        _composed_town("municipio_nascimento", "Município de nascimento e UF", 5),
        _field("avos", "Avós, pais de genitor(a) {n}", write=" e ".join),
    )


def _composed_town(nome: str, label: str, width: int = FULL_WIDTH) -> ModelField:
    """Return the frame of a municipality whose state stands beside it."""
    return _composed(nome, label, lambda data: town(data, nome), width)


def _birth_182(*, stillborn: bool) -> tuple[ModelField, ...]:
    """The frames of a birth in the order of Prov. 182."""
    return (
        _field("nome_registrado", "Nome", not stillborn),
        *(() if stillborn else (_field("cpf_registrado", "CPF", width=4, starts=True, write=_every_cpf),)),
        _matricula_frame(starts=stillborn),
        *_date("data_nascimento", "Data de nascimento", True),
        _field("hora_nascimento", "Hora de nascimento", width=3, starts=True),
        _field("naturalidade", "Município da naturalidade e UF", width=9, write=town),
        _field("local_nascimento", "Local, município e UF de nascimento", True, 9, starts=True, write=_place),
        _field("sexo", "Sexo", True, 3),
        *(_death_of_stillborn() if stillborn else ()),
        _list("genitores", "Genitores", _parent_frames(), required=True),
        _field("gemeo", "Gêmeo, nome e matrícula", write=_twins),
        _field("municipio_registro", "Município de registro e UF", write=town),
        *_date("data_registro", "Data de registro", True),
        _field("numero_dnv", "Número da Declaração de Nascido Vivo"),
    )


def _birth_63(*, stillborn: bool) -> tuple[ModelField, ...]:
    """The frames of a birth in the order of Prov. 63."""
    return (
        _field("nome_registrado", "Nome", not stillborn),
        *(() if stillborn else (_field("cpf_registrado", "CPF", width=4, starts=True, write=_every_cpf),)),
        _matricula_frame(starts=stillborn),
        *_date("data_nascimento", "Data de nascimento", True),
        _field("hora_nascimento", "Hora", width=3, starts=True),
        _field("naturalidade", "Naturalidade", width=9, write=town),
        _field("municipio_registro", "Município de registro e unidade da federação", write=town),
        _field("local_nascimento", "Local, município de nascimento e UF", True, 9, starts=True, write=_place),
        _field("sexo", "Sexo", True, 3),
        *(_death_of_stillborn() if stillborn else ()),
        _field("genitores", "Filiação", True, write=_parents),
        _field("genitores", "Avós", write=_grandparents),
        _field("gemeo", "Gêmeo, nome e matrícula", write=_twins),
        *_date("data_registro", "Data do registro", True),
        _field("numero_dnv", "Número da DNV / Declaração de Nascido Vivo"),
    )


def _matricula_frame(*, starts: bool = False) -> ModelField:
    return ModelField(nome=MATRICULA, rotulo="Matrícula", texto=lambda _: "", required=True, largura=8, starts=starts)


def _death_of_stillborn() -> tuple[ModelField, ...]:
    return (
        _field("cor", "Cor", width=4, starts=True),
        _field("idade", "Idade gestacional", width=8),
        *_date("data_falecimento", "Data da morte"),
        _field("hora", "Hora da morte", width=3, starts=True),
        _field("causa_morte", "Causa da morte", True, 9),
        *_attested(required=False),
        _field("sepultamento", "Local de sepultamento ou cremação, município e UF", width=7, starts=True, write=_place),
        _field("declarante", "Declarante", width=5),
    )


def _attested(*, required: bool) -> tuple[ModelField, ...]:
    return (
        _field(
            "medico",
            "Médico que atestou o óbito e número do documento",
            required,
            write=_people,
            instead="testemunhas",
        ),
        _field("testemunhas", "Testemunhas do óbito e número do documento", write=_people),
    )


def _marriage_182() -> tuple[ModelField, ...]:
    return (
        _list(
            "conjuges",
            "Cônjuges",
            (
                _field("nome_atual", "Nome atual do cônjuge {n}", True, 8, starts=True),
                _field("cpf", "CPF", width=4, write=_every_cpf),
            ),
            required=True,
        ),
        _MATRICULA,
        _list(
            "conjuges",
            "Cônjuges",
            (
                _field("nome_na_habilitacao", "Nome do cônjuge {n} na habilitação", True, starts=True),
                _day("data_nascimento", "Nascimento", 2, starts=True),
                _field("nacionalidade", "Nacionalidade", width=2),
                _field("estado_civil", "Estado civil anterior", width=3),
                _composed_town("municipio_nascimento", "Município de nascimento e UF", 5),
                _field("genitores", "Genitores", write=_whole_line),
                _composed("nome_atual", "Nome que passou a utilizar", _new_name),
            ),
            required=True,
        ),
        *_date("data_celebracao", "Data de celebração do casamento", True),
        _field("regime_bens", "Regime de bens do casamento", True),
        *_date("data_registro", "Data de registro do casamento", True),
    )


def _marriage_63() -> tuple[ModelField, ...]:
    return (
        _list(
            "conjuges",
            "Cônjuges",
            (
                _field("nome_atual", "Nome do cônjuge {n}", True, 8, starts=True),
                _field("cpf", "CPF", width=4, write=_every_cpf),
            ),
            required=True,
        ),
        _MATRICULA,
        _list(
            "conjuges",
            "Cônjuges",
            (
                ModelField(
                    nome="nome_na_habilitacao",
                    rotulo="Nome completo de solteiro, data e local de nascimento, nacionalidade e filiação"
                    " do cônjuge {n}",
                    texto=_before_marriage,
                    required=True,
                    starts=True,
                ),
            ),
            required=True,
        ),
        *_date("data_registro", "Data do registro do casamento", True),
        *_date("data_celebracao", "Data da celebração do casamento"),
        _field("regime_bens", "Regime de bens do casamento", True),
        _list(
            "conjuges", "Cônjuges", (_composed("nome_atual", "Nome que o cônjuge {n} passou a utilizar", _new_name),)
        ),
    )


def _death_182() -> tuple[ModelField, ...]:
    return (
        _field("nome_falecido", "Nome", True),
        _field("cpf", "CPF", width=4, starts=True, write=_every_cpf),
        _matricula_frame(),
        *_date("data_falecimento", "Data de falecimento", True),
        _field("hora", "Hora", True, 3, starts=True),
        _field("local", "Local, município e UF do falecimento", True, 9, write=_place),
        _field("sexo", "Sexo", True, 2, starts=True),
        _field("cor", "Cor", width=2),
        _field("estado_civil", "Estado civil", True, 3),
        _field("ultimo_conjuge", "Último cônjuge ou convivente", width=5),
        _field("idade", "Idade", True, 3, starts=True),
        _day("data_nascimento", "Data de nascimento", 3),
        _composed_town("municipio_nascimento", "Município de nascimento e UF", 6),
        *_known_of_the_dead(),
        _list("genitores", "Genitores", _parent_frames()),
        _field("causa_morte", "Causa da morte", True, starts=True),
        *_attested(required=True),
        _field("sepultamento", "Local de sepultamento ou cremação, município e UF", write=_place),
        *_date("data_registro", "Data de registro", True),
        _field("declarante", "Declarante", True, starts=True),
        _field("bens", "Existência de bens", width=5, starts=True),
        _field("filhos", "Existência de filhos", width=7),
    )


def _known_of_the_dead() -> tuple[ModelField, ...]:
    return (
        _field("documento_identificacao", "Documento de identificação", width=6, starts=True),
        _field("eleitor", "Eleitor", width=6),
        _field(
            "matricula_nascimento",
            "Matrícula do nascimento",
            starts=True,
            write=lambda digits: parse_matricula(digits).grouped,
        ),
        _field("residencia", "Residência", starts=True),
    )


def _death_63() -> tuple[ModelField, ...]:
    return (
        _field("nome_falecido", "Nome", True),
        _field("cpf", "CPF", width=4, starts=True, write=_every_cpf),
        _matricula_frame(),
        _field("sexo", "Sexo", True, 3, starts=True),
        _field("cor", "Cor", True, 3),
        _field("estado_civil", "Estado civil", True, 3),
        _field("idade", "Idade", True, 3),
        _composed_town("municipio_nascimento", "Naturalidade", 9),
        _day("data_nascimento", "Data de nascimento", 3),
        *_known_of_the_dead(),
        _field("genitores", "Filiação", write=_whole_line),
        _field("ultimo_conjuge", "Último cônjuge ou convivente"),
        *_date("data_falecimento", "Data de falecimento", True),
        _field("hora", "Hora", True, 3, starts=True),
        _field("local", "Local de falecimento", True, 9, write=_place),
        _field("causa_morte", "Causa da morte", True, starts=True),
        _field(
            "sepultamento",
            "Sepultamento / cremação (município e cemitério, se conhecido)",
            width=7,
            starts=True,
            write=_place,
        ),
        _field("declarante", "Declarante", True, 5),
        *_attested(required=True),
        *_date("data_registro", "Data do registro", True),
        _field("bens", "Bens", width=5, starts=True),
        _field("filhos", "Filhos", width=7),
    )


_OTHERS: Final = (
    _field("nomes", "Nome", True, write="; ".join),
    _field("cpf", "CPF", width=4, starts=True, write=_every_cpf),
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


def _example_cpf(base: str) -> str:
    return cpf_in_groups(base + cpf_check_digits(base))


_MATERNITY: Final = {"local": "Maternidade Exemplo", "municipio": "São Paulo", "uf": "SP"}
_PARENTS: Final = [
    {
        "nome": "Maria da Conceição Exemplo",
        "municipio_nascimento": "Campinas",
        "uf": "SP",
        "avos": ["José Exemplo", "Ana Exemplo"],
    },
    {
        "nome": "Antônio José Exemplo",
        "municipio_nascimento": "Belém",
        "uf": "PA",
        "avos": ["Pedro Exemplo", "Tereza Exemplo"],
    },
]
_NOTED: Final = [
    {
        "tipo": "RG",
        "numero": "12.345.678-9",
        "data_expedicao": "2025-03-10",
        "orgao": "SSP/SP",
        "validade": "2035-03-10",
    }
]
_BIRTH: Final = {
    "nome_registrado": "João Exemplo da Conceição",
    "cpf_registrado": _example_cpf("123456789"),
    "data_nascimento": "2026-11-20",
    "hora_nascimento": "14:30",
    "naturalidade": {"municipio": "São Paulo", "uf": "SP"},
    "municipio_registro": {"municipio": "São Paulo", "uf": "SP"},
    "local_nascimento": _MATERNITY,
    "sexo": "masculino",
    "genitores": _PARENTS,
    "gemeo": {"nome": "Paulo Exemplo da Conceição", "matricula": None},
    "data_registro": "2026-11-27",
    "numero_dnv": "30-12345678-9",
    "anotacoes_cadastro": _NOTED,
}
_DEATH: Final = {
    "data_falecimento": "2026-11-20",
    "hora": "03:15",
    "cor": "parda",
    "causa_morte": "insuficiência respiratória aguda; pneumonia",
    "medico": {"nome": "Carlos Exemplo", "documento": "CRM/SP 123456"},
    "sepultamento": {"local": "Cemitério Exemplo", "municipio": "São Paulo", "uf": "SP"},
    "declarante": "Ana Exemplo, filha",
}


def _example_spouse(nome: str, now: str, cpf: str, town_of_birth: str, uf: str) -> JsonObject:
    return {
        "nome_atual": now,
        "cpf": _example_cpf(cpf),
        "nome_na_habilitacao": nome,
        "data_nascimento": "1998-05-01",
        "nacionalidade": "brasileira",
        "estado_civil": "solteira" if nome.startswith("Ana") else "solteiro",
        "municipio_nascimento": town_of_birth,
        "uf": uf,
        "genitores": _PARENTS,
        "anotacoes_cadastro": _NOTED,
    }


EXAMPLES: Final[Mapping[Especie, JsonObject]] = {
    "nascimento": _BIRTH,
    "casamento": {
        "conjuges": [
            _example_spouse("Ana Exemplo", "Ana Exemplo da Conceição", "123456789", "Santos", "SP"),
            _example_spouse("Pedro Exemplo", "Pedro Exemplo", "987654321", "Belém", "PA"),
        ],
        "data_celebracao": "2026-11-20",
        "regime_bens": "comunhão parcial de bens",
        "data_registro": "2026-11-20",
    },
    "obito": {
        "nome_falecido": "Antônio José Exemplo",
        "cpf": _example_cpf("123456789"),
        **_DEATH,
        "local": {"local": "Hospital Exemplo", "municipio": "São Paulo", "uf": "SP"},
        "sexo": "masculino",
        "estado_civil": "casado",
        "ultimo_conjuge": "Maria da Conceição Exemplo",
        "idade": "82 anos",
        "data_nascimento": "1944-02-29",
        "municipio_nascimento": "Belém",
        "uf": "PA",
        "genitores": _PARENTS,
        "residencia": "Rua do Exemplo, 10, São Paulo – SP",
        "documento_identificacao": "RG 12.345.678-9 SSP/SP",
        "eleitor": "sim",
        "matricula_nascimento": None,
        "data_registro": "2026-11-21",
        "bens": "deixou bens",
        "filhos": "deixou uma filha, Ana, maior",
        "anotacoes_cadastro": _NOTED,
    },
    "natimorto": {
        **{name: value for name, value in _BIRTH.items() if name not in ("cpf_registrado", "gemeo")},
        **_DEATH,
        "idade": "36 semanas",
    },
    "outros": {"nomes": ["João Exemplo da Conceição"], "cpf": _example_cpf("123456789")},
}
"""The fields of an invented certidão of each especie."""


def describe_models() -> list[JsonObject]:
    """Return every model as `GET /modelos` shows it."""
    common = {"origem": "nacional", "tipo": "certidao", "estado": "pronto", "motivos": [], "formato": "certidao-civil"}
    return [describe(model) | common | {"versao": model.norm} for model in MODELS.values()]
