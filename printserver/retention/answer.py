"""The answer to a titular as text, JSON and PDF. Each form begins with the same heading (CNN 98, paragraph 1)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from printserver.clock import local, rfc3339
from printserver.office import Office
from printserver.rendering import Report, Section, Table
from printserver.retention.titular import Answer, Held

HEADING: Final = (
    "Resposta a pedido de titular de dados pessoais (Lei 13.709/2018, art. 18). Contém só dados administrativos deste "
    "sistema: onde o CPF consta, e até quando. O acervo da serventia, livros e documentos, não é objeto desta "
    "resposta: consulta-se por certidão, na forma da lei. Entregue-a somente ao titular, ou a quem o represente."
)
_PURPOSE: Final = (
    "Os dados vieram nos pedidos de impressão dos programas da serventia e servem para imprimir, selar, achar e provar "
    "os atos. Selos e auditoria ficam, por obrigação legal; textos e PDFs, pelo prazo que a serventia fixou."
)


def as_text(office: Office, answer: Answer) -> str:
    """Return the answer as plain text."""
    lines = [HEADING, "", _seat(office), f"CPF {answer.cpf}, em {local(answer.quando):%d/%m/%Y às %H:%M}.", ""]
    lines += [f"- {'; '.join(each for each in row if each)}" for row in _cells(answer)] or ["Nada consta com este CPF."]
    return "\n".join([*lines, "", _PURPOSE])


def as_json(office: Office, answer: Answer) -> str:
    """Return the answer as JSON."""
    whole = {
        "cabecalho": HEADING,
        "serventia": {"nome": office.settings.serventia.nome, "cns": office.cns},
        "cpf": answer.cpf,
        "quando": rfc3339(answer.quando),
        "finalidade": _PURPOSE,
        "itens": [asdict(each) for each in answer.itens],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def as_pdf(office: Office, answer: Answer) -> bytes:
    """Return the answer as PDF. Raises `Recusa` as `Pool.run`."""
    headings, widths = ("Documento", "O que se guarda", "Desde", "Até"), (36, 34, 12, 18)
    rows = _cells(answer)
    return office.render.report(
        Report(
            title="Dados de um titular",
            office=_seat(office),
            made=f"{local(answer.quando):%d/%m/%Y às %H:%M}",
            facts=[("CPF", answer.cpf), ("Achados", str(len(rows)))],
            sections=[
                Section("Do que se trata", text=HEADING),
                Section("O que se guarda", table=Table(headings, rows, widths))
                if rows
                else Section("O que se guarda", text="Nada consta com este CPF."),
                Section("Para quê, e até quando", text=_PURPOSE),
            ],
            banner="SERVENTIA DE DEMONSTRAÇÃO: SEM VALOR LEGAL" if office.demonstracao else "",
        )
    )


def _cells(answer: Answer) -> Sequence[Sequence[str]]:
    return [(each.documento or "", each.o_que, _day(each.desde), _until(each)) for each in answer.itens]


def _until(held: Held) -> str:
    if held.removido:
        return "texto e PDF já removidos"
    return f"até {_day(held.ate)}" if held.ate else "sem prazo"


def _day(iso: str | None) -> str:
    return "/".join(reversed(iso.split("-"))) if iso else ""


def _seat(office: Office) -> str:
    here = office.settings.serventia
    return f"{here.nome} · CNS {office.cns} · {here.cidade}/{here.uf}"
