"""Directives as a dictionary, joined at the end."""

from datetime import timedelta

YEAR = timedelta(seconds=31_536_000)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def control(**directives):
    parts = []
    for name, value in directives.items():
        name = name.replace("_", "-")
        if isinstance(value, timedelta):
            value = int(value.total_seconds())
        parts.append(name if value is True else f"{name}={value}")
    return {"Cache-Control": ", ".join(parts)}


def cache_headers(kind, seconds):
    if kind == "asset":
        return control(max_age=YEAR, immutable=True)
    if kind == "page":
        return control(max_age=0, s_maxage=timedelta(seconds=seconds), stale_if_error=DAY)
    if kind == "news":
        headers = control(max_age=seconds, stale_while_revalidate=MINUTE)
        headers["Vary"] = "Accept-Language"
        return headers
    if kind == "account":
        return control(private=True, no_cache=True)
    return control(no_store=True)
