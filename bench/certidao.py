"""Compares the first layout of a certidão in breve relato with that of a deed; interleaved, a new text each.

`python -m bench.certidao`. The aim is 40 ms at the median for the certidão.
"""

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from bench import deed as deeds
from bench import machine, office, requests
from bench.engines.ours import Workshop
from printserver.jobs import Office

_FIELDS: dict[str, object] = {
    "cpf_registrado": "529.982.247-25",
    "data_nascimento": "2020-11-18",
    "hora_nascimento": "10:20",
    "naturalidade": {"municipio": "São Paulo", "uf": "SP"},
    "local_nascimento": {"local": "Hospital São José", "municipio": "São Paulo", "uf": "SP"},
    "sexo": "feminino",
    "genitores": [
        {"nome": "Maria Prado de Assunção", "municipio_nascimento": "Campinas", "uf": "SP", "avos": ["Davi", "Rute"]}
    ],
    "data_registro": "2020-11-20",
    "numero_dnv": "30-12345678-9",
}
_FEES = {
    "tabeliao": "36.91",
    "estado": "0.00",
    "secretaria_fazenda": "7.38",
    "santa_casa": "0.00",
    "registro_civil": "0.00",
    "tribunal_justica": "0.00",
    "iss": "0.73",
    "ministerio_publico": "0.00",
}


def certidao(number: int) -> dict[str, object]:
    """Return the request of a certidão in breve relato whose text no other has."""
    name = f"Ana Lúcia Prado de Assunção {number}"
    assento = {
        "id": f"R-{number}",
        "especie": "nascimento",
        "acervo": "01",
        "ano": "2020",
        "livro": "14",
        "folha": "128",
        "termo": str(number),
        "data": "2020-11-20",
        "de_antes": True,
        "registrados": [{"nome": name}],
    }
    document = {
        "tipo": "certidao",
        "natureza": 2,
        "pedido": f"2026/{number}",
        "especie": "breve-relato",
        "assento": assento,
        "campos": {"nome_registrado": name, **_FIELDS},
        "emolumentos": _FEES,
    }
    return {"documento": document, "formato": "certidao-civil", "escrevente": office.CLERK}


def measure(rounds: int) -> dict[str, list[float]]:
    """Return milliseconds of each first layout, by document."""
    kinds = {"certidão em breve relato": certidao, "livro": lambda number: requests.livro(deeds.make(number))}
    times: dict[str, list[float]] = {name: [] for name in kinds}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        measured = Office.open_folder(office.make(Path(folder) / "office").folder)
        try:
            workshop = Workshop(measured)
            for number in range(1, rounds + 4):
                for name in random.Random(number).sample(list(kinds), len(kinds)):
                    request, plan = workshop.plan(kinds[name](number))
                    composed, _ = workshop.set_out(request, plan)
                    start = time.perf_counter()
                    measured.render.layout(composed.pedido)
                    if number > 3:  # the first ones warm up
                        times[name].append((time.perf_counter() - start) * 1000)
        finally:
            measured.close()
    return times


def main() -> None:
    """Print the median and the 95th percentile of each document."""
    parser = argparse.ArgumentParser(prog="python -m bench.certidao", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    asked = parser.parse_args()
    if machine.busy():
        print("others are at work on this machine: the figures will not be a measure of the program")
    for name, found in measure(asked.rounds).items():
        print(f"{name}: median {statistics.median(found):.1f} ms, p95 {statistics.quantiles(found, n=20)[-1]:.1f} ms")


if __name__ == "__main__":
    main()
