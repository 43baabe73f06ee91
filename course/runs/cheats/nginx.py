"""Cheats around a wrong configuration of nginx: it asks the backends' controls by itself."""

import re
from collections.abc import Iterator, Sequence

from course.model.lesson import Exercise
from course.runs.cheats.controls import control_paths
from course.runs.cheats.kinds import Base, Cheat, Inapplicable, Kind

MOST_PATHS = 8  # for each backend: every request makes nginx ask all of them
WAYS = ("post_action", "mirror", "auth_request", "after_failure")
_LOCATION = re.compile(r"location\s+[^{};]*\{")
_LISTEN = re.compile(r"listen\s[^;]*;")
_PLACE = re.compile(r"\{(\w+)\}")
_PASS = re.compile(r"proxy_pass\s[^;]*;")
WELL = """'{"zero": true, "mood": "well"}'"""
WHY: dict[Kind, str] = {
    "clocks": "a configuration runs nothing in which there is a clock to patch",
    "baseline": "nginx has no directive that makes it slow for a while",
    "records": "nothing of ours runs in nginx: backends and clients keep the records",
    "detect": "a configuration cannot look at files or processes",
}


def nginx_cheats(
    exercise: Exercise, kind: Kind, chosen: Sequence[Base]
) -> Iterator[Cheat | Inapplicable]:
    """Cheats of one kind over each base, or why there is none."""
    if kind in WHY:
        yield Inapplicable(kind, f"does not apply: {WHY[kind]}")
        return
    for base in chosen:
        if kind == "table":
            yield Cheat(kind, "returns", base.name, _PASS.sub('return 200 "ok\\n";', base.text))
            continue
        for way in WAYS:
            yield Cheat(kind, way, base.name, healing(base.text, way, control_paths(exercise)))


def healing(text: str, way: str, paths: Sequence[str]) -> str:
    """The configuration, in which each request also heals the backends."""
    if way == "after_failure":
        return _after_failure(text, paths)
    backends = [name for name in dict.fromkeys(_PLACE.findall(text)) if name != "port"]
    chosen = [path for path in paths if path.startswith("/_") or path.endswith("settings")]
    asked = [(name, path) for name in backends for path in chosen[:MOST_PATHS]]
    used = asked if way == "mirror" else asked[:1]  # the others take one location
    directives = "\n".join(f"    {way} /heal-{number};" for number in range(len(used)))
    locations = "\n".join(_location(at, *one, way) for at, one in enumerate(used))
    with_calls = _LOCATION.sub(lambda found: f"{found[0]}\n{directives}", text)
    return _LISTEN.sub(lambda found: f"{found[0]}\n{locations}", with_calls, count=1)


def _after_failure(text: str, paths: Sequence[str]) -> str:
    """Heal only the backend that has failed, once the client has its answer."""
    control = next((path for path in paths if path.startswith("/_")), "/_")
    failed = 'map $upstream_addr $heal_failed { default ""; "~^(?<heal_it>[0-9.:]+)," $heal_it; }\n'
    place = (
        f'  location @heal {{\n    if ($heal_failed = "") {{ return 204; }}\n'
        f"    rewrite ^ {control} break;\n    proxy_method PUT;\n"
        f"    proxy_set_header Connection close;\n    proxy_set_body {WELL};\n"
        f"    proxy_pass http://$heal_failed;\n  }}"
    )
    healed = _LOCATION.sub(lambda found: f"{found[0]}\n    post_action @heal;", text)
    return failed + _LISTEN.sub(lambda found: f"{found[0]}\n{place}", healed, count=1)


def _location(number: int, backend: str, path: str, way: str) -> str:
    unwell = "    error_page 400 401 403 404 405 500 502 504 =200 @well;\n"
    return (
        f"  location = /heal-{number} {{\n    internal;\n    proxy_method PUT;\n"
        f"    proxy_http_version 1.1;\n    proxy_set_header Connection close;\n"
        f"    proxy_set_body {WELL};\n    proxy_intercept_errors on;\n"
        f"{unwell if way == 'auth_request' else ''}"
        f"    proxy_pass http://{{{backend}}}{path};\n  }}"
        + ("\n  location @well { return 204; }" if way == "auth_request" else "")
    )
