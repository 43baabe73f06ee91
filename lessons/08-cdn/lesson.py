"""Lesson 8 in Python: an origin and three edges. Runs alone: `python lesson.py`."""

from dataclasses import asdict
from typing import Any

import measuring
from measuring import NAME, outcomes
from origin import Origin
from system import System
from visitors import CDN, DISTANCE_MS, REGIONS, SPARED, Seen, Visitors

from lab import Lab, Observed
from lab.errors import BadConfig

lab = Lab()
system: System
OLD_IS_BETTER = "error timeout updating http_500 http_502 http_503 http_504"


@lab.setup
def start() -> None:
    """One origin, an edge in each of three regions, and visitors who come twenty times a second."""
    global system  # noqa: PLW0603  the lab has one
    system = System(lab)
    for region in REGIONS:
        lab.source_of(f"visitors-{region}", Visitors.visit)
        lab.source_of(f"edge-{region}", System.use)
    lab.source_of("origin", Origin.answer)
    system.start()
    far = ", ".join(f"{region} {ms} ms" for region, ms in DISTANCE_MS.items())
    lab.note(f"Distance is simulated: the origin waits before it answers ({far})", node="origin")
    system.traffic.start()


# -- what a learner can do


@lab.trigger
def ask(region: str = "asia", name: str = NAME) -> dict[str, Any]:
    """A visitor in a region asks for an asset, at the address that pages link to now."""
    return {
        "url": system.visitors.url(name),
        **told(system.visitors.visit(region, name, keep=True)),
    }


@lab.trigger
def page(region: str = "asia") -> dict[str, Any]:
    """A visitor opens a page with three assets, one after the other."""
    seen = [
        system.visitors.visit(region, name, keep=True) for name in ("style.css", NAME, "logo.svg")
    ]
    return {"ms": round(sum(one.ms for one in seen)), "outcomes": [one.outcome for one in seen]}


@lab.trigger
def burst(region: str = "us", count: int = 1000) -> dict[str, Any]:
    """Many visitors of one region want the same asset."""
    seen = measuring.many(system, region, min(count, 2000))
    return {"outcomes": outcomes(seen)}


@lab.trigger
def cold(count: int = 100) -> dict[str, Any]:
    """So many at once want something that no edge has."""
    crowd = measuring.at_once(system, "us", min(count, 150))
    lab.note(
        f"{crowd.visitors} at once, {crowd.origin_was_asked} reached the origin", node="origin"
    )
    return asdict(crowd)


@lab.trigger
def deploy(name: str = NAME) -> dict[str, Any]:
    """A file changes at the origin. Nobody tells the edges."""
    version = system.deploy(name)
    lab.note(f"{name} is now version {version}", node="origin")
    return {"name": name, "version": version, "pages_link_to": system.visitors.url(name)}


@lab.trigger
def purge(region: str = "all", name: str = NAME) -> dict[str, Any]:
    """Replace an edge's copy by what the origin has now; `*` makes every copy void."""
    if name == "*":
        system.purge_everything()
        lab.note("the edges' keys have a new generation: every copy is void", "bad")
        return {"purged": "everything, at every edge"}
    path = f"/assets/{system.visitors.names[name] if system.visitors.fingerprints else name}"
    chosen = REGIONS if region == "all" else (region,)
    return {one: told(system.refresh(one, CDN + path)) for one in chosen}


@lab.trigger
def kill() -> dict[str, Any]:
    """SIGKILL the origin."""
    system.origin.kill()
    lab.note("the origin is dead: only the edges' copies are left", "bad", "origin")
    return {"pid": system.origin.pid}


@lab.trigger
def revive() -> dict[str, Any]:
    """Start the origin again, with the files it had."""
    system.revive()
    return {"pid": system.origin.pid}


@lab.trigger
def production(environment: str = "") -> dict[str, Any]:
    """Switch between production and development, or to what is named."""
    now = system.visitors.environment["ENV"]
    system.visitors.environment["ENV"] = environment or {"production": "development"}.get(
        now, "production"
    )
    lab.note(
        f"ENV={system.visitors.environment['ENV']}: pages link to {system.visitors.url(NAME)}",
        "good",
    )
    return {"ENV": system.visitors.environment["ENV"], "url": system.visitors.url(NAME)}


