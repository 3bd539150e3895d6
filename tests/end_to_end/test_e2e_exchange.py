"""A request of the national exchange has one seal, wherever the server is killed."""

import http.client
import os
import signal
import threading
from typing import Any

from support.process import wait_until
from support.server import PrintServer

CODES = 60


def _body(number: int) -> dict[str, Any]:
    return {
        "canal": "crc",
        "codigo_hash": f"KILL-{number}",
        "especie": "inteiro-teor",
        "assento": {
            "id": f"R-{number}",
            "especie": "nascimento",
            "acervo": "01",
            "ano": "2020",
            "livro": "14",
            "folha": "128",
            "termo": str(number + 1),
            "data": "2020-11-20",
            "de_antes": True,
            "registrados": [{"nome": "Ana Prado"}],
        },
        "campos": {"nomes": ["Ana Prado"]},
        "servico": "certidao-inteiro-teor",
        "entrega": "arquivo",
        "previa": False,
        "escrevente": "admin",
    }


def test_c22_a_kill_between_seal_and_answer_leaves_the_seal_of_the_request(server: PrintServer) -> None:
    told: dict[int, str] = {}

    def send(first: int) -> None:
        for number in range(first, CODES, 4):
            try:
                answer = server.client.post("/api/v1/crc/certidoes", _body(number))
            except (OSError, http.client.HTTPException):
                return  # the server is gone: whether it is sealed is unknown
            if answer.status == 201:
                told[number] = answer.json["selo"]

    senders = [threading.Thread(target=send, args=(first,), daemon=True) for first in range(4)]
    for sender in senders:
        sender.start()
    wait_until(lambda: len(told) >= 8, "some seals")
    os.kill(server.child("http"), signal.SIGKILL)
    for sender in senders:
        sender.join()
    wait_until(server.ready, "the server again")
    seals = {}
    for number in range(CODES):
        answer = server.client.post("/api/v1/crc/certidoes", _body(number))
        assert answer.status in (200, 201), answer.content
        seals[number] = answer.json["selo"]
    assert {number: seals[number] for number in told} == told
    assert len(set(seals.values())) == CODES
    for number, code in seals.items():
        assert server.client.seals(f"natureza=2&livro=14&folha=128&termo={number + 1}") == [code]
