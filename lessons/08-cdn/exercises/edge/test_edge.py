import pytest

FOLDERS = ("/assets/", "/shop/")
ELSEWHERE = ("/shop/", "/assets-of-old/", "/shop/assets/")
SICK = ("500", "502", "503", "504")
PATIENCE = 8  # seconds, for a copy of one


def words(seen):
    return ", ".join(f"{one['status']} {one['outcome']}" for one in seen if "status" in (one or {}))


def is_copy(one, first):
    """Whether an answer is the one that came before, with the word that the origin drew for it."""
    return first["word"] and one["word"] == first["word"]


@pytest.mark.hint("`proxy_cache_path`, `proxy_cache`, and `add_header X-Cache ... always`.")
def test_copies(rig, rng):
    """What may be kept is kept, and every answer says how it came about."""
    for folder in (*FOLDERS, "/"):
        count = rng.randint(4, 9)
        seen = rig.fire("play", folder=folder, origin={}, steps=[["get"]] * count)
        told = [one["outcome"] for one in seen]
        assert told == ["MISS", *["HIT"] * (count - 1)], f"X-Cache said {told} in {folder}"
        assert seen[-1]["asked"] == 1, f"{count} requests in {folder}: {words(seen)}"
        same = [is_copy(one, seen[0]) for one in seen]
        assert all(same), f"not everybody in {folder} got the origin's answer"


@pytest.mark.hint("The origin knows best: `proxy_cache_valid` is for answers that say nothing.")
def test_the_origins_time_counts(rig):
    """A copy is not used when its time is over, and not made where the origin forbids it."""
    for folder in FOLDERS:
        steps = [["get"], ["get"], ["get until it is no hit", PATIENCE]]
        *_, late = rig.fire("play", folder=folder, origin={"max_age": 1}, steps=steps)
        told = f"in {folder} a copy of one second was a HIT for {PATIENCE}"
        assert late["outcome"] != "HIT", told
        for control in ("no-store", "private", "max-age=0", "no-cache"):
            seen = rig.fire("play", folder=folder, origin={"control": control}, steps=[["get"]] * 3)
            told = f"in {folder}, with Cache-Control: {control}: {words(seen)}"
            assert seen[-1]["asked"] == 3, told


@pytest.mark.hint("`add_header` with `always`: errors are answers, too.")
def test_every_answer_says_how_it_came_about(rig):
    """X-Cache is there on errors and for people with a session as well."""
    person = {"Cookie": "session=7"}
    for folder in FOLDERS:
        steps = [
            ["404"],
            ["get"],
            ["503"],
            ["get"],
            ["well"],
            ["get", "", person],
            ["kill"],
            ["get"],
        ]
        seen = [one for one in rig.fire("play", folder=folder, origin={"max_age": 0}, steps=steps)
                if "status" in (one or {})]  # fmt: skip
        lacking = [one["status"] for one in seen if one["outcome"] == "no X-Cache"]
        assert not lacking, f"in {folder} answers with {lacking} said nothing"


@pytest.mark.hint("Two `location`s with a `proxy_cache_key` each: `$uri` has no query.")
@pytest.mark.points(2)
def test_queries(rig, rng):
    """In /assets/ the query means nothing; elsewhere it does."""
    queries = [f"?v={n}&from={rng.randint(1, 10**6)}" for n in range(3)] + ["?x"]
    steps = [["get", query] for query in ["", *queries, *queries]]
    seen = rig.fire("play", folder="/assets/", origin={}, steps=steps)
    assert seen[-1]["asked"] == 1, f"one asset with five queries: asked {seen[-1]['asked']} times"
    assert all(is_copy(one, seen[0]) for one in seen), "not everybody got the one copy"
    for folder in ELSEWHERE:
        seen = rig.fire("play", folder=folder, origin={}, steps=steps)
        told = f"five queries in {folder}: asked {seen[-1]['asked']} times"
        assert seen[-1]["asked"] == 5, told
        for (_, query), one in zip(steps, seen, strict=True):
            right = one["target"].endswith(query) and ("?" in one["target"]) == bool(query)
            assert right, f"in {folder} {query!r} got the answer to {one['target']!r}"


