"""Lives of an office, each ended by SIGKILL and the loss of its disk, and what came back (see `lose_disk`)."""

import contextlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from printserver import copies, db, jobs
from printserver.clock import system_clock
from printserver.copies import release, stage
from printserver.errors import Recusa
from printserver.office import Author, Office, copy_key, create, people, proof
from printserver.search import Arquivo
from printserver.server.engine import Engine

PEOPLE = (("maria", "escrevente"), ("tereza", "tabeliao"))
WRITERS = 2
VERIFIED_EVERY = 20


@dataclass
class Count:
    """What happened in all lives, and what must not: in words."""

    seed: int
    lives: int = 0
    answers: int = 0
    copies: int = 0
    papers: int = 0
    uncertain: int = 0
    brought: Counter[str] = field(default_factory=Counter)
    restore_s: list[float] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        mean = sum(self.restore_s) / max(1, len(self.restore_s))
        return "\n".join(
            [
                f"seed {self.seed}: {self.lives} lives killed, each with its disk lost",
                f"answers {self.answers}, copies {self.copies}, papers {self.papers}, sent again {self.uncertain}",
                f"brought back by the mirror: {dict(self.brought)}",
                f"restore with its steps: {mean:.2f} s on average",
                f"violations: {len(self.violations)}",
                *self.violations[:20],
            ]
        )


@dataclass
class World:
    """What outlives the office: copies, mirror, papers, and what callers were told."""

    base: Path
    key: Author
    secret: str  # the key of the copies
    seen: dict[str, str] = field(default_factory=dict)  # job by seal
    life: int = 0

    @property
    def instance(self) -> Path:
        return self.base / "serventia"

    @property
    def told(self) -> Path:
        return self.base / "told.jsonl"

    @property
    def begun(self) -> Path:
        """The file by which a life says that it gave an answer."""
        return self.base / "begun"

    @property
    def paper(self) -> Path:
        return self.base / "paper"

    def answers(self) -> Iterator[dict[str, Any]]:
        if self.told.exists():
            for line in self.told.read_text("utf-8").splitlines():
                try:
                    yield json.loads(line)
                except ValueError:
                    continue  # torn: the caller never got it


def run(base: Path, kills: int, chance: random.Random, count: Count) -> None:
    """Run `kills` lives in `base`."""
    world = _begin(base)
    server = multiprocessing.get_context("forkserver")  # a fork of this process would have its locks
    server.set_forkserver_preload(["bench.operations.lives"])
    while count.lives < kills:
        life = server.Process(target=_child, args=(world, chance.random()))
        life.start()
        whole = chance.random() < 0.9  # the others are killed while they start
        limit = time.monotonic() + 60
        while whole and life.is_alive() and not world.begun.exists() and time.monotonic() < limit:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.05, 2.5))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(life.pid or 0, signal.SIGKILL)
        life.kill()  # it may have no group of its own yet
        life.join()
        world.begun.unlink(missing_ok=True)
        count.lives += 1
        shutil.rmtree(world.instance, ignore_errors=True)
        _come_back(world, count)
        if count.lives % 10 == 0:
            print(f"{count.lives} lives, {len(count.violations)} violations", file=sys.stderr, flush=True)
        world.life += 1


def _begin(base: Path) -> World:
    """Make the office, with a queue that prints outside of it, a print that warms the layout, and the first copy."""
    instance = base / "serventia"
    create.create_office(instance, system_clock())
    (base / "paper").mkdir()
    (base / "espelho").mkdir()
    text = (instance / "printserver.toml").read_text("utf-8")
    places = f'[render]\nprocessos = 1\n[espelho]\npasta = "{base / "espelho"}"\n'
    (instance / "printserver.toml").write_text(f"{text}\n{places}", "utf-8")
    office = Office.open_folder(instance)
    with office.db.write() as conn:
        conn.execute(sa.update(db.fila).values(destino=str(base / "paper")))
        for usuario, papel in PEOPLE:
            people.create_person(conn, 1, usuario, usuario.title(), papel, "correta cavalo bateria", system_clock())
    key = Author(1, 1, "programa", None, None, frozenset(people.RIGHTS), None)
    world = World(base, key, copy_key.ensure(instance))
    jobs.accept(office, key, _document(0), "doc-0")
    Engine(office).run_once()
    _copy(office, world)
    office.close()
    shutil.copytree(instance / "cache", base / "cache")
    return world


def _document(number: int) -> dict[str, Any]:
    body = {"formato": "texto", "conteudo": "CERTIFICO que o ato consta do livro."}
    document = {"tipo": "certidao", "pedido": f"2026/{number:06}", "corpo": body, "isento": True}
    return {"documento": document | {"motivo_isencao": "beneficiário da justiça gratuita"}, "escrevente": "maria"}


def _copy(office: Office, world: World) -> None:
    """Make the stage of a copy and keep it with the spool as a folder: a place to come back from."""
    stage.gather(office, office.clock())
    kept = world.base / "pasta.nova"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(office.instance / "copias" / "atual", kept / "copias" / "atual")
    shutil.copytree(office.instance / "spool", kept / "spool")
    old = world.base / "pasta.velha"
    shutil.rmtree(old, ignore_errors=True)
    if (world.base / "pasta").exists():
        (world.base / "pasta").rename(old)
    kept.rename(world.base / "pasta")


