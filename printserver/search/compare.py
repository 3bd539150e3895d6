"""Our seals of a period beside the court's list of it: what conforms, what is missing on either side, what differs.

A seal that still waits for the court, or that it refused, is not missing there: it is told apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any, Final, Literal, TypeVar

import sqlalchemy as sa
from pydantic import Discriminator, Tag, WithJsonSchema
from sqlalchemy.engine import Connection

from printserver import court, db
from printserver.documents.fields import ETIQUETA, Data, Modelo
from printserver.documents.reading import ler
from printserver.errors import Recusa, entrada_invalida
from printserver.office import audit, people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.search.court_list import (
    Item,
    Listagem,
    do_arquivo,
    do_tribunal,
    identificador,
)
from printserver.search.filters import condicoes
from printserver.search.results import Linha, todas
from printserver.selo import COMPONENTES, partir_registro

CONFORME, DIFERE = "conforme", "difere"
NAO_CONSTA_LA, NAO_CONSTA_AQUI = "nao-consta-la", "nao-consta-aqui"
PENDENTE, RECUSADO = "pendente", "recusado"
RESULTADOS: Final = (CONFORME, DIFERE, NAO_CONSTA_LA, NAO_CONSTA_AQUI, PENDENTE, RECUSADO)
DIAS: Final = 92
MOSTRADOS: Final = 5_000
ESPERA_S: Final = 30.0  # for the whole list
_DE_UMA_VEZ: Final = 500
_s = db.selo.c
T = TypeVar("T")


class Arquivo(Modelo):
    """A court's list in a file."""

    formato: Literal["csv", "json"]
    conteudo: Annotated[
        Annotated[str, Tag(f"{ETIQUETA}texto")] | Annotated[bytes, Tag(f"{ETIQUETA}bytes")],
        Discriminator(lambda dados: ETIQUETA + ("bytes" if isinstance(dados, bytes) else "texto")),  # a screen's file
        WithJsonSchema({"type": "string"}),
    ]


class Pedido(Modelo):
    """`POST /selos/comparacao`. Without `lista` the court is asked."""

    de: Data
    ate: Data
    lista: Arquivo | None = None


@dataclass(frozen=True, slots=True)
class Comparacao:
    """What came of it: how many of each of `RESULTADOS`, and all but what conforms, up to `MOSTRADOS`."""

    de: date
    ate: date
    fonte: str
    resumo: Mapping[str, int]
    itens: Sequence[Mapping[str, Any]]
    ignoradas: Sequence[str]

    def em_json(self) -> dict[str, Any]:
        """Return it as the contract shows it."""
        unlike = sum(self.resumo.values()) - self.resumo[CONFORME]
        return {
            "de": self.de.isoformat(),
            "ate": self.ate.isoformat(),
            "fonte": self.fonte,
            "resumo": dict(self.resumo),
            "itens": list(self.itens),
            "nao_mostrados": unlike - len(self.itens),
            "colunas_ignoradas": list(self.ignoradas),
        }


def comparar(office: Office, autor: Autor, dados: object) -> Comparacao:
    """Hold the seals whose act is of the days `de` to `ate` beside the court's list, or the one that is given.

    That it was done goes on record (A3). Raises `Recusa` `entrada-invalida` (more than 92 days, a list that cannot be
    read, no court to ask), `tribunal-nao-responde`, `servidor-ocupado`, `sem-permissao`.
    """
    people.exigir_direito(autor, "selos")
    asked = ler(Pedido, dados)
    de, ate, arquivo = asked.de, asked.ate, asked.lista
    if ate < de:
        raise entrada_invalida("ate", "o último dia vem antes do primeiro")
    if (ate - de).days >= DIAS:
        raise entrada_invalida("ate", f"no máximo {DIAS} dias de cada vez")
    if not office.ouvintes.acquire(blocking=False):
        raise Recusa("servidor-ocupado", "Já há muitas esperas em andamento: tente de novo.")
    try:
        since = office.clock()
        listed = _pedir(office, de, ate) if arquivo is None else do_arquivo(arquivo.formato, arquivo.conteudo)
        counts = dict.fromkeys(RESULTADOS, 0)
        shown: list[Mapping[str, Any]] = []
        for each in _cada(office, de, ate, listed, since):
            counts[each["resultado"]] += 1
            if each["resultado"] != CONFORME and len(shown) < MOSTRADOS:
                shown.append(each)
    finally:
        office.ouvintes.release()
    fonte = "tribunal" if arquivo is None else "arquivo"
    done = Comparacao(de, ate, fonte, counts, shown, listed.ignoradas)
    what = {"de": str(de), "ate": str(ate), "fonte": fonte, "resumo": counts}
    with office.db.write() as conn:
        who = (autor.pessoa, autor.sistema, autor.endereco)
        audit.escrever(
            conn, office.serventia_id, office.clock(), [Registro("tribunal", "comparacao", "feita", *who, what)]
        )
    return done