@lab.trigger
def fingerprint(state: str = "") -> dict[str, Any]:
    """Pages link to names that say which content they mean, or to plain names."""
    system.visitors.fingerprints = state == "on" if state else not system.visitors.fingerprints
    return {"fingerprints": system.visitors.fingerprints, "url": system.visitors.url(NAME)}


@lab.trigger
def lifetime(seconds: int = 2) -> dict[str, Any]:
    """How long copies of plain names may live; copies that are there keep their time."""
    system.set_origin(max_age=seconds)
    return {"Cache-Control": f"max-age={seconds}"}


@lab.trigger
def lock(state: str = "on") -> dict[str, Any]:
    """`proxy_cache_lock`: on lets one visitor ask, and the others wait for the copy."""
    return put(lock="on" if state == "on" else "off")


@lab.trigger
def outlast(state: str = "on") -> dict[str, Any]:
    """`proxy_cache_use_stale`: on prefers an old copy to an error."""
    return put(stale=OLD_IS_BETTER if state == "on" else "off")


@lab.trigger
def spoil(how: str = "vary") -> dict[str, Any]:
    """Ruin the hit ratio with `query`, `vary` or `cookie`; `nothing` mends it."""
    system.visitors.spoiled = how
    system.set_origin(vary="User-Agent" if how == "vary" else "", cookie=how == "cookie")
    system.purge_everything()
    return {"spoiled_by": how}


@lab.trigger
def strict(state: str = "on") -> dict[str, Any]:
    """Edges that follow HTTP to the letter, with an `Age` of their own (nginx with njs)."""
    return put(strict=state == "on")


def told(seen: Seen) -> dict[str, Any]:
    """An answer in a line."""
    cached = seen.reply.headers.get("cache-control")
    return {
        "status": seen.status, "outcome": seen.outcome, "age": seen.age, "version": seen.version,
        "ms": seen.ms, "Cache-Control": cached,
    }  # fmt: skip


def put(**changes: Any) -> dict[str, Any]:
    """Reload the edges with other rules, or say why nginx cannot follow them."""
    try:
        system.use(**changes)
    except BadConfig as error:
        words = str(error).splitlines()[0]
        lab.note(f"nginx refused it and goes on as before: {words}", "bad")
        return {"refused": words}
    told = ", ".join(f"{what} {to}" for what, to in changes.items())
    lab.note(f"the edges reloaded: {told}", "good")
    return changes


# -- gauges


@lab.gauge
def hit_ratio() -> float | None:
    """Percent of the answers for which the origin was not waited for, over five seconds."""
    tags = system.visitors.outcomes.tags()
    return 100 * sum(tags.get(one, 0) for one in SPARED) / sum(tags.values()) if tags else None


@lab.gauge
def origin_requests() -> float | None:
    """Requests a second that reach the origin; nothing while it is dead."""
    return system.origin_rate(1)


@lab.gauge
def origin_kb() -> float | None:
    """Kilobytes a second that the origin sends."""
    sent = system.origin_rate(2)
    return None if sent is None else sent / 1000


@lab.gauge
def p99_eu() -> float | None:
    """99 of 100 visitors in the EU, where the origin is, were answered within this time."""
    return system.visitors.times["eu"].p(99)


@lab.gauge
def p99_us() -> float | None:
    """The same in the US."""
    return system.visitors.times["us"].p(99)


@lab.gauge
def p99_asia() -> float | None:
    """The same in Asia."""
    return system.visitors.times["asia"].p(99)


@lab.gauge
def stale_share() -> float | None:
    """Percent of the answers that were copies past their time."""
    tags = system.visitors.outcomes.tags()
    old = tags.get("STALE", 0) + tags.get("UPDATING", 0)
    return 100 * old / sum(tags.values()) if tags else None


@lab.gauge
def failing() -> float | None:
    """Percent of the visitors who got an error."""
    return (
        100 * system.visitors.outcomes.failed / system.visitors.outcomes.count
        if system.visitors.outcomes.count
        else None
    )


# -- experiments


@lab.experiment
def second_visitor() -> Observed:
    """Two visitors in Asia ask an empty edge for the same asset."""
    with system.calm():
        first, second = system.visitors.visits("asia", NAME, 2)
    choice = {("MISS", "HIT"): "miss_hit", ("MISS", "MISS"): "miss_miss"}
    return lab.observed(
        choice.get((first.outcome, second.outcome), "other"),
        outcomes=[first.outcome, second.outcome], ms=[first.ms, second.ms],
    )  # fmt: skip


