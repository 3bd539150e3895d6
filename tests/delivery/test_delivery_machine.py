"""Any order of calls over a small office: no sealed document is printed twice, no seal is lost, no number is reused."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from printserver import db
from printserver.selo import read
from support.office import ISENTO, Answer, open_rig

NAMES = ["P-1", "P-2"]
PEOPLE = st.sampled_from(["maria", "tereza"])
MOVING = ("aceito", "renderizado")
# Answers that a person may get; any other is a fault of the program.
TOLD = {200, 202, 403, 404, 409, 422}


class Counter(RuleBasedStateMachine):
    """The people of an office at their counter."""

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory())) / "serventia"
        self.rig = self.stack.enter_context(open_rig(folder))
        self.jobs: list[str] = []

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    def told(self, found: Answer) -> None:
        assert found.status in TOLD, found
        job = found.json if found.status in (200, 202) else found.json.get("job")
        if job is not None and job["id"] not in self.jobs:
            self.jobs.append(job["id"])

    def some_job(self, data: st.DataObject) -> str | None:
        return data.draw(st.sampled_from(self.jobs)) if self.jobs else None

    # -- what is sent -------------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(NAMES), folha=st.sampled_from(["10", "20"]), title=st.sampled_from(["A", "B"]))
    def livro(self, name: str, folha: str, title: str) -> None:
        self.told(self.rig.post(self.rig.livro(id=name, folha_inicial=folha, titulo=title)))

    @rule(name=st.sampled_from(NAMES), numero=st.sampled_from([1, 2, "proximo"]))
    def traslado(self, name: str, numero: int | str) -> None:
        more = {} if numero == 1 else ISENTO
        self.told(self.rig.post(self.rig.traslado(name, numero, **more)))

    @rule(via=st.integers(1, 2), name=st.sampled_from([None, *NAMES]))
    def certidao(self, via: int, name: str | None) -> None:
        more = {"instrumento": {"id": name}} if name else {}
        self.told(self.rig.post(self.rig.certidao(pedido="77", via=via, **more)))

    @rule(gerar=st.sampled_from([None, True, False]))
    def ficha(self, gerar: bool | None) -> None:
        self.told(self.rig.post(self.rig.ficha(ficha="5") | ({} if gerar is None else {"gerar_selo": gerar})))

    @rule(data=st.data(), via=st.integers(1, 3))
    def replace(self, data: st.DataObject, via: int) -> None:
        certidoes = [row["codigo"] for row in self.rig.rows(db.selo) if row["ato"] == "CE"]
        if certidoes:
            document = {"tipo": "certidao", "pedido": "77", "via": via, "corpo": {"formato": "texto", "conteudo": "C"}}
            named = {"substitui": data.draw(st.sampled_from(certidoes)), "motivo": "erro"}
            self.told(self.rig.post(document | named, escrevente="tereza"))

    # -- what is answered and done ------------------------------------------------------------------------------------

    @rule(data=st.data(), who=PEOPLE, confirma=st.booleans())
    def answer(self, data: st.DataObject, who: str, confirma: bool) -> None:
        held = [row["job_id"] for row in self.rig.rows(db.pergunta) if row["tipo"] == "xa"]
        if held:
            found = data.draw(st.sampled_from(held))
            reason = "erro"
            self.told(self.rig.act(found, "xa", confirma=confirma, papel_em_maos=True, escrevente=who, motivo=reason))

    @rule(data=st.data(), gerar=st.booleans())
    def selo(self, data: st.DataObject, gerar: bool) -> None:
        if job := self.some_job(data):
            self.told(self.rig.act(job, "selo", gerar=gerar))

    @rule(data=st.data(), late=st.booleans())
    def exclude(self, data: st.DataObject, late: bool) -> None:
        if job := self.some_job(data):
            self.told(self.rig.act(job, "excluir", papel_em_maos=True, fora_do_prazo=late, escrevente="tereza"))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if job := self.some_job(data):
            self.told(self.rig.act(job, "cancelar"))

    @rule(data=st.data())
    def resend(self, data: st.DataObject) -> None:
        if job := self.some_job(data):
            self.told(self.rig.act(job, "reenviar"))

    @rule(data=st.data(), state=st.sampled_from(["boa", "inutilizada", "nao_saiu"]), imprimir=st.booleans())
    def folhas(self, data: st.DataObject, state: str, imprimir: bool) -> None:
        if job := self.some_job(data):
            said: list[dict[str, Any]] = [{"pagina": 1, "estado": state}]
            self.told(self.rig.act(job, "folhas", paginas=said, imprimir="1" if imprimir else None))

    @rule()
    def engine(self) -> None:
        self.rig.engine.run_once()

    @rule(there=st.booleans())
    def folder_comes_and_goes(self, there: bool) -> None:
        away = self.rig.out.with_name("longe")
        if there and away.exists():
            away.rename(self.rig.out)
        elif not there and self.rig.out.exists():
            self.rig.out.rename(away)

    @rule(hours=st.sampled_from([1, 13, 80]))
    def time_goes_by(self, hours: int) -> None:
        self.rig.clock.forward(hours=hours)
        self.rig.engine.housekeeping()

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def x1_a_document_has_one_live_print(self) -> None:
        live = self.rig.rows(db.job, db.job.c.viva)
        assert len({row["documento_id"] for row in live}) == len(live)

    @invariant()
    def x2_only_what_has_live_seals_goes_to_paper(self) -> None:
        dead = {row["job_id"] for row in self.rig.rows(db.selo) if row["job_id"] and not row["vivo"]}
        moving = {row["id"] for row in self.rig.rows(db.job, db.job.c.estado.in_(MOVING), ~db.job.c.encerrado)}
        assert not dead & moving

    @invariant()
    def s3_numbers_are_unique_and_without_gaps(self) -> None:
        self.rig.assert_gapless()

    @invariant()
    def s11_each_live_seal_stands_on_a_print_and_each_dead_one_has_its_xa(self) -> None:
        seals = {row["codigo"]: row for row in self.rig.rows(db.selo)}
        jobs = {row["id"]: row for row in self.rig.rows(db.job)}
        for code, row in seals.items():
            assert str(read(code)) == code
            if row["retifica"]:
                assert (row["ato"], row["vivo"], row["job_id"]) == ("XA", False, None)
                assert seals[row["retifica"]]["retificado_por"] == code
                continue
            job = jobs[row["job_id"]]  # no seal without its one job
            assert job["carimbo"] is not None
            assert code in str(job["carimbo"]["valores"])
            if row["vivo"]:
                assert row["retificado_por"] is None
                assert job["viva"] or job["substituido_por"]
            else:
                assert not job["viva"]
                assert seals[row["retificado_por"]]["retifica"] == code

    @invariant()
    def s12_a_live_print_has_all_its_seals(self) -> None:
        seals = self.rig.rows(db.selo)
        for job in self.rig.rows(db.job, db.job.c.viva):
            mine = [row for row in seals if row["job_id"] == job["id"]]
            assert len(mine) == (2 if job["tipo"] == "livro" else 1)
            assert all(row["vivo"] for row in mine)

    @invariant()
    def t1_the_outbox_has_each_seal_once(self) -> None:
        told = [row["codigo"] for row in self.rig.rows(db.outbox) if row["tipo"] != "vinculo"]
        assert sorted(told) == sorted(self.rig.codes())

    @invariant()
    def x0_a_side_of_a_folha_is_held_by_the_live_print_alone(self) -> None:
        live = {row["id"] for row in self.rig.rows(db.job, db.job.c.viva)}
        held = self.rig.rows(db.folha_lado, db.folha_lado.c.estado == "ocupada")
        assert {row["job_id"] for row in held} <= live

    @invariant()
    def x6_what_shows_an_excluded_livro_is_stale(self) -> None:
        excluded = {row["codigo"] for row in self.rig.rows(db.selo) if not row["vivo"]}
        citing = {row["job_id"] for row in self.rig.rows(db.citacao) if row["codigo"] in excluded}
        for job in self.rig.rows(db.job, db.job.c.viva):
            assert job["desatualizado"] == (job["id"] in citing)

    @invariant()
    def x5_a_folder_has_each_print_once_but_for_pages_a_person_named(self) -> None:
        for folder in (self.rig.out, self.rig.out.with_name("longe")):
            for path in folder.glob("*.pdf"):
                job, _, attempt = path.stem.partition("-")
                tries = self.rig.rows(db.tentativa, db.tentativa.c.job_id == job)
                assert not attempt or tries[int(attempt) - 1]["paginas"]

    @invariant()
    def a3_a6_the_audit_verifies(self) -> None:
        found = self.rig.proof()
        assert found.gaps == []
        assert found.registros == len(self.rig.rows(db.log))


TestCounter = Counter.TestCase
TestCounter.settings = settings(
    max_examples=10,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