@pytest.mark.hint("`proxy_cache_lock`.")
@pytest.mark.points(2)
def test_crowds(rig, rng):
    """Many at once, and no copy: the origin is asked once, everybody gets its answer."""
    for folder in FOLDERS:
        count = rng.randint(20, 30)
        seen = rig.fire("crowd", folder=folder, count=count)
        assert seen["asked"] == 1, f"{count} at once in {folder}: asked {seen['asked']} times"
        served = seen["statuses"].count(200)
        assert served == count, f"{served} of {count} were answered"
        assert seen["words"] == 1, f"{count} at once in {folder} got {seen['words']} answers"


@pytest.mark.hint("`proxy_cache_revalidate`.")
@pytest.mark.points(2)
def test_not_modified(rig):
    """A copy whose time is over is confirmed, not fetched again."""
    steps = [["get"], ["get until it is no hit", PATIENCE],
             ["get until the origin was asked", PATIENCE], ["get"]]  # fmt: skip
    for folder in FOLDERS:
        first, late, asked, last = rig.fire(
            "play", folder=folder, origin={"max_age": 1}, steps=steps
        )
        told = f"in {folder} it was {late['outcome']}, and the origin sent everything again"
        assert asked["unchanged"] > 0, told
        assert asked["unchanged"] == asked["asked"] - 1, told
        same = [is_copy(one, first) for one in (late, last)]
        assert all(same), "a visitor got something else"


@pytest.mark.hint("`proxy_cache_use_stale`: errors and timeouts, and the statuses by name.")
@pytest.mark.points(3)
def test_failures(rig):
    """A dead or sick origin: an old copy is sent, if there is one."""
    seen = rig.fire("outages", folders=list(FOLDERS), statuses=list(SICK), patience=PATIENCE)
    for case in seen:
        named = "dead" if case["how"] == "kill" else f"answering {case['how']}"
        for one in (case["late"], case["last"]):
            told = f"origin {named}, copy in {case['folder']}: {one['status']} {one['outcome']}"
            assert one["status"] == 200, told
            assert is_copy(one, case["first"]), f"origin {named}: it is not the old copy"
            assert one["outcome"] in ("STALE", "UPDATING"), told


@pytest.mark.hint("Leave an error an error when there is no copy, and keep none.")
def test_errors_without_a_copy(rig):
    """Without a copy, visitors see the error, and it is not kept."""
    for folder in FOLDERS:
        for status in SICK:
            steps = [[status], ["get"], ["well"], ["get"]]
            _, ill, _, well = rig.fire("play", folder=folder, origin={}, steps=steps)
            told = f"the origin said {status} in {folder}, the visitor got {ill['status']}"
            assert ill["status"] == int(status), told
            told = f"the origin is well again, the visitor got {well['status']}"
            assert well["status"] == 200, told
        _, dead = rig.fire("play", folder=folder, origin={}, steps=[["kill"], ["get"]])
        assert dead["status"] >= 500, f"the origin is dead, the visitor got {dead['status']}"


@pytest.mark.hint("`proxy_cache_use_stale` names what is a failure; `http_404` is none.")
def test_a_404_is_an_answer(rig):
    """A 404 reaches visitors, although there is an old copy."""
    steps = [["get"], ["404"], ["get until it is no hit", PATIENCE], ["get"]]
    for folder in FOLDERS:
        *_, late, last = rig.fire("play", folder=folder, origin={"max_age": 1}, steps=steps)
        told = f"in {folder} it is gone, and visitors got {words([late, last])}"
        assert last["status"] == 404, told


@pytest.mark.hint("`proxy_ignore_headers` for nginx, `proxy_hide_header` for the visitor.")
@pytest.mark.points(2)
def test_cookies_of_assets(rig, rng):
    """An asset is kept although the origin sets a cookie, and no visitor gets it."""
    for name in ("visit", "session"):
        origin = {"cookie": f"{name}={rng.randint(1, 10**9)}; Path=/; HttpOnly"}
        seen = rig.fire("play", folder="/assets/", origin=origin, steps=[["get"]] * 4)
        assert seen[-1]["asked"] == 1, f"four requests: {words(seen)}"
        assert not any(one["cookie"] for one in seen), "a visitor got the cookie"


