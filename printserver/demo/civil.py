"""The demonstration's prints of Registro Civil: a birth with its certidões, a habilitação, an edital, an exchange."""

import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from printserver.clock import local_date, system_clock
from printserver.common.data import JsonObject, JsonView
from printserver.demo.prints import Legacy, Outcome, printed, whose_qr

_DATA: Final = Path(__file__).parent / "data" / "registro-civil.toml"
ESCREVENTE: Final = "admin"


def print_civil(legacy: Legacy, folder: Path) -> list[Outcome]:
    """Print the documents of one record of Registro Civil, and those of a wedding to come."""
    data = tomllib.loads(_DATA.read_text("utf-8"))
    today, number = local_date(system_clock()), time.strftime("%m%d%H%M%S")
    day = today.isoformat()
    assento = data["assento"] | {"id": f"R-{number}", "ano": str(today.year), "termo": number[-7:], "data": day}
    known = {"id": assento["id"]}
    fields = data["campos"] | {"data_nascimento": day, "data_registro": day}
    habilitacao = data["habilitacao"] | {"processo": f"{number}/{today.year}", "natureza": 2, "tipo": "habilitacao"}
    paid = {"situacao": "paga", "servico": "habilitacao"}
    edital = data["edital"] | {"tipo": "edital", "natureza": 2, "id": f"E-{number}", "origem": "outra"}
    notes = {"averbacoes_anotacoes": data["averbacoes"], "averbacoes": 2, "servico": "certidao-breve-relato"}

    def certidao(via: int, especie: str, **more: object) -> JsonObject:
        base = {"tipo": "certidao", "natureza": 2, "pedido": number, "via": via, "especie": especie, "assento": known}
        return base | more

    outcomes = [
        printed(legacy, folder, "Assento", {"tipo": "assento", "natureza": 2, "assento": assento}, seals=1),
        printed(legacy, folder, "Primeira via", certidao(1, "primeira-via", campos=fields), seals=1),
        printed(legacy, folder, "Breve relato", certidao(2, "breve-relato", campos=fields, **notes), seals=1),
        printed(
            legacy,
            folder,
            "Inteiro teor",
            certidao(3, "inteiro-teor", corpo=assento["corpo"], servico="certidao-inteiro-teor"),
            seals=1,
        ),
        printed(legacy, folder, "Habilitação, capa", habilitacao | paid | {"peca": "capa"}, seals=1),
        printed(legacy, folder, "Habilitação, memorial", habilitacao | paid | {"peca": "memorial"}, seals=0),
        printed(legacy, folder, "Edital de fora", edital | {"servico": "edital-de-fora"}, seals=1),
    ]
    for outcome in outcomes:
        outcome.qr = whose_qr(outcome.job)
    return outcomes


def exchange(legacy: Legacy, outcomes: Sequence[Outcome]) -> tuple[str, list[str]]:
    """Ask for a certidão of the exchange, to be sent as a file; return a line that tells of it, and the faults."""
    data = tomllib.loads(_DATA.read_text("utf-8"))
    record = next((outcome.job["documento"]["assento"] for outcome in outcomes if outcome.name == "Assento"), None)
    day = local_date(system_clock()).isoformat()
    code = f"CRC-{record}"
    body: JsonView = {
        "canal": "crc",
        "codigo_hash": code,
        "especie": "breve-relato",
        "assento": {"id": record},
        "campos": data["campos"] | {"data_nascimento": day, "data_registro": day},
        "servico": "certidao-breve-relato",
        "entrega": "arquivo",
        "previa": False,
        "escrevente": ESCREVENTE,
    }
    status, answer = legacy.call("POST", "/api/v1/crc/certidoes", body, press=code)
    if status != 201:
        return "", [f"Central: {status} {answer.get('detail', answer)}"]
    return f"Certidão para a central, com o selo {answer['selo']}: veja em Selos, Central.", []
