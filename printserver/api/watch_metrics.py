"""Metrics of what is watched: readiness by condition, engine, open incidents, queues that are stopped."""

from prometheus_client import CollectorRegistry, Gauge

from printserver import incidents, jobs
from printserver.office import Office, engine_mark, ready


class WatchMetrics:
    """The gauges of what is watched, in `registry`; set on request."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ready = Gauge("printserver_ready", "1 if sealing may go on.", ("condicao",), registry=registry)
        self._engine = Gauge("printserver_engine_up", "1 while an engine of the office runs.", registry=registry)
        self._incidents = Gauge(
            "printserver_incidents_open", "Incidents that no person has closed.", ("tipo",), registry=registry
        )
        self._queues = Gauge(
            "printserver_queue_stopped", "1 while a queue prints nothing by itself.", ("fila",), registry=registry
        )

    def set(self, office: Office) -> None:
        """Set all gauges to what is so now."""
        for name, reason in ready.conditions(office).items():
            self._ready.labels(name).set(reason is None)
        self._engine.set(engine_mark.engine_runs(office.instance))
        with office.db.read() as conn:
            found = incidents.open_ones(conn, office.serventia_id)
        for kind in incidents.KINDS:
            self._incidents.labels(kind).set(sum(each.tipo == kind for each in found))
        self._queues.clear()
        for queue in jobs.all_queues(office):
            self._queues.labels(queue["nome"]).set(bool(queue["parada"] or queue["espera_por"]))
