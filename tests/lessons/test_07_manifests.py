"""Lesson 07's manifests: what is refused, what is read, and how they reach a real cluster."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lessons.running_autoscaler import LESSON, Behavior, Metric, Spec, load, milli

YAML = (LESSON / "web.yaml").read_text()


def test_the_lab_s_manifests_are_accepted_and_read():
    workload, problems = load(YAML)
    assert not problems
    assert workload is not None
    assert (workload.request, workload.limit, workload.rolling(4)) == (250, 500, (1, 1))
    assert workload.autoscaler == Spec(2, 5, (Metric("Resource", "cpu", "Utilization", 60),))


@pytest.mark.parametrize(
    ("what", "to", "line", "words"),
    [
        ("maxReplicas", "maxReplica", 48, "Did you mean 'maxReplicas'?"),
        ("minReplicas: 2", 'minReplicas: "2"', 47, "should be of type integer"),
        ("cpu: 250m", "cpu: 250x", 29, "'250x' is no quantity"),
        ('value: "20"', "value: 20", 24, "put it in quotes"),
        ("minReplicas: 2", "minReplicas: 2\n  minReplicas: 3", 48, "twice"),
        ("minReplicas: 2", "minReplicas: 9", 41, "at most maxReplicas"),
        ("cpu: 250m", "cpu: 600m", 2, "requests more cpu than its limit"),
        ("{app: web}\n  strategy", "{app: shop}\n  strategy", 2, "does not match the labels"),
        ("autoscaling/v2", "autoscaling/v1", 41, "none of the kinds used here"),
        (
            "metadata:\n  name: web\nspec:\n  replicas",
            "spec:\n  replicas",
            2,
            "lacks metadata.name",
        ),
        ("{type: Utilization, averageUtilization: 60}", "{type: Value}", 41, "needs value"),
        ("maxReplicas: 5", "maxReplicas: 500", 0, "room for 10 pods"),
        ("maxReplicas: 5", "maxReplicas:", 46, "lacks the field 'maxReplicas'"),
        ("replicas: 2 ", "replicas: [2", 8, "this is no YAML"),
        ("labels: {app: web}", "labels: &l {app: web}\n      annotations: *l", 16, "aliases"),
    ],
)
def test_what_kubernetes_would_refuse_is_refused_with_its_line(what, to, line, words):
    assert what in YAML
    workload, problems = load(YAML.replace(what, to, 1))
    assert workload is None
    lines = [one.line for one in problems if words in one.words]
    assert lines[:1] == [line], problems


def test_a_limit_stands_in_for_a_request_that_is_missing():
    workload, _ = load(YAML.replace("requests: {cpu: 250m, memory: 64Mi}", "requests: {}"))
    assert workload is not None
    assert workload.request == 500


def test_behavior_is_filled_up_with_the_defaults():
    more = "  behavior:\n    scaleDown: {stabilizationWindowSeconds: 60, tolerance: 0.05}\n"
    workload, problems = load(YAML + more)
    assert not problems
    assert workload is not None
    assert workload.autoscaler is not None
    behavior = workload.autoscaler.behavior
    assert behavior is not None
    assert (behavior.down.window, behavior.down.tolerance) == (60, 0.05)
    assert behavior.up == Behavior().up


@pytest.mark.parametrize(
    ("text", "thousandths"), [("250m", 250), ("1", 1000), ("0.5", 500), ("64Mi", 67108864000)]
)
def test_quantities(text, thousandths):
    assert milli(text) == thousandths


def applied(tmp_path: Path, *arguments: str, kubectl: str = "") -> subprocess.CompletedProcess[str]:
    """apply.py with a kubectl of ours on the PATH, or with none."""
    if kubectl:
        program = tmp_path / "kubectl"
        program.write_text(f"#!/bin/sh\n{kubectl}\n")
        program.chmod(0o755)
    return subprocess.run(
        [sys.executable, str(LESSON / "apply.py"), *arguments],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_without_kubectl_nothing_is_applied_and_it_says_so(tmp_path):
    done = applied(tmp_path, "--context", "mine")
    assert done.returncode == 3
    assert "no kubectl" in done.stdout


def test_a_context_must_be_named(tmp_path):
    done = applied(tmp_path, kubectl='echo "$@"')
    assert done.returncode == 2
    assert "--context" in done.stderr


def test_the_first_call_is_a_dry_run(tmp_path):
    dry = applied(tmp_path, "--context", "mine", kubectl='echo "$@"')
    assert "--context mine" in dry.stdout
    assert "--dry-run=server" in dry.stdout
    real = applied(tmp_path, "--context", "mine", "--really", kubectl='echo "$@"')
    assert "--dry-run" not in real.stdout
    failed = applied(tmp_path, "--context", "mine", kubectl="exit 1")
    assert failed.returncode == 1
