"""The rules of alert and the dashboard: each metric and label that they name is in the real `/metrics`; `promtool`."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from printserver import db
from support.office import Rig, open_rig

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "printserver.yml"
BOARD = json.loads((DEPLOY / "grafana" / "printserver.json").read_text("utf-8"))
OWN = {"instance", "job", "le", "serventia"}  # of Prometheus itself, and of the dashboard
FUNCTIONS = {"sum", "by", "rate", "histogram_quantile"}


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, set[str]]]:
    """The labels of each metric of an office that prints, copies and waits for the court."""
    folder = tmp_path_factory.mktemp("medidas")
    with open_rig(folder / "casa", settings={"copias": {"lugares": [str(folder / "copias")]}}) as rig:
        rig.taken(rig.livro())
        when = {"inicio": rig.clock(), "fim": rig.clock() + timedelta(minutes=1)}
        row = {"serventia_id": 1, "lugar": str(folder / "copias"), "situacao": "feita", **when}
        with rig.office.db.write() as conn:
            conn.execute(sa.insert(db.copia).values(**row))
        yield labels(rig)


def labels(rig: Rig) -> dict[str, set[str]]:
    client = rig.app.test_client()
    asked = client.get("/metrics", headers={"Authorization": f"Bearer {rig.key}"})
    assert asked.status_code == 200
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(asked.get_data(as_text=True)):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def rules() -> dict[str, dict[str, str]]:
    """Return the fields of each rule by its name."""
    found = {}
    for part in RULES.read_text("utf-8").split("- alert: ")[1:]:
        fields = dict(re.findall(r"^ +(\w+): (.+)$", part, re.MULTILINE))
        found[part.split("\n")[0]] = {name: value.strip('"') for name, value in fields.items()}
    return found


def named(expression: str) -> dict[str, set[str]]:
    """Return the metrics of an expression, each with the labels that it is chosen or summed by."""
    summed = {each.strip() for listed in re.findall(r"by \(([^)]*)\)", expression) for each in listed.split(",")}
    bare = re.sub(r"by \([^)]*\)|\"[^\"]*\"", "", expression)
    found = {}
    for name, chosen in re.findall(r"\b([a-z_]{2,})(?![a-z_(])\s*(?:\{([^}]*)\})?", re.sub(r"\[\w+\]", "", bare)):
        if name in FUNCTIONS or not (name.startswith("printserver_") or name == "up"):
            continue
        found[name] = set(re.findall(r"(\w+)\s*=", chosen)) | summed
    return found


def expressions() -> Iterator[tuple[str, str]]:
    for name, fields in rules().items():
        yield name, fields["expr"]
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def test_each_metric_that_a_rule_or_a_panel_names_exists_with_its_labels(metrics: dict[str, set[str]]) -> None:
    seen = set()
    for where, expression in expressions():
        wanted = named(expression)
        assert wanted, where
        for metric, by in wanted.items():
            seen.add(metric)
            if metric != "up":  # Prometheus's own
                assert metric in metrics, f"{where}: {metric}"
                assert by - OWN <= metrics[metric], f"{where}: {metric}"
    ours = {name for name in metrics if name.startswith("printserver_")}
    families = {re.sub(r"_(bucket|count|sum|created|total)$", "", name) for name in ours}
    shown = {re.sub(r"_(bucket|total)$", "", name) for name in seen}
    assert families - shown == set()  # a metric that nobody looks at is not measured for anybody


def test_a_label_in_a_text_of_a_rule_is_one_of_its_metric(metrics: dict[str, set[str]]) -> None:
    for name, fields in rules().items():
        (metric,) = named(fields["expr"])
        for label in re.findall(r"\$labels\.(\w+)", fields["summary"]):
            assert label in metrics[metric], name


def test_each_rule_says_what_it_means_and_what_to_do() -> None:
    found = rules()
    assert len(found) > 15
    for name, fields in found.items():
        assert fields["summary"].endswith("."), name
        assert fields["o_que_fazer"].endswith("."), name
        assert fields["severidade"] in ("critica", "alta", "media"), name
    tried = (DEPLOY / "prometheus" / "printserver_test.yml").read_text("utf-8")
    assert {name: tried.count(f"alertname: {name}\n") for name in found} == dict.fromkeys(found, 2)
    assert [panel["title"] for panel in BOARD["panels"] if not panel["description"]] == []


@pytest.mark.parametrize("what", [("check", "printserver.yml"), ("test", "printserver_test.yml")])
def test_promtool_takes_the_rules_and_each_fires_when_it_should(what: tuple[str, str]) -> None:
    command, file = what
    done = subprocess.run(["promtool", command, "rules", file], cwd=RULES.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
