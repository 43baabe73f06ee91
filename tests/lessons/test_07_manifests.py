"""Lesson 07's manifests: what is refused, what is read, and how they reach a real cluster."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

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
        ("autoscaling/v2", "autoscaling/v2beta2", 41, "serves no 'autoscaling/v2beta2"),
        ("autoscaling/v2", "autoscaling/v1", 49, "has no field 'metrics'"),
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
        ("labels: {app: web}", "labels: &l {app: *l}", 15, "its own alias"),
        ("containerPort: 8000", "containerPort: 80000", 2, "is no port"),
        ("maxSurge: 1, maxUnavailable: 1", "maxSurge: 0, maxUnavailable: 0%", 2, "may not be 0"),
    ],
)
def test_what_kubernetes_would_refuse_is_refused_with_its_line(what, to, line, words):
    assert what in YAML
    workload, problems = load(YAML.replace(what, to, 1))
    assert workload is None
    lines = [one.line for one in problems if words in one.words]
    assert lines[:1] == [line], problems


def kept(text):
    """What the file says of the autoscaler and the pods, however it is written."""
    workload, problems = load(text)
    assert not problems, problems
    return workload.autoscaler, workload.request, workload.limit, workload.probe, workload.endpoints


def test_what_kubernetes_takes_is_read_the_same_however_it_is_written():
    usual = kept(YAML)
    documents = list(yaml.safe_load_all(YAML))
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": documents[::-1]})
    anchored = YAML.replace("matchLabels: {app: web}", "matchLabels: &l {app: web}").replace(
        "labels: {app: web}", "labels: {<<: *l, tier: front}"
    )
    assert "*l" in anchored
    spelled = YAML.replace("cpu: 250m", "cpu: 25e-2").replace("cpu: 500m", "cpu: 0.5")
    for text in (listed, anchored, spelled, f"{YAML}---\n", f"---\n---\n{YAML}...\n"):
        assert kept(text) == usual


def test_the_first_version_of_the_autoscaler_is_read_as_the_second():
    first, rest = YAML.split("autoscaling/v2")
    rest = rest.partition("  metrics:")[0] + "  targetCPUUtilizationPercentage: 60\n"
    assert kept(f"{first}autoscaling/v1{rest}") == kept(YAML)


def test_selectors_may_have_expressions():
    told = "{key: app, operator: %s, values: [web, shop]}"
    text = YAML.replace("matchLabels: {app: web}", f"matchExpressions: [{told % 'In'}]", 1)
    assert kept(text) == kept(YAML)
    workload, problems = load(text.replace("operator: In", "operator: NotIn"))
    assert workload is None
    assert "does not match the labels" in problems[0].words


@pytest.mark.parametrize(
    "more",
    [
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\n"
        "spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b, c: 2001-01-01}",
    ],
)
def test_what_stands_beside_it_changes_nothing(more):
    assert kept(f"{YAML}---\n{more}\n") == kept(YAML)


@pytest.mark.parametrize(
    ("what", "to", "words"),
    [
        ("kind: Service\n", "kind: LimitRange\n", "does not know 'v1 LimitRange'; it knows: apps"),
        ("httpGet: {path: /, port: http}", "exec: {command: [ls]}", "a readinessProbe by exec"),
        ("name: cpu\n", "name: memory\n", "does not know the usage of 'memory'"),
        ("replicas: 2 ", "paused: true ", "a paused Deployment"),
        ("maxReplicas: 5", "maxReplicas: 500", "room for 10 pods"),
    ],
)
def test_what_only_this_lab_does_not_know_is_said_as_that(what, to, words):
    assert what in YAML
    workload, problems = load(YAML.replace(what, to, 1))
    assert workload is None
    assert problems[0].is_ours
    assert words in problems[0].words


HOSTILE = {
    "brackets": "[" * 49_000,
    "dashes": "- " * 24_000,
    "unfolding": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghij")),
    "its own alias": "a: &a {<<: *a}",
    "keys that are no words": "? [a, {b: c}]\n: d",
    "many unknown fields": YAML + "".join(f"  unknown{n}: 1\n" for n in range(2_000)),
    "another tag": YAML.replace("labels: {app: web}", "labels: {app: !!python/name:os.system x}"),
    "no containers": YAML.replace("containers:", "containers: []\n      initContainers:"),
    "a kind that is no word": YAML.replace("kind: Deployment", "kind: [{a: b}]", 1),
    "a list of nothing": "apiVersion: v1\nkind: List\nitems: [3, [], null]",
    "a number without end": YAML.replace("replicas: 2", "replicas: " + "9" * 4_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_in_a_sentence(name):
    workload, problems = load(HOSTILE[name])
    assert workload is None
    assert 0 < len(problems) < 100
    assert max(len(str(one)) for one in problems) < 500


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
    ("text", "thousandths"),
    [
        ("250m", 250),
        ("1", 1000),
        ("0.5", 500),
        ("64Mi", 67108864000),
        ("1e3", 1_000_000),
        ("25E-2", 250),
        (".25", 250),
        ("250000u", 250),
        ("1n", 1),
        ("2Ki", 2_048_000),
        (0.1, 100),
    ],
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
