"""Lesson 07's modules for tests; their plain names (`cluster`, `worker`) stay free for others."""

from pathlib import Path

from tests.lessons.lesson_code import modules

LESSON = Path(__file__).parents[2] / "lessons" / "07-autoscaling"


# Every module of the lesson but lesson.py itself, which is a lab, and apply.py, a program.
_names = [path.stem for path in LESSON.glob("*.py") if path.stem not in ("lesson", "apply")]
_modules = dict(zip(_names, modules(LESSON, *_names), strict=True))
Cluster = _modules["cluster"].Cluster
lost = _modules["cluster"].lost
sent = _modules["cluster"].sent
LONG_AGO = _modules["counting"].LONG_AGO
Fleet = _modules["counting"].Fleet
Pod = _modules["counting"].Pod
Sample = _modules["counting"].Sample
Settings = _modules["counting"].Settings
Unknown = _modules["counting"].Unknown
by_average = _modules["counting"].by_average
by_share = _modules["counting"].by_share
by_utilization = _modules["counting"].by_utilization
by_value = _modules["counting"].by_value
group = _modules["counting"].group
Controller = _modules["hpa"].Controller
Metric = _modules["hpa"].Metric
Seen = _modules["hpa"].Seen
Spec = _modules["hpa"].Spec
load = _modules["manifests"].load
Behavior = _modules["pacing"].Behavior
History = _modules["pacing"].History
Policy = _modules["pacing"].Policy
Remembered = _modules["pacing"].Remembered
Rules = _modules["pacing"].Rules
Step = _modules["pacing"].Step
changed = _modules["pacing"].changed
limit_by_policies = _modules["pacing"].limit_by_policies
limit_plainly = _modules["pacing"].limit_plainly
pace = _modules["pacing"].pace
stabilize = _modules["pacing"].stabilize
stabilize_down = _modules["pacing"].stabilize_down
cpu_seconds = _modules["pods"].cpu_seconds
milli = _modules["quantities"].milli
Worker = _modules["worker"].Worker