@lab.experiment
def thousand() -> Observed:
    """A thousand visitors in the US, then a hundred in each of the other regions."""
    with system.calm():
        seen = measuring.many(system, "us", 1000)
        asked = system.counts()["requests"]
        for region in ("eu", "asia"):
            measuring.many(system, region, 100)
        regions = system.counts()["regions"]
    choice = {1: "one", 3: "three", 1000: "all"}.get(asked, "other")
    return lab.observed(
        choice, visitors=len(seen), origin_was_asked=asked, by_the_three_edges=regions
    )


@lab.experiment
def from_our_own() -> Observed:
    """Not in production: twelve visitors in Asia follow the page's links."""
    with system.calm():
        system.visitors.environment["ENV"] = "development"
        url = system.visitors.url(NAME)
        seen = system.visitors.visits("asia", NAME, 12)
        asked = system.counts()["requests"]
    choice = {12: "all", 1: "one"}.get(asked, "other")
    quickest = min(one.ms for one in seen)
    return lab.observed(choice, url=url, origin_was_asked=asked, quickest_ms=quickest)


@lab.experiment
def ageing() -> Observed:
    """A copy may live for two seconds, and the file does not change. Somebody keeps asking."""
    with system.calm(max_age=2):
        seen, _ = measuring.watch(system, "us", lambda one: one.outcome not in ("MISS", "HIT"))
        after = system.visitors.visit("us", NAME)
        counts = system.counts()
    asked = (counts["bodies"], counts["not_modified"])
    choice = {(1, 1): "not_modified", (2, 0): "whole", (1, 0): "nothing"}.get(asked, "other")
    return lab.observed(
        choice, ages=[one.age for one in seen], then=seen[-1].outcome, age_after=after.age,
        origin_sent={"bodies": asked[0], "304": asked[1], "bytes": counts["bytes"]},
    )  # fmt: skip


@lab.experiment
def crowd() -> Observed:
    """A hundred at once want what the edge does not have; the origin answers when all have come."""
    return crowd_at("off")


@lab.experiment
def crowd_with_lock() -> Observed:
    """The same with `proxy_cache_lock on`."""
    return crowd_at("on")


def crowd_at(state: str) -> Observed:
    """A hundred at once, with the lock on or off."""
    with system.calm(lock=state):
        seen = measuring.at_once(system, "us", 100)
    choice = {1: "one", 100: "all"}.get(seen.origin_was_asked, "other")
    return lab.observed(choice, **asdict(seen))


@lab.experiment
def origin_dead() -> Observed:
    """The origin dies while a copy is fresh; visitors keep asking until its time is over."""
    facts = {name: without_origin(stale) for name, stale in (("off", "off"), ("on", OLD_IS_BETTER))}
    ends = (facts["off"]["at_the_end"], facts["on"]["at_the_end"])
    choice = {
        ("502", "STALE 200"): "error_or_stale", ("502", "502"): "error",
        ("STALE 200", "STALE 200"): "stale",
    }.get(ends, "other")  # fmt: skip
    return lab.observed(choice, as_nginx_comes=facts["off"], with_use_stale=facts["on"])


def without_origin(stale: str) -> dict[str, Any]:
    """Fill a copy, kill the origin, ask until the answer is no HIT."""
    with system.calm(max_age=1, stale=stale):
        system.visitors.visit("us", NAME)
        system.origin.kill()
        seen, _ = measuring.watch(system, "us", lambda one: one.outcome != "HIT")
        last = seen[-1]
    end = "502" if last.status == 502 else f"{last.outcome} {last.status}"
    kinds = ", ".join(sorted({one.outcome for one in seen[:-1]}))
    return {"while_fresh": kinds, "at_the_end": end}


