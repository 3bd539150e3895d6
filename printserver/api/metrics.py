"""Prometheus metrics: answers of the API, their duration, and the office's pending work."""

import math
import time

import sqlalchemy as sa
from flask import Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from printserver import copies, db
from printserver.api.watch_metrics import WatchMetrics
from printserver.court import standing
from printserver.office import Office

_WRITE_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_BUCKETS = (0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60)


class Meter:
    """The metrics of one process; those from the tables are read on request."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "printserver_http_requests", "Answers of the API.", ("endpoint", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "printserver_http_seconds",
            "Time to answer, without the waiting that was asked for in espera.",
            ("endpoint",),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self._writes = Histogram(
            "printserver_write_seconds",
            "How long this process's transactions held the others back from writing.",
            registry=self.registry,
            buckets=_WRITE_BUCKETS,
        )
        office.db.observe_write = self._writes.observe
        self._jobs = Gauge("printserver_jobs", "Jobs not yet at an end, by state.", ("estado",), registry=self.registry)
        self._questions = Gauge("printserver_questions", "Open questions.", registry=self.registry)
        self._seals = Gauge(
            "printserver_seals", "Seals, by state towards the court.", ("estado",), registry=self.registry
        )
        self._certificate = Gauge(
            "printserver_certificate_seconds", "Seconds until the certificate ends.", registry=self.registry
        )
        self._pending = Gauge(
            "printserver_court_pending",
            "Seals that wait for the court, by what they have left of their 24 hours.",
            ("urgencia",),
            registry=self.registry,
        )
        self._deadline = Gauge(
            "printserver_court_deadline_seconds",
            "Seconds that the most urgent seal has left; negative: its term is over; NaN: none waits.",
            registry=self.registry,
        )
        self._links = Gauge("printserver_court_links_pending", "Links that wait for the court.", registry=self.registry)
        self._refused = Gauge(
            "printserver_court_refused", "What the court refused and a person has to mend.", registry=self.registry
        )
        self._unloaded = Gauge(
            "printserver_counter_unloaded",
            "Acts at the counter that wait for their load, by what they have left of their 24 hours.",
            ("urgencia",),
            registry=self.registry,
        )
        self._breaker = Gauge(
            "printserver_court_breaker_open", "1 while nothing is sent after faults in a row.", registry=self.registry
        )

        self._copy_age = Gauge(
            "printserver_copy_age_seconds", "Age of the newest copy; NaN: none yet.", ("lugar",), registry=self.registry
        )
        self._copy_late = Gauge(
            "printserver_copy_late_seconds",
            "Age of the oldest entry of the log that is in no copy at that place.",
            ("lugar",),
            registry=self.registry,
        )
        self._copy_failed = Gauge(
            "printserver_copy_failed", "1 while the newest attempt failed.", ("lugar",), registry=self.registry
        )
        self._rehearsal_age = Gauge(
            "printserver_rehearsal_age_seconds", "Since the last rehearsal; NaN: none yet.", registry=self.registry
        )
        self._rehearsal_failed = Gauge(
            "printserver_rehearsal_failed", "1 if the last rehearsal of a restore failed.", registry=self.registry
        )
        self._mirror_down = Gauge(
            "printserver_mirror_down", "1 while the mirror of the log cannot be written.", registry=self.registry
        )

        self._watch = WatchMetrics(self.registry)

    @staticmethod
    def start() -> None:
        """Record when the current request arrived."""
        g.started = time.perf_counter()

    def count(self, response: Response) -> Response:
        """Count the answer of the current request; requests with `espera` are not timed."""
        endpoint = request.endpoint or "none"
        self._requests.labels(endpoint, str(response.status_code)).inc()
        if "started" in g and request.args.get("espera", "0") == "0":
            self._seconds.labels(endpoint).observe(time.perf_counter() - g.started)
        return response

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        office = self._office.current()
        of_office = db.job.c.serventia_id == office.serventia_id
        with office.db.read() as conn:
            jobs = conn.execute(
                sa.select(db.job.c.estado, sa.func.count())
                .where(of_office, ~db.job.c.encerrado)
                .group_by(db.job.c.estado)
            ).all()
            seals = conn.execute(
                sa.select(db.selo.c.estado, sa.func.count())
                .where(db.selo.c.serventia_id == office.serventia_id)
                .group_by(db.selo.c.estado)
            ).all()
            questions = conn.execute(
                sa.select(sa.func.count())
                .select_from(db.pergunta)
                .where(db.pergunta.c.serventia_id == office.serventia_id, db.pergunta.c.estado == "aberta")
            ).scalar_one()
        for gauge, rows in ((self._jobs, jobs), (self._seals, seals)):
            gauge.clear()
            for state, number in rows:
                gauge.labels(state).set(number)
        self._questions.set(questions)
        self._certificate.set((office.certificado.valid_until - office.clock()).total_seconds())
        self._court(office)
        self._copies(office)
        self._watch.set(office)
        return generate_latest(self.registry)

    def _court(self, office: Office) -> None:
        now = standing.status(office)
        late, urgent, soon = now["atrasados"], now["urgentes"], now["a_vencer"]
        self._pending.labels("atrasado").set(late)
        self._pending.labels("4h").set(urgent)
        self._pending.labels("12h").set(soon)
        self._pending.labels("em-dia").set(now["pendentes"] - late - urgent - soon)
        self._deadline.set(math.nan if now["falta_s"] is None else now["falta_s"])
        self._links.set(now["vinculos_pendentes"])
        self._refused.set(now["recusados"])
        overdue, close = now["sem_carga_atrasados"], now["sem_carga_urgentes"]
        self._unloaded.labels("atrasado").set(overdue)
        self._unloaded.labels("4h").set(close)
        self._unloaded.labels("em-dia").set(now["sem_carga"] - overdue - close)
        self._breaker.set(now["parado_ate"] is not None)

    def _copies(self, office: Office) -> None:
        now = office.clock()
        with office.db.read() as conn:
            found = copies.standing(conn, office, now)
        for gauge in (self._copy_age, self._copy_late, self._copy_failed):
            gauge.clear()
        for place in found.lugares:
            age = place.age(now)
            self._copy_age.labels(place.lugar).set(math.nan if age is None else age.total_seconds())
            self._copy_late.labels(place.lugar).set(place.late.total_seconds())
            self._copy_failed.labels(place.lugar).set(place.falha is not None)
        last = found.ensaio
        self._rehearsal_age.set(math.nan if last is None else (now - last.quando).total_seconds())
        self._rehearsal_failed.set(last is not None and not last.certo)
        self._mirror_down.set(found.espelho is not None and found.espelho.falha is not None)
