import pytest

FOLDERS = ("/assets/", "/shop/")


def words(seen):
    return ", ".join(f"{one['status']} {one['outcome']}" for one in seen if "status" in (one or {}))


@pytest.mark.hint("`proxy_cache_path`, `proxy_cache`, and `add_header X-Cache ... always`.")
def test_copies(rig, rng):
    """What may be kept is kept, and every answer says how it came about."""
    for folder in FOLDERS:
        count = rng.randint(4, 9)
        seen = rig.fire("play", folder=folder, origin={}, steps=[["get"]] * count)
        assert seen[-1]["asked"] == 1, f"{count} requests in {folder}: {words(seen)}"
        told = [one["outcome"] for one in seen]
        assert told == ["MISS", *["HIT"] * (count - 1)], f"X-Cache said {told} in {folder}"


@pytest.mark.hint("The origin knows best: `proxy_cache_valid` is for answers that say nothing.")
def test_the_origins_time_counts(rig):
    """A copy is not used when the time that the origin gave it is over."""
    steps = [["get"], ["get"], ["get until it is no hit", 6]]
    *_, late = rig.fire("play", folder=FOLDERS[0], origin={"max_age": 1}, steps=steps)
    told = f"in {FOLDERS[0]} a copy of one second was a HIT for six"
    assert late["outcome"] != "HIT", told


@pytest.mark.hint("Two `location`s with a `proxy_cache_key` each: `$uri` has no query.")
@pytest.mark.points(2)
def test_queries(rig, rng):
    """In /assets/ the query means nothing; elsewhere it does."""
    queries = [f"?v={n}&from={rng.randint(1, 10**6)}" for n in range(4)]
    steps = [["get", query] for query in ["", *queries, *queries]]
    seen = rig.fire("play", folder="/assets/", origin={}, steps=steps)
    assert seen[-1]["asked"] == 1, f"one asset with five queries: asked {seen[-1]['asked']} times"
    seen = rig.fire("play", folder="/shop/", origin={}, steps=steps)
    assert seen[-1]["asked"] == 5, f"five queries elsewhere: asked {seen[-1]['asked']} times"
    for (_, query), one in zip(steps, seen, strict=True):
        assert one["body"].partition(" for ")[0].endswith(query), "an answer to another query"


@pytest.mark.hint("`proxy_cache_lock`.")
@pytest.mark.points(2)
def test_crowds(rig, rng):
    """Many at once, and no copy: the origin is asked once, everybody is answered."""
    for folder in FOLDERS:
        count = rng.randint(20, 30)
        seen = rig.fire("crowd", folder=folder, count=count)
        assert seen["asked"] == 1, f"{count} at once in {folder}: asked {seen['asked']} times"
        served = seen["statuses"].count(200)
        assert served == count, f"{served} of {count} were answered"


@pytest.mark.hint("`proxy_cache_revalidate`.")
@pytest.mark.points(2)
def test_not_modified(rig):
    """A copy whose time is over is confirmed, not fetched again."""
    steps = [["get"], ["get until it is no hit", 6], ["get"]]
    for folder in FOLDERS:
        first, late, last = rig.fire("play", folder=folder, origin={"max_age": 1}, steps=steps)
        assert late["outcome"] == "REVALIDATED", f"in {folder} it was {late['outcome']}"
        assert late["unchanged"] == 1, "the origin sent everything again"
        assert last["body"] == late["body"] == first["body"], "a visitor got something else"


@pytest.mark.hint("`proxy_cache_use_stale`: errors and timeouts, and the statuses by name.")
@pytest.mark.points(3)
def test_failures(rig, rng):
    """A dead or sick origin: an old copy is sent, if there is one."""
    cases = [(folder, "kill") for folder in FOLDERS]
    cases.append((rng.choice(FOLDERS), rng.choice(["500", "502", "503", "504"])))
    for folder, how in cases:
        steps = [["get"], [how], ["get until it is no hit", 6], ["get"]]
        first, _, late, last = rig.fire("play", folder=folder, origin={"max_age": 1}, steps=steps)
        named = "dead" if how == "kill" else f"answering {how}"
        for one in (late, last):
            told = f"origin {named}, copy in {folder}: {one['status']} {one['outcome']}"
            assert (one["status"], one["outcome"]) == (200, "STALE"), told
            assert one["body"] == first["body"], f"origin {named}: it is not the old copy"


@pytest.mark.hint("Leave an error an error when there is no copy.")
def test_errors_without_a_copy(rig, rng):
    """Without a copy, visitors see the error, and it is not kept."""
    status = rng.choice([500, 503])
    steps = [[str(status)], ["get"], ["well"], ["get"]]
    for folder in FOLDERS:
        _, ill, _, well = rig.fire("play", folder=folder, origin={}, steps=steps)
        assert ill["status"] == status, f"the origin said {status}, the visitor got {ill['status']}"
        assert well["status"] == 200, f"the origin is well again, the visitor got {well['status']}"


@pytest.mark.hint("`proxy_ignore_headers` for nginx, `proxy_hide_header` for the visitor.")
@pytest.mark.points(2)
def test_cookies_of_assets(rig, rng):
    """An asset is kept although the origin sets a cookie, and no visitor gets it."""
    cookie = f"visit={rng.randint(1, 10**9)}"
    seen = rig.fire("play", folder="/assets/", origin={"cookie": cookie}, steps=[["get"]] * 4)
    assert seen[-1]["asked"] == 1, f"four requests: {words(seen)}"
    assert not any(one["cookie"] for one in seen), "a visitor got the cookie"


@pytest.mark.hint("Only in /assets/: a cookie that is kept is given to everybody.")
@pytest.mark.points(2)
def test_cookies_elsewhere(rig, rng):
    """Elsewhere an answer with a cookie is not kept, and the cookie arrives."""
    cookie = f"session={rng.randint(1, 10**9)}"
    seen = rig.fire("play", folder="/shop/", origin={"cookie": cookie}, steps=[["get"]] * 3)
    assert seen[-1]["asked"] == 3, f"an answer with a cookie was kept: {words(seen)}"
    assert all(one["cookie"] == cookie for one in seen), "the cookie did not arrive"


@pytest.mark.hint("`proxy_cache_bypass` and `proxy_no_cache`, with `$cookie_session`. Both.")
@pytest.mark.points(3)
def test_sessions(rig, rng):
    """Somebody with a session gets their own answer, and nobody else gets it."""
    mine, yours = ({"Cookie": f"session={rng.randint(1, 10**9)}"} for _ in range(2))
    people = [mine, None, yours, None, mine]
    steps = [["get", "", person] for person in people]
    seen = rig.fire("play", folder="/shop/", origin={}, steps=steps)
    for one, person in zip(seen, people, strict=True):
        wanted = person["Cookie"] if person else "anybody"
        got = one["body"].partition(" for ")[2]
        assert got == wanted, f"an answer for {'a session' if person else 'anybody'} was not theirs"
    assert seen[-1]["asked"] == 4, f"asked {seen[-1]['asked']} times for three sessions' requests"


@pytest.mark.hint("Sessions matter elsewhere, not in /assets/.")
def test_sessions_and_assets(rig, rng):
    """Visitors with a session share the copies of assets."""
    people = [{"Cookie": f"session={rng.randint(1, 10**9)}"} for _ in range(4)]
    steps = [["get", "", person] for person in people]
    seen = rig.fire("play", folder="/assets/", origin={}, steps=steps)
    assert seen[-1]["asked"] == 1, f"four people with sessions: {words(seen)}"
