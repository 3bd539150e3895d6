"""The text of a correição: what is on record, in words that a judge reads, section by section."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from printserver.common.data import JsonView
from printserver.common.text import capitalized
from printserver.rendering import Report, Section, Table
from printserver.search import Inspection
from printserver.selo import EXCLUSION, LABELS
from printserver.web import words
from printserver.web.audit import log_words
from printserver.web.context import office, person_name
from printserver.web.seals import seal_words

_ATTEMPT_RESULTS: Final[Mapping[str, str]] = {
    "escrito": "gravada na pasta",
    "completed": "a fila diz que terminou",
    "canceled": "cancelada na fila",
    "aborted": "a fila desistiu",
    "impresso": "saiu",
    "incerto": "não se sabe o que saiu",
    "falhou": "falhou",
    "cancelada": "retirada da fila",
    "perdida": "não chegou à fila",
}
_REPORTS: Final[Mapping[str, str]] = {
    "ato": "selo",
    "retificacao": "retificação",
    "xa": "exclusão (XA)",
    "vinculo": "vínculo",
}
_OPERATIONS: Final[Mapping[str, str]] = {
    "enviar": "envio de selos",
    "consultar": "consulta de um selo",
    "vincular": "envio de vínculos",
    "listar": "lista de selos",
}
_SHEETS: Final[Mapping[str, str]] = {"usado": "usada", "inutilizado": "inutilizada"}
_QUESTIONS: Final[Mapping[str, str]] = {
    "xa": "Já foi impresso: excluir os selos e imprimir de novo?",
    "selo": "A ficha leva selo?",
    "folhas": "O que saiu no papel?",
}
_QUESTION_STATES: Final[Mapping[str, str]] = {
    "aberta": "aberta",
    "respondida": "respondida",
    "substituida": "substituída por outro pedido",
    "expirada": "encerrada sem resposta",
}
_HOW: Final = (
    "Cada registro da auditoria leva o hash SHA-256 do registro anterior e do próprio conteúdo: quem mudasse, tirasse "
    "ou pusesse um, mudaria todos os que vêm depois. No servidor, `printserver auditoria verificar --cabeca N:HASH`, "
    "com a cabeça abaixo, confere o registro inteiro, os selos e os trabalhos com ele, e que ele continua o que estava "
    "aqui. Os hashes do registro são os da tabela anterior. A cabeça de cada dia é assinada com o certificado da "
    "serventia e guardada fora do banco de dados."
)


def report(found: Inspection, title: str, made: str) -> Report:
    """Return the report of what was found."""
    here = office().settings.serventia
    seat = f"{here.nome} · CNS {office().cns} · {here.cidade}/{here.uf}"
    return Report(
        title="Correição",
        office=seat,
        made=made,
        facts=[("Do que trata", title), *_summary(found)],
        sections=[each for each in _sections(found) if each is not None],
        banner="SERVENTIA DE DEMONSTRAÇÃO: SEM VALOR LEGAL" if here.demonstracao else "",
    )


def _sections(found: Inspection) -> Iterator[Section | None]:
    yield _seals(found)
    yield _values(found)
    yield _registros(found)
    yield _prints(found)
    yield _questions(found)
    yield _attempts(found)
    yield _sheets(found)
    yield _pages(found)
    yield _court(found)
    yield _log(found)
    yield _proof(found)


def _summary(found: Inspection) -> list[tuple[str, str]]:
    live = [each["codigo"] for each in found.seals if each["vivo"]]
    facts = [
        ("Selos", f"{len(found.seals)}, dos quais valem {len(live)}" if found.seals else "nenhum"),
        ("Impressões", str(len(found.prints)) if found.prints else "nenhuma"),
    ]
    facts += [("Fora deste documento", f"{count} {name}, os mais antigos") for name, count in found.left_out.items()]
    return facts


def _seals(found: Inspection) -> Section | None:
    if not found.seals:
        return Section("Selos", "Nada do que trata esta correição tem selo.")
    rows = [
        (
            f"{each['codigo']}\n{each['ato']} · {each['descricao']}",
            _moments(each),
            words.reais(each["total_centavos"]) + (f"\nisento: {each['motivo_isencao']}" if each["isento"] else ""),
            _state(each),
            _who(each["escrevente"], each["sistema"]) + (f"\n{each['motivo']}" if each["motivo"] else ""),
            _links(each, found.linked),
        )
        for each in found.seals
    ]
    headings = ("Selo e ato", "Momento do ato", "Valor", "Situação", "Quem, e por quê", "Cadeia e vínculos")
    return Section("Selos e sua cadeia", table=Table(headings, rows, (25, 12, 10, 13, 16, 24), frozenset({0, 5})))


def _moments(seal: JsonView) -> str:
    act, made = words.full_time(seal["momento"]), words.full_time(seal["criado_em"])
    return act if act == made else f"{act}\nfeito em {made}"


def _state(seal: JsonView) -> str:
    said = seal_words.court_state(seal["estado"]).palavra
    if seal["comunicado_em"]:
        said += f"\ncomunicado em {words.full_time(seal['comunicado_em'])}"
    return said + ("\nVALE" if seal["vivo"] else "\nnão vale" if seal["ato"] != EXCLUSION else "")


def _links(seal: JsonView, linked: Mapping[str, Sequence[str]]) -> str:
    lines = []
    if seal["retifica"]:
        lines.append(f"{'exclui' if seal['ato'] == EXCLUSION else 'retifica'} {seal['retifica']}")
    if seal["retificado_por"]:
        lines.append(f"{words.by_whom(seal['retificado_por'])} {seal['retificado_por']}")
    if seal["vinculador"]:
        lines.append(f"vinculado a {seal['vinculador']}")
    if others := linked.get(seal["codigo"]):
        lines.append(f"vinculador de {', '.join(others)}")
    return "\n".join(lines) or "—"


def _values(found: Inspection) -> Section | None:
    """Return the components, once for all seals that have the same."""
    same: dict[tuple[tuple[str, int], ...], list[str]] = {}
    totals = {}
    for each in found.seals:
        if parts := tuple((name, value) for name, value in each["emolumentos"].items() if value):
            same.setdefault(parts, []).append(each["codigo"])
            totals[parts] = each["total_centavos"]
    if not same:
        return None
    rows = [
        (
            "\n".join(codes),
            "; ".join(f"{LABELS[name]} {words.reais(value)}" for name, value in parts),
            words.reais(totals[parts]),
        )
        for parts, codes in same.items()
    ]
    listed = Table(("Selo", "Parcelas", "Total"), rows, (26, 59, 15), frozenset({0}))
    return Section("Emolumentos, parcela por parcela", table=listed)


def _registros(found: Inspection) -> Section | None:
    if not found.seals:
        return None
    text = "A linha de cada selo, como foi assinada e vai ao tribunal; a assinatura foi conferida agora."
    quotes = [(_signed(each, found.signers), each["registro"]) for each in found.seals]
    return Section("Registro do ato de cada selo", text, quotes=quotes)


def _signed(seal: JsonView, signers: Mapping[str, str | None]) -> str:
    holder = signers.get(seal["codigo"])
    if seal["externo"]:
        return f"{seal['codigo']}: de outro programa; a assinatura não pode ser conferida aqui"
    if holder is None:
        return f"{seal['codigo']}: a assinatura NÃO confere com nenhum certificado da serventia"
    return f"{seal['codigo']}: a assinatura confere, de {holder}"


def _prints(found: Inspection) -> Section | None:
    if not found.prints:
        return None
    rows = [
        (
            f"{capitalized(words.title(each['campos']))}\n{each['id']}",
            "\n".join((_who(each["escrevente"], each["sistema"]), *_when(each, found))),
            _print_state(each),
            f"{words.plural(each['paginas'], 'página', 'páginas')}"
            + (f", {each['copias']} cópias" if each["copias"] != 1 else "")
            + f"\nfila {each['fila']}\nformato {each['formato']}",
            _pdf(each["pdf_sha256"], found.pdfs),
        )
        for each in found.prints
    ]
    headings = ("Documento e trabalho", "Quem, quando, de onde", "Situação", "Papel", "SHA-256 do PDF")
    return Section("Impressões", table=Table(headings, rows, (24, 22, 16, 16, 22), frozenset({4})))


def _when(job: JsonView, found: Inspection) -> Iterator[str]:
    yield words.full_time(job["criado_em"])
    own = (each.registro for each in found.entries if each.registro["objeto"] == "job")
    first = next((each for each in own if each["objeto_id"] == job["id"]), None)
    if first and first["endereco"]:
        yield f"de {first['endereco']}"


def _print_state(job: JsonView) -> str:
    said = words.STATES[job["estado"]].palavra
    if job["substituido_por"]:
        said += f"\nsubstituída pelo trabalho {job['substituido_por']}"
    if job["substitui"]:
        said += f"\nsubstitui o selo {job['substitui']}"
    return said + ("\ndesatualizada" if job["desatualizado"] else "")


def _pdf(sha256: str | None, pdfs: Mapping[str, bool | None]) -> str:
    if sha256 is None:
        return "sem PDF"
    kept = {True: "o arquivo guardado confere", False: "o arquivo guardado foi ALTERADO", None: "já não está guardado"}
    return f"{sha256}\n{kept[pdfs[sha256]]}"


def _questions(found: Inspection) -> Section | None:
    if not found.questions:
        return None
    return Section("Perguntas e respostas", quotes=[quote for each in found.questions for quote in _asked(each)])


def _asked(question: JsonView) -> Iterator[tuple[str, str]]:
    lines = [question["texto"], f"Aberta em {words.full_time(question['aberta_em'])}."]
    if question["selos"]:
        lines.append(f"Selos: {', '.join(question['selos'])}.")
    if question["xa_ate"]:
        lines.append(f"Exclusão possível até {words.full_time(question['xa_ate'])}.")
    state = _QUESTION_STATES.get(question["estado"], question["estado"])
    yield f"{_QUESTIONS.get(question['tipo'], question['tipo'])} Trabalho {question['job_id']}", "\n".join(lines)
    yield f"Resposta ({state})", _answered(question["resposta"]) or "—"


def _answered(answer: object) -> str:
    if not isinstance(answer, Mapping):
        return ""
    lines = []
    decided = answer.get("confirma", answer.get("gerar"))
    if isinstance(decided, bool):
        lines.append("Sim." if decided else "Não.")
    if answer.get("escrevente"):
        lines.append(f"Por {_who(answer['escrevente'], None)}.")
    if answer.get("motivo"):
        lines.append(f"Motivo: {answer['motivo']}")
    if answer.get("papel_em_maos"):
        lines.append("O papel está em mãos.")
    if answer.get("fora_do_prazo"):
        lines.append("Fora do prazo, por decisão de quem respondeu.")
    if isinstance(pages := answer.get("paginas"), list):
        told = (f"página {each['pagina']}: {words.PAGE_STATES.get(each['estado'], each['estado'])}" for each in pages)
        lines.append("; ".join(told) + ".")
    return "\n".join(lines)


def _attempts(found: Inspection) -> Section | None:
    if not found.attempts:
        return None
    rows = [
        (
            f"{each['numero']}ª\n{each['job_id']}",
            f"fila {each['fila']}" + (f"\nno CUPS, nº {each['cups_id']}" if each["cups_id"] is not None else ""),
            f"páginas {words.pages_text(each['paginas'])}" if each["paginas"] else _pass(each["passada"]),
            "\n".join(_times(each)),
            _ATTEMPT_RESULTS.get(each["resultado"] or "", (each["resultado"] or "—").replace("_", " ")),
            each["enviado_sha256"] or each["pdf_sha256"],
        )
        for each in found.attempts
    ]
    headings = ("Tentativa e trabalho", "Aonde", "O que", "Quando", "Resultado", "SHA-256 do que foi mandado")
    return Section("Tentativas de impressão", table=Table(headings, rows, (19, 14, 12, 20, 13, 22), frozenset({0, 5})))


def _pass(number: int | None) -> str:
    return "tudo" if not number else f"passada {number + 1}"


def _times(attempt: JsonView) -> Iterator[str]:
    for name, said in (("criada_em", "feita"), ("liberada_em", "mandada"), ("fim_em", "terminada")):
        if attempt[name]:
            yield f"{said} em {words.full_time(attempt[name])}"


def _sheets(found: Inspection) -> Section | None:
    if not found.sheets:
        return None
    rows = [
        (
            each["numero"],
            str(each["folha"] or "—"),
            _SHEETS.get(each["estado"], each["estado"]) + (f": {each['motivo']}" if each["motivo"] else ""),
            f"{_who(each['quem'], None)}\n{words.full_time(each['quando'])}",
            f"{each['job_id']}" + (f"\n{each['tentativa']}ª tentativa" if each["tentativa"] else ""),
        )
        for each in found.sheets
    ]
    headings = ("Número do papel", "Folha", "O que houve", "Quem e quando", "Trabalho")
    return Section("Folhas com número", table=Table(headings, rows, (17, 8, 30, 24, 21), frozenset({4})))


def _pages(found: Inspection) -> Section | None:
    if not found.pages:
        return None
    rows = [
        (
            str(each["pagina"]),
            words.PAGE_STATES.get(each["estado"], each["estado"])
            + (f", papel {each['papel']}" if each["papel"] else ""),
            each["motivo"],
            f"{_who(each['quem'], None)}\n{words.full_time(each['quando'])}",
            f"{each['job_id']}\n{each['tentativa']}ª tentativa",
        )
        for each in found.pages
    ]
    headings = ("Página", "O que saiu", "Motivo", "Quem e quando", "Trabalho")
    return Section(
        "O que uma pessoa informou das páginas", table=Table(headings, rows, (9, 20, 26, 24, 21), frozenset({4}))
    )


def _court(found: Inspection) -> Section | None:
    if not found.reports:
        return None
    rows = [
        (
            each["codigo"],
            _REPORTS.get(each["tipo"], each["tipo"]) + (f", com {each['alvo']}" if each["alvo"] else ""),
            seal_words.court_answer(each["estado"]).palavra,
            f"até {words.full_time(each['prazo'])}",
            f"{words.full_time(each['fim_em'])}" if each["fim_em"] else "—",
            "; ".join(str(error.get("mensagem") or error.get("codigo")) for error in each["erros"] or ()) or "—",
        )
        for each in found.reports
    ]
    headings = ("Selo", "O que se comunica", "Resposta", "Prazo", "Respondido em", "O que o tribunal disse")
    quotes = [(_exchange(each.linha, each.sha256, each.cut), each.texto or "(sem resposta)") for each in found.answers]
    text = "Abaixo, as respostas do tribunal como vieram." if quotes else "Ainda não há resposta do tribunal."
    return Section(
        "Comunicação ao tribunal",
        text,
        table=Table(headings, rows, (25, 25, 10, 13, 13, 14), frozenset({0, 1})),
        quotes=quotes,
    )


def _exchange(row: JsonView, sha256: str | None, cut: bool) -> str:
    what = capitalized(_OPERATIONS.get(row["operacao"], row["operacao"]))
    status = f"HTTP {row['status']}" if row["status"] is not None else row["falha"] or "sem resposta"
    parts = f"{what} nº {row['id']}, {words.full_time(row['inicio'])}, {status}"
    if sha256:
        parts += f". SHA-256 da resposta inteira: {sha256}"
    return parts + (" (aqui, só o que trata destes selos)" if cut else "")


def _log(found: Inspection) -> Section | None:
    if not found.entries:
        return None
    rows, last = [], -1
    for each in found.entries:
        told = log_words.tell(each.registro)
        moment = each.registro["quando"]
        rows.append(
            (
                str(told.n),
                words.full_time(moment) if isinstance(moment, datetime) else "ilegível",
                log_words.author(told) + (f"\nde {told.endereco}" if told.endereco else ""),
                "\n".join(filter(None, (told.texto, f"{told.objeto} {told.nome}", "; ".join(told.detalhes)))),
                f"{told.hash}\n{'confere' if each.right else 'NÃO CONFERE'}",
                "o hash acima" if told.n == last + 1 else each.anterior,
            )
        )
        last = told.n
    headings = ("Nº", "Quando", "Quem, de onde", "O que", "Hash do registro", "Hash do anterior")
    return Section("Registro de auditoria", table=Table(headings, rows, (6, 11, 15, 30, 19, 19), frozenset({4, 5})))


def _proof(found: Inspection) -> Section:
    facts = [("Cabeça da auditoria", found.head)]
    if found.kept is not None:
        day, head = found.kept
        facts += [
            ("Última cabeça guardada", f"{words.written_day(day)}, registro {head.n}"),
            ("Hash dela", head.hash),
            ("Assinatura dela", head.assinatura),
        ]
    wrong = sum(not each.right for each in found.entries)
    facts.append(("Registros acima", "todos conferem" if not wrong else f"{wrong} NÃO conferem"))
    return Section("Como conferir", _HOW, facts)


def _who(usuario: Any, sistema: Any) -> str:
    name = person_name(str(usuario)) if usuario else ""
    user = f" ({usuario})" if usuario and name != usuario else ""
    return f"{name}{user}" + (f", pelo sistema {sistema}" if sistema else "") or "o servidor"
