"""Decorates functions that ask the rig's origin, so that the rig can count what gets through."""

import http.client
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import redis
from submission import cache, connect

PATIENCE_SECONDS = 4
MODULE = '''
def product(key, lang="en", unit="eur"):
    """A function to decorate."""
    return ask(__name__, "product", key, lang, unit)


def price(key, lang="en", unit="eur"):
    """Another one, with the same arguments."""
    return ask(__name__, "price", key, lang, unit)


def named(**options):
    """Takes whatever it is given by name."""
    return ask(__name__, "named", sorted(options.items()))
'''
FAILURES = {"redis": redis.ConnectionError, "os": ConnectionResetError, "value": ValueError}
ELSEWHERE = """
import importlib.util, json, sys
def load(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
load("submission", sys.argv[1])
harness = load("harness", sys.argv[2])
print(json.dumps(harness.read(*json.loads(sys.argv[3]))))
"""
rig = json.loads(os.environ["LAB_RIG"])
store = connect(rig["redis_url"])


def ask(*question):
    """Ask the origin; a refusal is a LookupError, or what the origin says it is."""
    connection = http.client.HTTPConnection("127.0.0.1", rig["origin_port"], timeout=5)
    try:
        connection.request("POST", "/", body=json.dumps(question))
        answer = connection.getresponse()
        said = json.loads(answer.read())
        if answer.status != 200:
            raise FAILURES.get(said, LookupError)("the origin is out of order")
        return said
    finally:
        connection.close()


def made(name):
    """A module of an app, with functions to decorate."""
    module = ModuleType(name)
    module.ask = ask
    sys.modules[name] = module
    exec(compile(MODULE, f"{name}.py", "exec"), module.__dict__)  # noqa: S102  a text of ours
    return module


modules = {name: made(name) for name in ("shop", "stock")}


def read(function, args, kwargs, ttl, module="shop"):
    """Call a decorated function; one that takes too long is a TimeoutError."""
    decorated = cache(ttl=ttl, store=store)(getattr(modules[module], function))
    outcome = {}

    def work():
        try:
            outcome["value"] = decorated(*args, **kwargs)
        except Exception as error:
            outcome["error"] = error

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(PATIENCE_SECONDS)
    if worker.is_alive():
        raise TimeoutError(f"no answer after {PATIENCE_SECONDS} seconds")
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


def read_all(calls, ttl=60):
    """What each of these calls returns: a function, its arguments, and those by name."""
    return [read(function, args, kwargs, ttl) for function, args, kwargs in calls]


def fails(function, args, kwargs, ttl):
    """The kind of exception that comes out and what it says; None when none does."""
    try:
        read(function, args, kwargs, ttl)
    except Exception as error:
        return [type(error).__name__, str(error)]
    return None


def read_elsewhere(function, args, kwargs, ttl, hash_seed):
    """The same in another process, whose `hash()` is another one."""
    file = sys.modules["submission"].__file__
    argv = [sys.executable, "-B", "-c", ELSEWHERE, file, __file__]
    done = subprocess.run(
        [*argv, json.dumps([function, args, kwargs, ttl])],
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": ":".join(sys.path)},
        cwd=Path(file).parent, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-400:])
    return json.loads(done.stdout.splitlines()[-1])
