"""The report of conformity: each row with what was measured and its evidence, as JSON and as PDF."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from printserver import __version__
from printserver.clock import local, local_date, rfc3339
from printserver.common.data import JsonObject
from printserver.conformity.facts import Evidence, gather
from printserver.conformity.limits import limits_of
from printserver.conformity.rows import OWN, QUESTIONS, STATES
from printserver.office import Office
from printserver.rendering import Report, Section, Table

CHECK: Final = "conferir com o texto vigente"


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of the report: the norm, what it asks, the state, what was measured, and the evidence by name."""

    norma: str
    asks: str
    estado: str
    measured: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conformity:
    """A report: when it was made, the office's class (0: not said), its rows and all evidence by name."""

    made_at: datetime
    classe: int
    linhas: Sequence[Answer]
    evidence: Mapping[str, Evidence]


def measure(office: Office, address: str) -> Conformity:
    """Measure the office and answer each question. `address` is the server's own, `HOST:PORT`."""
    limits, evidence = limits_of(office.settings.serventia.classe), gather(office, address)
    facts = {name: each.fatos for name, each in evidence.items()}
    today = local_date(office.clock()).isoformat()
    facts["versoes"] = facts["versoes"] | {"hoje": today}
    answers = []
    for each in QUESTIONS:
        state, text = each.judge(facts, limits) if each.judge else (OWN, "")
        answers.append(Answer(each.norma, each.asks, state, text, each.evidence))
    return Conformity(office.clock(), office.settings.serventia.classe, answers, evidence)


def as_json(office: Office, found: Conformity) -> JsonObject:
    """Return the report as JSON, with all evidence: the SHA-256 of each is that of its canonical JSON."""
    return {
        "relatorio": "conformidade",
        "serventia": {"nome": office.settings.serventia.nome, "cns": office.cns, "classe": found.classe or None},
        "demonstracao": office.demonstracao,
        "feito_em": rfc3339(found.made_at),
        "programa": __version__,
        "artigos": CHECK,
        "linhas": [
            {
                "norma": each.norma,
                "pede": each.asks,
                "estado": each.estado,
                "medido": each.measured,
                "evidencias": {name: found.evidence[name].sha256 for name in each.evidence},
            }
            for each in found.linhas
        ],
        "evidencias": {
            name: {"sha256": each.sha256, "fatos": each.fatos} for name, each in sorted(found.evidence.items())
        },
    }


def as_pdf(office: Office, found: Conformity, who: str) -> bytes:
    """Return the report as PDF/A, made by `who` (a name). Raises `Recusa` as `Pool.run`."""
    here = office.settings.serventia
    return office.render.report(
        Report(
            title="Relatório de conformidade",
            office=f"{here.nome} · CNS {office.cns} · {here.cidade}/{here.uf}",
            made=f"Feito em {_when(found.made_at)} por {who}, printserver {__version__}",
            facts=_facts(found),
            sections=list(_sections(found)),
            banner="SERVENTIA DE DEMONSTRAÇÃO: SEM VALOR LEGAL" if here.demonstracao else "",
        )
    )


def _facts(found: Conformity) -> list[tuple[str, str]]:
    limits = limits_of(found.classe)
    said = str(found.classe) if found.classe else "não dita (serventia.classe); pede-se o da 3"
    counts = [(name, sum(each.estado == state for each in found.linhas)) for state, name in STATES.items()]
    return [
        ("Norma", f"Provimento CNJ 213/2026 (P213), anexos II e IV; artigos a {CHECK}"),
        ("Classe", said),
        ("Pede a classe", f"perda até {limits.rpo_h} h, volta em {limits.rto_h} h, trilha {limits.trail}"),
        ("Resultado", "; ".join(f"{name}: {n}" for name, n in counts)),
    ]


def _sections(found: Conformity) -> Iterator[Section]:
    measured = [each for each in found.linhas if each.estado != OWN]
    yield Section(
        "O que foi medido",
        "Cada linha foi medida por este servidor na hora do relatório. O SHA-256 de cada evidência está abaixo.",
        table=Table(
            ("O que se pede", "Estado", "Medido aqui", "Evidência"),
            [
                (f"{each.asks}\n{each.norma}", STATES[each.estado], each.measured, ", ".join(each.evidence))
                for each in measured
            ],
            (32, 13, 41, 14),
        ),
    )
    yield Section(
        "O que é da serventia",
        "O programa não mede isto, e não o dá por feito: anexe a prova e assine.",
        table=Table(
            ("O que se pede", "Norma", "Prova da serventia, data e nome"),
            [(each.asks, each.norma, "\n\n") for each in found.linhas if each.estado == OWN],
            (36, 26, 38),
        ),
    )
    yield _hashes(found)
    yield _support(found)
    yield _people(found)
    yield _keys(found)
    yield _register(found)
    yield _components(found)