def _child(world: World, luck: float) -> None:
    """Live: writers ask for prints, an engine makes them, and a copy is made now and then. Ends with a signal only."""
    os.setpgid(0, 0)  # killed with the processes that lay its pages out
    try:
        office = Office.open_folder(world.instance)
        chance = random.Random(luck)
        first = 1 + world.life * 1000
        for n in range(WRITERS):
            threading.Thread(target=_write, args=(world, office, first + n * 400), daemon=True).start()
        if chance.random() < 0.5:
            threading.Thread(target=_copy_later, args=(world, office, chance.uniform(0.0, 1.5)), daemon=True).start()
        engine = Engine(office)
        while True:
            engine.run_once()
    finally:
        os._exit(0)


def _copy_later(world: World, office: Office, after_s: float) -> None:
    time.sleep(after_s)
    _copy(office, world)


def _write(world: World, office: Office, first: int) -> None:
    """Ask for prints one after the other; each answer is kept as a caller would have it, synced."""
    with world.told.open("ab", buffering=0) as told:
        for number in range(first, first + 400):
            key = f"doc-{number}"
            try:
                answer = jobs.accept(office, world.key, _document(number), key)
            except Recusa:
                continue
            said = {
                "documento": number,
                "job": answer.job["id"],
                "selos": [each["codigo"] for each in answer.job["selos"]],
            }
            told.write((json.dumps(said) + "\n").encode())
            os.fsync(told.fileno())
            world.begun.touch()


# -- after the disk is lost ------------------------------------------------------------------------------------------


def _come_back(world: World, count: Count) -> None:
    began = time.monotonic()
    place = world.base / "pasta"
    if not place.exists():  # killed between the two renames
        place = world.base / "pasta.velha"
    copies.restore(copies.Source(str(place), world.secret), world.instance, "bench", system_clock)
    shutil.rmtree(world.instance / "cache")
    (world.instance / "cache").symlink_to(world.base / "cache")
    office = Office.open_folder(world.instance)
    try:
        _steps(world, office, count)
        count.restore_s.append(time.monotonic() - began)
        _check(world, office, count)
        _go_on(world, office, count)
    finally:
        office.close()


def _steps(world: World, office: Office, count: Count) -> None:
    head = Author(1, None, None, "tereza", "tabeliao", frozenset({"selos"}), None)
    try:
        kept = release.take_mirror(office, head, str(world.base / "espelho"))
    except Recusa as refusal:
        count.violations.append(f"life {count.lives}: {refusal.detail}")
        kept = release.take_mirror(office, head, "", "sem espelho")
    count.brought.update({name: int(kept.get(name, 0)) for name in ("registros", "selos", "impressoes")})
    papers = sorted(world.seen)
    listing = "selo\n" + "\n".join(papers)
    release.take_court(office, head, Arquivo(formato="csv", conteudo=listing))
    release.take_paper(office, head, "nenhum")
    _copy(office, world)
    count.copies += 1
    release.release(office, head)


def _check(world: World, office: Office, count: Count) -> None:
    """Every answer is known; no seal changed its print; the log verifies now and then."""
    with office.db.read() as conn:
        known = {row.codigo: row.job_id for row in conn.execute(sa.select(db.selo.c.codigo, db.selo.c.job_id))}
    count.answers = 0
    for answer in world.answers():
        count.answers += 1
        for code in answer["selos"]:
            if known.get(code) != answer["job"]:
                count.violations.append(
                    f"life {count.lives}: {code} was answered for {answer['job']}, and is {known.get(code)}"
                )
            before = world.seen.setdefault(code, answer["job"])
            if before != answer["job"]:
                count.violations.append(f"life {count.lives}: number twice: {code} for {before} and {answer['job']}")
    if count.lives % VERIFIED_EVERY == 0:
        with office.db.snapshot() as conn:
            report = proof.verify(conn, 1, proof.read_all(office.instance))
        count.violations += [f"life {count.lives}: {gap}" for gap in report.gaps]


def _go_on(world: World, office: Office, count: Count) -> None:
    """Programs send what they had no answer to, and what they had: nothing comes out twice."""
    engine = Engine(office)
    out = {path.stem.partition("-")[0] for path in world.paper.glob("*.pdf")}
    with office.db.read() as conn:
        uncertain = conn.execute(sa.select(db.job.c.id).where(db.job.c.estado == "incerto")).scalars().all()
    for job_id in uncertain:
        if job_id in out:
            continue
        count.uncertain += 1
        jobs.resend(office, world.key, job_id, {"escrevente": "maria", "motivo": "nada saiu"})
    while engine.run_once():
        pass
    answered = [answer["documento"] for answer in world.answers()]
    for number in answered[-5:]:
        try:
            again = jobs.accept(office, world.key, _document(number), f"outra-{count.lives}-{number}")
        except Recusa:
            continue
        if again.refusal is None:
            count.violations.append(f"life {count.lives}: document {number} was taken a second time")
    last = max(answered, default=0) + 1
    with_key = jobs.accept(office, world.key, _document(last), f"doc-{last}")
    if with_key.refusal is not None and with_key.refusal.word != "reimpressao-exige-xa":
        count.violations.append(f"life {count.lives}: {with_key.refusal.detail}")
    while engine.run_once():
        pass
    _papers(world, office, count)


def _papers(world: World, office: Office, count: Count) -> None:
    with office.db.read() as conn:
        of_document = {row.id: row.documento_id for row in conn.execute(sa.select(db.job.c.id, db.job.c.documento_id))}
    found: Counter[object] = Counter()
    for path in world.paper.glob("*.pdf"):
        job_id = path.stem.partition("-")[0]
        if job_id not in of_document:
            count.violations.append(f"life {count.lives}: paper of an unknown print {job_id}")
        found[of_document.get(job_id, job_id)] += 1
    count.papers = sum(found.values())
    for document, times in found.items():
        if times > 1:
            count.violations.append(f"life {count.lives}: document {document} came out {times} times")
