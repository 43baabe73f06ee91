"""Decorates functions that ask the rig's origin, so that the rig can count what gets through."""

import http.client
import json
import os
import threading

from submission import cache, connect

PATIENCE_SECONDS = 4
rig = json.loads(os.environ["LAB_RIG"])
store = connect(rig["redis_url"])


def ask(*question):
    """Ask the origin; a refusal is a LookupError."""
    connection = http.client.HTTPConnection("127.0.0.1", rig["origin_port"], timeout=5)
    try:
        connection.request("POST", "/", body=json.dumps(question))
        answer = connection.getresponse()
        if answer.status != 200:
            raise LookupError("the origin is out of order")
        return json.loads(answer.read())
    finally:
        connection.close()


def product(key, lang="en", unit="eur"):
    """A function to decorate."""
    return ask("product", key, lang, unit)


def price(key, lang="en", unit="eur"):
    """Another one, with the same arguments."""
    return ask("price", key, lang, unit)


def read(function, args, kwargs, ttl):
    """Call a decorated function; one that takes too long is a TimeoutError."""
    decorated = cache(ttl=ttl, store=store)({"product": product, "price": price}[function])
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