def _hashes(found: Conformity) -> Section:
    listed = [(name, each.sha256) for name, each in sorted(found.evidence.items())]
    text = (
        "Os fatos inteiros estão no arquivo JSON do mesmo relatório: o SHA-256 é o dos fatos em JSON, com as chaves em "
        "ordem e sem espaços."
    )
    return Section("Evidências", text, table=Table(("Evidência", "SHA-256"), listed, (22, 78), frozenset({1})))


def _support(found: Conformity) -> Section:
    facts = found.evidence["versoes"].fatos
    table = [
        (each["nome"], each["versao"], _day(each["ate"]) if each["ate"] else "não se sabe", each["fonte"])
        for each in facts["componentes"]
    ]
    text = f"Fim do suporte pela tabela que vem com o programa, de {_day(facts['tabela_de'])}."
    return Section(
        "Versões", text, table=Table(("Componente", "Versão", "Suporte até", "Fonte"), table, (22, 26, 17, 35))
    )


def _people(found: Conformity) -> Section:
    table = [
        (
            f"{each['nome']} ({each['usuario']})",
            each["papel"] if each["ativa"] else f"{each['papel']}, saiu",
            _moment(each["ultima_entrada"]) or "nunca",
            "sim" if each["segundo_fator"] else "não",
        )
        for each in found.evidence["pessoas"].fatos["pessoas"]
    ]
    return Section(
        "Pessoas", table=Table(("Pessoa", "Papel", "Última entrada", "Segundo fator"), table, (40, 22, 22, 16))
    )


def _keys(found: Conformity) -> Section:
    table = [
        (
            each["nome"],
            ", ".join(each["direitos"]) or "—",
            _moment(each["usada_em"]) or "nunca",
            f"revogada em {_moment(each['revogada_em'])}" if each["revogada_em"] else "vale",
        )
        for each in found.evidence["chaves"].fatos["chaves"]
    ]
    return Section(
        "Chaves dos programas", table=Table(("Chave", "Pode", "Último uso", "Estado"), table, (24, 34, 20, 22))
    )


def _register(found: Conformity) -> Section:
    facts = found.evidence["certificados"].fatos
    table = [
        (_moment(each["quando"]) or "", each["fato"], _certificate(each["certificado"]), each["quem"] or "o servidor")
        for each in facts["registro"]
    ]
    now = facts["em_uso"]
    text = f"Em uso: {now['titular']}, de {_moment(now['valido_de'])} a {_moment(now['valido_ate'])}."
    text += " É de teste, sem valor." if now["de_teste"] else ""
    headings = ("Quando", "O que houve", "Certificado (SHA-256)", "Quem")
    return Section("Registro do certificado", text, table=Table(headings, table, (18, 16, 50, 16), frozenset({2})))


def _certificate(named: object) -> str:
    return str(named.get("impressao_digital", "")) if isinstance(named, Mapping) else str(named)


def _components(found: Conformity) -> Section:
    bill = found.evidence["componentes"].fatos
    table = [(each["name"], each["version"], _licence(each)) for each in bill["components"]]
    text = "Lista no formato CycloneDX 1.6 no arquivo JSON, pela declaração de cada componente."
    return Section(
        "Componentes e licenças", text, table=Table(("Componente", "Versão", "Licença"), table, (34, 20, 46))
    )


def _licence(component: JsonObject) -> str:
    said = [each.get("expression") or each["license"]["name"] for each in component["licenses"]]
    return ", ".join(said) or "não declarada"


def _when(moment: datetime) -> str:
    return f"{local(moment):%d/%m/%Y às %H:%M:%S}"


def _moment(text: str | None) -> str | None:
    return None if text is None else f"{local(datetime.fromisoformat(text)):%d/%m/%Y %H:%M}"


def _day(text: str) -> str:
    return f"{text[8:10]}/{text[5:7]}/{text[:4]}"