@pytest.mark.hint("Only in /assets/: a cookie that is kept is given to everybody.")
@pytest.mark.points(2)
def test_cookies_elsewhere(rig, rng):
    """Elsewhere an answer with a cookie is not kept, and the cookie arrives."""
    for folder in ELSEWHERE:
        cookie = f"{rng.choice(['session', 'visit'])}={rng.randint(1, 10**9)}; Path=/"
        seen = rig.fire("play", folder=folder, origin={"cookie": cookie}, steps=[["get"]] * 3)
        told = f"in {folder} an answer with a cookie was kept: {words(seen)}"
        assert seen[-1]["asked"] == 3, told
        assert all(one["cookie"] == cookie for one in seen), "the cookie did not arrive"


@pytest.mark.hint("`proxy_cache_bypass` and `proxy_no_cache`, with `$cookie_session`. Both.")
@pytest.mark.points(3)
def test_sessions(rig, rng):
    """Somebody with a session gets their own answer, and nobody else gets it."""
    mine, yours = (f"session={rng.randint(1, 10**9)}" for _ in range(2))
    for before, after in (("", ""), ("theme=dark; ", ""), ("a=1; ", "; b=2")):
        people = [
            f"{before}{one}{after}" if one else None for one in (mine, None, yours, None, mine)
        ]
        steps = [["get", "", {"Cookie": one} if one else None] for one in people]
        for folder in ELSEWHERE[:2]:
            seen = rig.fire("play", folder=folder, origin={}, steps=steps)
            for one, person in zip(seen, people, strict=True):
                whose = "a session" if person else "anybody"
                told = f"in {folder} an answer for {whose} was not theirs"
                assert one["who"] == (person or "anybody"), told
            told = f"in {folder} {words(seen)}: asked {seen[-1]['asked']} times, not 4"
            assert seen[-1]["asked"] == 4, told


@pytest.mark.hint("A bypass goes past old copies, too, when it stands where sessions are.")
def test_a_session_never_gets_an_old_copy(rig, rng):
    """Somebody with a session gets no copy when the origin has failed either."""
    person = {"Cookie": f"session={rng.randint(1, 10**9)}"}
    for how in ("503", "kill"):
        steps = [["get"], [how], ["get", "", person]]
        *_, seen = rig.fire("play", folder="/shop/", origin={}, steps=steps)
        assert seen["status"] >= 500, f"somebody with a session got {words([seen])}"


@pytest.mark.hint("`$cookie_session` is one cookie; `$http_cookie` is all of them.")
@pytest.mark.points(2)
def test_other_cookies_change_nothing(rig, rng):
    """Visitors with other cookies share the copies, elsewhere and in /assets/."""
    names = ("theme", "visit", "mysession", "session_id", "sessions", "lang", "xsession")
    for folder in FOLDERS:
        people = [{"Cookie": f"{name}={rng.randint(1, 10**9)}"} for name in names]
        people.append({"Cookie": "; ".join(f"{name}=1" for name in names)})
        steps = [["get"], *(["get", "", person] for person in people)]
        seen = rig.fire("play", folder=folder, origin={}, steps=steps)
        told = [name for name, one in zip(names, seen[1:], strict=False) if one["outcome"] != "HIT"]
        assert not told, f"in {folder} visitors with the cookies {told} got no copy"
        assert seen[-1]["asked"] == 1, f"in {folder} their answers were {words(seen)}"
        first = rig.fire("play", folder=folder, origin={}, steps=[*steps[1:2], ["get"]])
        assert first[-1]["outcome"] == "HIT", f"in {folder} an answer to {people[0]} was not kept"


@pytest.mark.hint("Sessions matter elsewhere, not in /assets/.")
def test_sessions_and_assets(rig, rng):
    """Visitors with a session share the copies of assets."""
    people = [{"Cookie": f"session={rng.randint(1, 10**9)}"} for _ in range(4)]
    steps = [["get", "", person] for person in people]
    seen = rig.fire("play", folder="/assets/", origin={}, steps=steps)
    assert seen[-1]["asked"] == 1, f"four people with sessions: {words(seen)}"
