"""Any history of an outbox: seals, corrections, faults, deaths and a clock that jumps, in any order (T1–T3, R1)."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from printserver import db
from printserver.court import Exchange, HttpTransport, Sender, Transport
from support.court import Court, rig_with_court
from support.office import FEES, Answer, Rig

FAULTS = ("500", "500-depois", "429", "403", "fecha-antes", "fecha-depois", "objeta", "resposta-errada")
FAULTS += ("resposta-trocada", "fora")
OF_STATE = {"aceito": "comunicado", "objetado": "aguardando retificação", "impossivel": "falha"}
CHOICE = st.integers(0, 10**6)


class Died(BaseException):
    """The sender was killed."""


class Mortal:
    """The line of a sender killed when it speaks for the `left`th time, `before` or after the court heard it."""

    def __init__(self, line: Transport) -> None:
        self._line = line
        self.left: int | None = None
        self.before = False

    def send(self, selos: Sequence[Mapping[str, Any]]) -> Exchange:
        return self._speak(lambda: self._line.send(selos))

    def link_selos(self, pairs: Sequence[Mapping[str, str]]) -> Exchange:
        return self._speak(lambda: self._line.link_selos(pairs))

    def look_up(self, codigo: str) -> Exchange:
        return self._speak(lambda: self._line.look_up(codigo))

    def list_all(self, de: date, ate: date, page: int) -> Exchange:
        return self._speak(lambda: self._line.list_all(de, ate, page))

    def close(self) -> None:
        self._line.close()

    def _speak(self, speak: Callable[[], Exchange]) -> Exchange:
        if self.left is None:
            return speak()
        self.left -= 1
        if self.left < 0 or (self.left == 0 and self.before):
            raise Died
        exchange = speak()
        if self.left == 0:
            raise Died
        return exchange


class History(RuleBasedStateMachine):
    """An office, its court, and one sender after another."""

    rig: Rig
    court: Court
    backs = 0

    @initialize()
    def begin(self) -> None:
        self._stack = ExitStack()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        tribunal = {"lote": 2, "em_paralelo": 1, "selos_por_segundo": 0}
        back = {"tolerancia_do_relogio_s": 100 * 3600}  # the clock goes back here, and seals are made all the same
        opened = rig_with_court(folder / "casa", settings={"tribunal": tribunal, "selo": back})
        self.rig, self.court = self._stack.enter_context(opened)
        self._numbers = count(1)
        self._follow()
        self.make(0)

    def _follow(self) -> None:
        """Let another machine's sender take over."""
        office = self.rig.office
        self._line = Mortal(HttpTransport(office.settings.tribunal, office.certificado, office.instance))
        owner = f"maquina-{next(self._numbers)}:1:1"
        self._sender = Sender(
            office.db, self.rig.clock, office.serventia_id, office.settings.tribunal, self._line, owner
        )

    # -- what people do -----------------------------------------------------------------------------------------------

    @rule(chance=CHOICE)
    def make(self, chance: int) -> None:
        """Make a seal, every other one linked to one that is there."""
        act = {"ato": "ES", "identificador": f"ATA-{next(self._numbers)}", "emolumentos": FEES}
        made = self._post("/selos", act)
        if chance % 2 and made.status == 201:
            self._post("/vinculos", {"vinculador": self._one(chance), "vinculados": [made.json["codigo"]]})

    @rule(chance=CHOICE)
    def rectify(self, chance: int) -> None:
        value = dict.fromkeys(FEES, "0.00") | {"tabeliao": f"{next(self._numbers)}.00"}
        self._post(f"/selos/{self._one(chance)}/retificacao", {"emolumentos": value, "motivo": "valor errado"})

    @rule(chance=CHOICE)
    def exclude(self, chance: int) -> None:
        self._post(f"/selos/{self._one(chance)}/xa", {"motivo": "papel rasgado"})

    @rule(chance=CHOICE)
    def be_refused_at_once(self, chance: int) -> None:
        """Make a seal that the court refuses."""
        self.court.fail("objeta", vezes=1)
        self.make(chance)
        self.send(urged=True)

    @rule(chance=CHOICE, again=st.booleans())
    def be_refused(self, chance: int, again: bool) -> None:
        """Rectify a seal, be refused, and rectify that, or leave it to others."""
        self.court.fail("objeta", vezes=1)
        self.rectify(chance)
        self.send(urged=True)
        if again:
            self.rectify(len(self.rig.codes()) - 1)

    @rule()
    def send_again(self) -> None:
        """Send again what was refused, all that the office shows as refused."""
        refused = db.outbox.c.estado.in_(("objetado", "impossivel"))
        for code in {row["codigo"] for row in self.rig.rows(db.outbox, refused)}:
            self._post("/comunicacoes", {"selos": [code]})

    def _one(self, chance: int) -> str:
        """Choose a seal: as a rule a live one, now and then one that people ought to leave alone."""
        seals = self.rig.rows(db.selo)
        codes = [row["codigo"] for row in seals if row["vivo"] or chance % 8 == 0]
        return codes[chance % len(codes)] if codes else str(seals[-1]["codigo"])

    def _post(self, path: str, body: dict[str, Any]) -> Answer:
        answer = self.rig.call("POST", path, {"escrevente": "maria"} | body)
        assert answer.status in (200, 201, 202) or answer.word, answer
        assert answer.status < 500, answer
        return answer

    # -- what befalls them --------------------------------------------------------------------------------------------

    @rule(fault=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def misbehave(self, fault: str, times: int) -> None:
        self.court.fail(fault, vezes=times)

    @rule(seconds=st.sampled_from((2, 11, 301, 3600)))
    def pass_time(self, seconds: int) -> None:
        self.rig.clock.forward(seconds=seconds)

    @rule()
    @precondition(lambda self: self.backs < 2)  # a day back, and the court would say that the act is yet to come (S7)
    def go_back(self) -> None:
        self.backs += 1
        self.rig.clock.forward(hours=-1)

    @rule(urged=st.booleans())
    def send(self, urged: bool) -> None:
        if urged:
            assert self.rig.call("POST", "/comunicacoes", {}).status == 202
        self._sender.run_once()

    @rule(after=st.integers(1, 4), before=st.booleans())
    @precondition(lambda self: hasattr(self, "_line"))
    def die(self, after: int, before: bool) -> None:
        """Send until death comes, if it does; another machine follows when the lease is over."""
        self._line.left, self._line.before = after, before
        try:
            self._sender.run_once()
        except Died:
            self.rig.clock.forward(seconds=31)
            self._follow()
        self._line.left = None

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    @precondition(lambda self: hasattr(self, "_line"))
    def nothing_is_stored_twice_or_out_of_order(self) -> None:
        kept = self.court.registros
        assert {each["aceito"] for each in kept.values()} <= {0, 1}
        assert {each["aceito"] for each in self.court.vinculos.values()} <= {0, 1}
        for seal in self.rig.rows(db.selo, db.selo.c.retifica.is_not(None)):
            if seal["codigo"] in kept:
                assert kept[seal["retifica"]]["situacao"], "a retificador went before what it rectifies"
        for pair in self.court.vinculos:
            assert {kept[end]["situacao"] for end in pair} == {"recebido"}, "a link went before its ends"

    @invariant()
    @precondition(lambda self: hasattr(self, "_line"))
    def every_row_goes_on_or_waits_for_a_person_and_the_seal_says_so(self) -> None:
        seals = {row["codigo"]: row for row in self.rig.rows(db.selo)}
        ends = {}
        for row in self.rig.rows(db.outbox):
            assert (row["fim_em"] is None) == (row["estado"] not in OF_STATE)
            assert (row["vence_em"] is None) == (row["estado"] in OF_STATE)
            if row["tipo"] != "vinculo":
                ends[row["codigo"]] = row["estado"]
        for code, seal in seals.items():
            after = seal["retificado_por"]
            while after and ends[after] in ("objetado", "impossivel"):
                after = seals[after]["retificado_por"]
            if after and ends[after] == "aceito":
                assert seal["estado"] == ("excluído" if after[7:9] == "XA" else "retificado")
            else:
                assert seal["estado"] == OF_STATE.get(ends[code], "comunicação pendente")
            assert (seal["comunicado_em"] is not None) == (ends[code] == "aceito")

    def teardown(self) -> None:
        """Let the court behave and people mend: everything comes to its end, each seal stored or replaced."""
        if not hasattr(self, "_line"):
            return
        try:
            self.court.fail(None)
            for _ in range(8):
                self.rig.clock.forward(minutes=6)
                self.send_again()
                while self._sender.run_once():
                    pass
            assert not self.rig.rows(db.outbox, db.outbox.c.fim_em.is_(None))
            self.nothing_is_stored_twice_or_out_of_order()
            self.every_row_goes_on_or_waits_for_a_person_and_the_seal_says_so()
            kept = self.court.registros
            for seal in self.rig.rows(db.selo):
                assert kept[seal["codigo"]]["aceito"] == 1 or seal["retificado_por"], seal["codigo"]
            assert self.rig.proof().gaps == []
        finally:
            self._line.close()
            self._stack.close()


def test_t2_any_history_ends_with_each_seal_stored_once() -> None:
    run_state_machine_as_test(History, settings=settings(max_examples=12, stateful_step_count=15))
