"""Requests of the exchange, as the office's program sends them (C22)."""

from typing import Any

from support import civil_documents as civil
from support.office import Answer, Rig

FIELDS: dict[str, Any] = {
    "nome_registrado": "Ana Lúcia de Assunção",
    "cpf_registrado": "529.982.247-25",
    "data_nascimento": "2026-11-18",
    "hora_nascimento": "10:20",
    "naturalidade": {"municipio": "São Paulo", "uf": "SP"},
    "local_nascimento": {"local": "Hospital São José", "municipio": "São Paulo", "uf": "SP"},
    "sexo": "feminino",
    "genitores": [
        {"nome": "Maria de Assunção", "municipio_nascimento": "Campinas", "uf": "SP", "avos": ["Rute", "Davi"]}
    ],
    "data_registro": "2026-11-20",
    "numero_dnv": "30-12345678-9",
}


def body(code: str, of: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "canal": "crc",
        "codigo_hash": code,
        "especie": "breve-relato",
        "assento": {name: value for name, value in of.items() if name != "corpo"},
        "campos": FIELDS,
        "servico": "certidao-breve-relato",
        "entrega": "servico",
        "previa": False,
        "escrevente": "maria",
        **more,
    }


def send(rig: Rig, code: str, of: dict[str, Any], **more: Any) -> Answer:
    given = body(code, of, **more)
    return rig.call("POST", "/crc/certidoes", {name: value for name, value in given.items() if value is not None})


def old(n: int = 1, **more: Any) -> dict[str, Any]:
    return civil.assento(n, de_antes=True, **more)
