"""The seals of one request at the simulated court: judged in order, read and written in bulk."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.selo import Registro
from printserver.simulator import tables
from printserver.simulator.reading import answer_of, find_many
from printserver.simulator.rules import (
    OBJETADO,
    RECEBIDO,
    Fault,
    ParsedSelo,
    Sending,
    StoredSelo,
    is_late,
    judge,
)

SIMULATED: Final = Fault("objecao-simulada", "O simulador foi mandado recusar este selo.")
_COLUMNS: Final = [field.name for field in fields(StoredSelo)]

Objects = Callable[[str], bool]  # whether the simulator must refuse this code


class Batch:
    """The seals of one request: all rows they need are read at once, and written at once."""

    def __init__(self, conn: Connection, sendings: Sequence[Sending], parsed: Sequence[ParsedSelo]) -> None:
        self._conn = conn
        targets = {
            parsed_selo.registro.rectified
            for parsed_selo in parsed
            if parsed_selo.registro and parsed_selo.registro.rectified
        }
        wanted = {envio.selo for envio in sendings} | targets
        self._known: dict[str, StoredSelo] = {}
        asked: set[str] = set()
        while wanted:
            self._known |= find_many(conn, wanted)
            asked |= wanted
            objected = [each for each in self._known.values() if each.situacao == OBJETADO]
            wanted = {each.retifica for each in objected if each.retifica} - asked
        self._paper_selos = _paper_selos(conn, {parsed_selo.papel for parsed_selo in parsed if parsed_selo.papel})
        self._changed: set[str] = set()

    def count(self, envio: Sending) -> StoredSelo:
        """Count a sending of a seal; return the row of its code."""
        guardado = self._known.setdefault(envio.selo, StoredSelo(envio.selo))
        guardado.enviado += 1
        if guardado.situacao is None:
            guardado.registro = envio.registro
        self._changed.add(envio.selo)
        return guardado

    def receive(self, envio: Sending, parsed_selo: ParsedSelo, now: datetime, objects_to: Objects) -> JsonObject:
        """Judge one seal, update its row, and return its answer."""
        before = self._known.get(envio.selo)
        targets = self._targets(parsed_selo.registro)
        erros = judge(envio, parsed_selo, before, targets, lambda cns, papel: self._paper_selos.get((cns, papel)), now)
        if objects_to(envio.selo) and not any(error.codigo == "ja-recebido" for error in erros):
            erros = [SIMULATED]
        guardado = self.count(envio)
        if guardado.situacao != RECEBIDO:
            guardado.situacao = OBJETADO if erros else RECEBIDO
            guardado.erros = [asdict(error) for error in erros]
            _fill(guardado, envio, parsed_selo)
            if parsed_selo.registro is not None and not erros:
                self._keep(guardado, parsed_selo.registro, targets, now)
        return answer_of(envio.selo, erros)

    def _targets(self, registro: Registro | None) -> list[StoredSelo]:
        """Return the row of the seal to be rectified; if it was objected to, also that of its own target, etc. (T2)."""
        targets: list[StoredSelo] = []
        codigo = registro.rectified if registro else None
        while registro and codigo and codigo != registro.codigo:
            alvo = self._known.get(codigo)
            if alvo is None or alvo.situacao is None or alvo in targets:
                break
            targets.append(alvo)
            codigo = alvo.retifica if alvo.situacao == OBJETADO else None
        return targets

    def _keep(self, guardado: StoredSelo, registro: Registro, targets: Sequence[StoredSelo], now: datetime) -> None:
        guardado.aceito += 1
        guardado.recebido_em = now
        guardado.atrasado = is_late(registro, targets, now)
        guardado.hibrido |= any(alvo.hibrido for alvo in targets)
        if guardado.papel is not None:
            self._paper_selos[guardado.cns or "", guardado.papel] = guardado.codigo
        for alvo in targets:
            alvo.retificado_por = guardado.codigo
            self._changed.add(alvo.codigo)

    def save(self) -> None:
        """Write the changed rows."""
        if not self._changed:
            return
        row = insert(tables.selo)
        changed = {name: row.excluded[name] for name in _COLUMNS if name != "codigo"}
        self._conn.execute(
            row.on_conflict_do_update(index_elements=["codigo"], set_=changed),
            [{name: getattr(self._known[code], name) for name in _COLUMNS} for code in sorted(self._changed)],
        )


def _fill(guardado: StoredSelo, envio: Sending, parsed_selo: ParsedSelo) -> None:
    """Copy a registro into its row, also of a refused seal: a retificador may refer to it (T2)."""
    registro = parsed_selo.registro
    guardado.registro = envio.registro
    guardado.cns = parsed_selo.codigo.cns if parsed_selo.codigo else None
    guardado.ato = parsed_selo.codigo.ato if parsed_selo.codigo else None
    guardado.papel = parsed_selo.papel
    guardado.hibrido = parsed_selo.papel is not None
    guardado.identificador = registro.identificador if registro else None
    guardado.momento = registro.momento if registro else None
    guardado.dia = local_date(registro.momento) if registro else None
    guardado.retifica = registro.rectified if registro else None
    guardado.vinculador_declarado = envio.vinculador
    guardado.motivo_isencao = envio.motivoIsencao
    guardado.autor = envio.autor


def _paper_selos(conn: Connection, papeis: set[str]) -> dict[tuple[str, str], str]:
    if not papeis:
        return {}
    table = tables.selo
    query = sa.select(table.c.cns, table.c.papel, table.c.codigo)
    query = query.where(table.c.situacao == RECEBIDO, table.c.papel.in_(papeis))
    return {(row.cns, row.papel): row.codigo for row in conn.execute(query)}
