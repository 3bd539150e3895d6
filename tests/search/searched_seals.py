"""Seals to be looked for, and how they are made."""

from typing import Any

from support.office import FEES, Rig

MATRICULA = "12345601552020100014128001540653"
Made = dict[str, str]


def seal(rig: Rig, ato: str = "ES", **more: Any) -> str:
    """Make a seal without a print; return its code."""
    body = {"natureza": 1, "ato": ato, "identificador": "ATA-1", "emolumentos": FEES, "escrevente": "maria"} | more
    found = rig.call("POST", "/selos", {name: value for name, value in body.items() if value is not None})
    assert found.status == 201, found
    return str(found.json["codigo"])


def act(rig: Rig, code: str, what: str, **data: Any) -> str:
    """Rectify or exclude a seal; return the new one's code."""
    found = rig.call("POST", f"/selos/{code}/{what}", {"motivo": "engano", "escrevente": "maria"} | data)
    assert found.status == 201, found
    return str(found.json["codigo"])


def fill(rig: Rig) -> Made:
    """Make seals of every kind that a search can tell apart; return their codes by a name."""
    zero = {"emolumentos": None, "isento": True, "motivo_isencao": "gratuidade"}
    cheap = dict.fromkeys(FEES, "1.00")
    made = {
        "caro": seal(rig, escrevente="rui"),
        "isento": seal(rig, "TR", **zero),
        "civil": seal(rig, "CE", natureza=2, identificador=MATRICULA, emolumentos=cheap),
        "ontem": seal(rig, "CE", data="2026-11-19", motivo_data="esquecido", identificador="=1+1"),
        "trocado": seal(rig, identificador="ATA-2"),
        "desfeito": seal(rig, identificador="ATA-3"),
    }
    made["certo"] = act(rig, made["trocado"], "retificacao", emolumentos=cheap)
    made["xa"] = act(rig, made["desfeito"], "xa")
    return made