@lab.experiment
def while_revalidating() -> Observed:
    """The origin allows `stale-while-revalidate`; a new version is there when the copy ends."""
    with system.calm(max_age=1, more=", stale-while-revalidate=60"):
        first = system.visitors.visit("asia", NAME)
        system.deploy(NAME)
        seen, _ = measuring.watch(system, "asia", lambda one: one.outcome != "HIT")
        late = seen[-1]
        news, _ = measuring.watch(system, "asia", lambda one: one.version != first.version)
    waited = late.ms >= DISTANCE_MS["asia"]
    choice = "waits" if waited else "old_at_once" if late.version == first.version else "new"
    return lab.observed(
        choice, first_after_the_end=told(late), a_later_one=told(news[-1]), far_ms=first.ms
    )


@lab.experiment
def query_order() -> Observed:
    """Sixty visitors ask with the same three parameters, in any of their six orders."""
    queries = measuring.orders_of_a_query(60)
    lab.random.shuffle(queries)
    with system.calm():
        seen, asked = measuring.with_queries(system, queries)
    with system.calm(key="$uri"):
        _, without = measuring.with_queries(system, queries)
    choice = {1: "one", 6: "six", 60: "all"}.get(asked, "other")
    return lab.observed(
        choice, outcomes=outcomes(seen), origin_was_asked=asked, with_the_query_left_out=without
    )


@lab.experiment
def vary() -> Observed:
    """Sixty visitors with twenty browsers, and an origin that says `Vary: User-Agent`."""
    with system.calm(vary="User-Agent"):
        seen, asked = measuring.with_browsers(system, 60, 20)
    choice = {1: "one", 20: "twenty", 60: "all"}.get(asked, "other")
    return lab.observed(choice, outcomes=outcomes(seen), origin_was_asked=asked)


@lab.experiment
def cookie() -> Observed:
    """Sixty visitors, and an origin that sets a cookie with each asset."""
    with system.calm(cookie=True):
        seen = system.visitors.visits("eu", NAME, 60)
        asked = system.counts()["requests"]
    choice = {1: "one", 60: "all"}.get(asked, "other")
    return lab.observed(choice, outcomes=outcomes(seen), origin_was_asked=asked)


@lab.experiment
def same_name() -> Observed:
    """A deploy changes a file that keeps its name. Copies live for two seconds."""
    with system.calm(max_age=2):
        before = system.visitors.visit("us", NAME)
        system.deploy(NAME)
        seen, seconds = measuring.watch(system, "us", lambda one: one.version != before.version)
    at_once, at_last = seen[0].version != before.version, seen[-1].version != before.version
    choice = "at_once" if at_once else "when_it_ends" if at_last else "never"
    return lab.observed(
        choice, version_before=before.version, first_after_the_deploy=told(seen[0]),
        old_ones=len(seen) - 1, seconds_until_new=seconds,
    )  # fmt: skip


@lab.experiment
def new_name() -> Observed:
    """The same deploy, but pages link to fingerprinted names; and somebody has yesterday's page."""
    with system.calm(fingerprints=True):
        yesterday = system.visitors.url(NAME)
        before = system.visitors.visit("us", NAME)
        version = system.deploy(NAME)
        after = system.visitors.visit("us", NAME)
        old_page = system.visitors.ask("us", yesterday)
    new, kept = after.version == version, old_page.version == before.version
    choice = {(True, True): "new_and_old", (True, False): "broken"}.get((new, kept), "old")
    return lab.observed(
        choice, yesterday=yesterday.rpartition("/")[2], today=system.visitors.names[NAME],
        new_page=told(after), old_page=told(old_page),
    )  # fmt: skip


@lab.experiment
def purge_one() -> Observed:
    """All three edges have a copy; after a deploy it is purged at one of them."""
    with system.calm():
        for region in REGIONS:
            system.visitors.visit(region, NAME)
        version = system.deploy(NAME)
        system.refresh("us", system.visitors.url(NAME))
        versions = {region: system.visitors.visit(region, NAME).version for region in REGIONS}
    fresh = [region for region, one in versions.items() if one == version]
    choice = {("us",): "one", REGIONS: "all"}.get(tuple(fresh), "none")
    return lab.observed(choice, purged="us", deployed=version, versions=versions)


if __name__ == "__main__":
    lab.play(
        ask, ask, page, burst, cold, deploy, ask, purge, kill, outlast, ask, revive, production,
        ask, production, fingerprint, ask, strict, second_visitor, thousand, from_our_own, ageing,
        crowd, crowd_with_lock, origin_dead, while_revalidating, query_order, vary, cookie,
        same_name, new_name, purge_one,
    )  # fmt: skip
