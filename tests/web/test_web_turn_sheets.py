"""The screen on which a person says that the sheets of a book fed by hand are turned (X5)."""

from web_rig import Person, Rig

from printserver import db, jobs
from support.cups import KeptQueue, PrivateCups
from support.process import wait_until


def test_x5_backs_are_printed_when_a_person_says_that_the_sheets_are_turned(
    maria: Person, rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    row = {"tipo": "cups", "destino": kept_queue.name, "servidor": str(cups_server.socket)}
    with rig.office.db.write() as conn:
        conn.execute(db.fila.insert().values(serventia_id=1, nome="mao", criada_em=rig.clock(), **row))
    deed = rig.instrumento()
    deed["corpo"]["conteudo"] = "\n\n".join(["Saibam quantos esta escritura virem."] * 90)
    asked = {"documento": {"tipo": "livro", "instrumento": deed}, "escrevente": "maria"}
    sent = asked | {"fila": "mao", "faces": "frente-depois-verso"}
    job_id = jobs.accept(rig.office, rig.autor, sent, None).job["id"]

    def rests() -> bool:
        rig.engine.run_once()
        return bool(rig.job(job_id)["encerrado"])

    wait_until(rests, "the fronts")
    path = f"/trabalhos/{job_id}/folhas"
    assert "As folhas estão viradas na bandeja" in maria.get(path).get_data(as_text=True)
    assert maria.send(path, path, versos="sim").status_code == 303
    wait_until(rests, "the backs")
    assert (rig.job(job_id)["pergunta"], len(kept_queue.printed())) == (None, 2)
    assert "As folhas estão viradas" not in maria.get(path).get_data(as_text=True)
    with rig.office.db.write() as conn:
        conn.execute(db.fila.delete().where(db.fila.c.nome == "mao"))