def _pedir(office: Office, de: date, ate: date) -> Listagem:
    settings = office.settings.tribunal
    if not settings.url:
        raise entrada_invalida("lista", "esta serventia não tem o endereço do tribunal: carregue a lista de um arquivo")
    transport = court.TransporteHttp(settings, office.certificado, office.instance)
    return do_tribunal(court.pedir_lista(transport, de, ate, min(ESPERA_S, 3 * settings.espera_s)))


def _cada(office: Office, de: date, ate: date, listed: Listagem, since: datetime) -> Iterator[dict[str, Any]]:
    """Give every seal of either side with its result: ours of the period first, then what only the list has."""
    left = dict(listed.itens)
    period = condicoes(office, {"de": de.isoformat(), "ate": ate.isoformat()})
    for rows in _aos_poucos(todas(office, period)):
        yield from _juntos(office, rows, left, since)
    for codes in _aos_poucos(sorted(left)):
        with office.db.read() as conn:
            where = (*condicoes(office, {}), _s.codigo.in_(codes))
            found = list(conn.execute(sa.select(db.selo).where(*where)).mappings())
        yield from _juntos(office, found, left, since)
    for code in sorted(left):
        yield _resultado(code, NAO_CONSTA_AQUI, None)


def _aos_poucos(many: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(many)
    while some := list(islice(rest, _DE_UMA_VEZ)):
        yield some


def _juntos(office: Office, rows: Sequence[Linha], left: dict[str, Item], since: datetime) -> Iterator[dict[str, Any]]:
    """Give our seals with their result, taking those that are listed out of `left`."""
    with office.db.read() as conn:
        links = _vinculos(conn, office, [row["codigo"] for row in rows])
    for row in rows:
        item = left.pop(row["codigo"], None)
        if item is None:
            yield _resultado(row["codigo"], _ausente(row, since), row)
        else:
            unlike = _diferencas(row, item, links.get(row["codigo"], {}))
            yield _resultado(row["codigo"], DIFERE if unlike else CONFORME, row, unlike)


def _ausente(row: Linha, since: datetime) -> str:
    """Return why the list may lack a seal: a fault, or that the court has not taken it (by the time it was asked)."""
    if row["comunicado_em"] is not None:
        return NAO_CONSTA_LA if row["comunicado_em"] <= since else PENDENTE
    return PENDENTE if row["estado"] == court.COMUNICACAO_PENDENTE else RECUSADO


def _resultado(
    codigo: str, resultado: str, row: Linha | None, campos: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    return {
        "codigo": codigo,
        "resultado": resultado,
        "estado": row["estado"] if row else None,
        "data": row["dia"].isoformat() if row else None,
        "campos": list(campos),
    }


def _diferencas(row: Linha, item: Item, links: Mapping[str, bool]) -> list[dict[str, str]]:
    """Return the fields that the list gives and that are not ours, side by side."""
    ours = _nossos(row)
    unlike = []
    for name, theirs in item.campos.items():
        if name == "registro":
            unlike += _no_registro(row["registro"], theirs)
        elif name == "vinculador":
            if theirs not in links and not (theirs == "" and not any(links.values())):
                unlike.append(_lado_a_lado(name, ", ".join(code for code, has in links.items() if has), theirs))
        elif ours[name] != theirs:
            unlike.append(_lado_a_lado(name, ours[name], theirs))
    return unlike


def _nossos(row: Linha) -> dict[str, str]:
    return {
        "ato": row["ato"],
        "data": row["dia"].isoformat(),
        "identificador": identificador(row["identificador"]),
        "retifica": row["retifica"] or "",
        "total_centavos": str(row["total_centavos"]),
        "iss_centavos": str(row["iss_centavos"]),
        **{f"emolumentos_{name}_centavos": str(row["emolumentos"][name]) for name in COMPONENTES},
    }


def _no_registro(ours: str, theirs: str) -> list[dict[str, str]]:
    """Return what differs between two registros do ato, field by field (S6)."""
    if ours == theirs:
        return []
    here, there = partir_registro(ours), partir_registro(theirs)
    if here is None or there is None:
        return [_lado_a_lado("registro", ours, theirs)]
    money = {*COMPONENTES, "total"}
    return [
        _lado_a_lado(f"{name}_centavos" if name in money else name, here[name], there[name])
        for name in here
        if here[name] != there[name]
    ]


def _lado_a_lado(campo: str, aqui: str, la: str) -> dict[str, str]:
    return {"campo": campo, "aqui": aqui, "la": la}


def _vinculos(conn: Connection, office: Office, codes: Sequence[str]) -> dict[str, dict[str, bool]]:
    """Return by seal the vinculadores that the court was or will be told of, each with whether it has taken it (R4)."""
    out = db.outbox
    query = sa.select(out.c.codigo, out.c.alvo, out.c.estado, out.c.fim_em).where(
        out.c.serventia_id == office.serventia_id, out.c.codigo.in_(codes), out.c.tipo == "vinculo"
    )
    found: dict[str, dict[str, bool]] = {}
    for row in conn.execute(query):
        if row.estado == "aceito" or row.fim_em is None:
            found.setdefault(row.codigo, {})[row.alvo] = row.estado == "aceito"
    return found
