"""A plan as print data: plain values for templates, for the seal block and for the marks in a body.

Values that differ between prints of one text (codes, folhas of the livro itself, numbers of copies and papers) are not
in the templates' data: so a minuta, its livro and its reprint share a layout, and so do traslados 1 and 2.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.common.text import MONTHS, capitalized
from printserver.documents.instrumento import Instrumento
from printserver.documents.kinds import KINDS
from printserver.documents.plan import CivilPlan, Custas, Plan
from printserver.formats import BlockValues, SeloValues
from printserver.selo import IssuedSelo, format_reais, parse_matricula

# Of the real size: the block is laid out with them before a number is allocated (S12).
PLACEHOLDER_CODIGO = "0" * 25
PLACEHOLDER_QR = "https://selodigital.tjsp.jus.br/?r=" + "0" * 395

ROLE_TITLES = {
    "tabeliao": "Tabelião",
    "substituto": "Tabelião Substituto",
    "escrevente": "Escrevente",
    "administrador": "Responsável",
}

_PRINCIPAL_LABEL = "selo do ato principal"
_HABILITACAO_LABEL = "Selo da habilitação"
_TO_BE_SET = "emolumentos a definir"
_NOTHING = "—"


def template_data(
    plan: Plan, *, serventia: Mapping[str, str], subscritor: Mapping[str, str] | None, now: datetime
) -> JsonObject:
    """Return the data of the templates (listed in `formats.template_data`) as plain JSON.

    `serventia` has `nome`, `cns`, `cidade`, `uf`; `subscritor` has `nome` and `papel` (the role's word), None without
    one (P3). A minuta gets the same data as its livro (N8).
    """
    kind = KINDS[plan.identity.tipo]
    do_livro = kind.is_book
    who = subscritor and {
        "nome": subscritor["nome"],
        "papel": ROLE_TITLES.get(subscritor["papel"], subscritor["papel"]),
    }
    instrumento = plan.instrumento
    data = instrumento.data if do_livro and instrumento and instrumento.data else local_date(plan.momento or now)
    fields = plan.identity.campos
    civil = plan.civil
    return {
        "tipo": kind.format,
        "titulo": _title(plan),
        "serventia": dict(serventia),
        "instrumento": _instrumento(instrumento, with_folhas=not do_livro) if instrumento else None,
        "partes": [party.model_dump() for party in instrumento.partes] if instrumento else [],
        "data": long_date(data),
        "subscritor": who or None,
        "assinaturas": _signatures(plan, who or None),
        "pedido": fields["pedido"],
        "via": fields["via"],
        "substitui": plan.substitui,
        "ordem_judicial": plan.ordem_judicial,
        "ficha": fields["ficha"],
        "pessoa": [{"rotulo": _label(nome), "valor": value} for nome, value in plan.pessoa.items()],
        **({"frases": list(civil.sentences), "folha": civil.sheet} if civil else {}),
    }


def block_values(plan: Plan, issued: Sequence[IssuedSelo] | None, *, demonstracao: bool) -> BlockValues | None:
    """Return the content of the seal block, None for a document without seal.

    `issued` are the seals of `plan.selos`, in that order. None before they are issued: codes and QR are placeholders of
    the same size, and a minuta has those of its livro. The plan determines the owner of the QR (N3, N4, N5); a format
    may omit it (N7). Raises ValueError if the number of seals differs from the plan.
    """
    selos = _selos(plan, issued)
    quoted = plan.civil.habilitacao if plan.civil is not None else None
    if not (selos or quoted):
        return None
    url, codigo = _qr(plan, issued)
    kind = KINDS[plan.identity.tipo]
    livro = plan.selo_livro
    return BlockValues(
        selos=selos,
        rotulo=kind.selos_label if len(selos) > 1 else kind.selo_label,
        qr_url=url,
        qr_codigo=codigo,
        qr_rotulo=_qr_label(plan),
        selo_livro=None if livro is None else livro.codigo if issued is not None else PLACEHOLDER_CODIGO,
        custas=fee_lines(plan),
        demonstracao=demonstracao,
        externo=livro is not None and livro.externo,
        citados=() if quoted is None else ((_HABILITACAO_LABEL, quoted.codigo),),
    )


def mark_values(plan: Plan, papeis: Sequence[str] = ()) -> dict[str, str]:
    """Return the values of the marks `[[…]]` of a body, by name; the livro itself has no `SELO_LIVRO` (N6)."""
    total = sum((linha.emolumentos.total for linha in plan.custas), Decimal("0.00"))
    texts = {
        "CUSTAS": " ".join(fee_lines(plan)),
        "TOTAL": format_reais(total),
        "PAPEL": ", ".join(papeis) or _NOTHING,
        "SELO_LIVRO": plan.selo_livro.codigo if plan.selo_livro else _NOTHING,
        "SELO_HABILITACAO": plan.civil.habilitacao.codigo if plan.civil and plan.civil.habilitacao else _NOTHING,
        "MATRICULA": _grouped(plan.civil) or _NOTHING if plan.civil else _NOTHING,
    }
    return {name: texts[name] for name in KINDS[plan.identity.tipo].marks}


def fee_lines(plan: Plan) -> tuple[str, ...]:
    """Return the fee lines of a document as printed (P4, C5)."""
    if plan.civil is None:
        return custas_lines(plan.custas)
    return tuple(_civil_line(linha, plan.civil) for linha in plan.custas)


def _grouped(civil: CivilPlan) -> str | None:
    """Return the matrícula in its groups, None where there is none (C10)."""
    return parse_matricula(civil.matricula).grouped if civil.matricula is not None else None


def custas_lines(custas: Sequence[Custas]) -> tuple[str, ...]:
    """Return the fee lines as printed, each with its ato's name if there are several (P4)."""
    if len(custas) == 1:
        return (_line(custas[0]),)
    return tuple(f"{linha.descricao}: {_line(linha)}" for linha in custas)


def _civil_line(linha: Custas, civil: CivilPlan) -> str:
    """Return the fee line of Registro Civil: shares that are zero left out, a free act without its reason (C5, C13)."""
    if linha.isento:
        return f"{capitalized(civil.free or 'isento')} de emolumentos"
    return linha.emolumentos.civil_line()


def long_date(day: date) -> str:
    """Return a date as it is written in an act: `20 de novembro de 2026`, `1º de dezembro de 2026`."""
    return f"{'1º' if day.day == 1 else day.day} de {MONTHS[day.month - 1]} de {day.year}"


def copy_name(plan: Plan) -> str | None:
    """Return the stamp's text of a copy's number: `1º traslado`, `certidão 2026/000123, via 2`; else None."""
    name = KINDS[plan.identity.tipo].copy_name
    return None if name is None else name.format_map(plan.identity.campos)


def _selos(plan: Plan, issued: Sequence[IssuedSelo] | None) -> tuple[SeloValues, ...]:
    if plan.identity.tipo == "minuta":
        return tuple(_value(PLACEHOLDER_CODIGO, linha, _line(linha)) for linha in plan.custas)
    linhas = [
        Custas(
            descricao=selo.new_selo.descricao,
            emolumentos=selo.new_selo.emolumentos,
            isento=selo.new_selo.isento,
            motivo=selo.new_selo.motivo_isencao if plan.civil is None else None,
            ato=selo.new_selo.ato,
            principal=selo.principal,
        )
        for selo in plan.selos
    ]
    codigos = [PLACEHOLDER_CODIGO] * len(linhas) if issued is None else [selo.codigo for selo in issued]
    civil = plan.civil
    return tuple(
        _value(codigo, linha, _line(linha) if civil is None else _civil_line(linha, civil))
        for codigo, linha in zip(codigos, linhas, strict=True)
    )


def _value(codigo: str, linha: Custas, custas: str) -> SeloValues:
    return SeloValues(
        codigo=codigo,
        ato=linha.ato,
        descricao=linha.descricao,
        principal=linha.principal,
        custas=custas,
        total=format_reais(linha.emolumentos.total),
        isento=linha.isento,
        motivo=linha.motivo,
    )


def _qr(plan: Plan, issued: Sequence[IssuedSelo] | None) -> tuple[str | None, str | None]:
    if plan.qr == "nenhum":
        return None, None
    if issued is None:
        return PLACEHOLDER_QR, PLACEHOLDER_CODIGO
    if plan.qr == "principal" and plan.selo_livro is not None:
        return plan.selo_livro.qr_url, plan.selo_livro.codigo
    return issued[0].qr_url, issued[0].codigo


def _qr_label(plan: Plan) -> str:
    if plan.qr == "nenhum":
        return ""
    kind = KINDS[plan.identity.tipo]
    return _PRINCIPAL_LABEL if kind.is_book or plan.qr == "principal" else kind.selo_label


def _line(linha: Custas) -> str:
    if linha.isento:
        return f"Isento de emolumentos: {linha.motivo}" if linha.motivo else "Isento de emolumentos"
    return _TO_BE_SET if linha.emolumentos.isento_total else linha.emolumentos.one_line()


def _title(plan: Plan) -> str:
    if plan.civil is not None:
        return plan.civil.title
    fixed = KINDS[plan.identity.tipo].format_kind.title
    do_instrumento = plan.instrumento.titulo if plan.instrumento else None
    return fixed or do_instrumento or (plan.custas[0].descricao if plan.custas else "")


def _instrumento(instrumento: Instrumento, *, with_folhas: bool) -> dict[str, str | None]:
    """Return the instrumento's data; in the livro itself the stamp draws livro and folhas."""
    return {
        "id": instrumento.id,
        "titulo": instrumento.titulo,
        "data": long_date(instrumento.data) if instrumento.data else None,
        "livro": instrumento.livro if with_folhas else None,
        "folha_inicial": instrumento.folha_inicial if with_folhas else None,
        "folha_final": instrumento.folha_final if with_folhas else None,
    }


def _signatures(plan: Plan, subscritor: Mapping[str, str] | None) -> list[dict[str, str | None]]:
    """Return the signers: in the livro the parties and the subscritor, elsewhere only the subscritor (P3)."""
    parties = plan.instrumento.partes if KINDS[plan.identity.tipo].is_book and plan.instrumento else ()
    linhas: list[dict[str, str | None]] = [{"nome": party.nome, "legenda": party.qualidade} for party in parties]
    if subscritor is not None:
        linhas.append({"nome": subscritor["nome"], "legenda": subscritor["papel"]})
    return linhas


def _label(nome: str) -> str:
    return capitalized(nome.replace("_", " ").strip())
