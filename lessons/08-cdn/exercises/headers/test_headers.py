import re

import pytest

YEAR, DAY, MINUTE = 31_536_000, 86_400, 60
PATIENCE = 10  # seconds, for a copy of two
READ = ("cache-control", "vary", "pragma", "expires")
FORBID_OLD = ("must-revalidate", "proxy-revalidate", "no-cache", "no-store")
SHARED_BY_ALL = ("User-Agent", "Accept-Language", "Cookie", "Referer")


@pytest.fixture
def headers(submission, rng):
    def of(kind, seconds=None):
        seconds = rng.randint(100, 80_000) if seconds is None else seconds
        got = submission.call("cache_headers", kind, seconds)
        assert isinstance(got, dict), f"cache_headers({kind!r}, {seconds}) was {got!r}"
        for name, value in got.items():
            line = isinstance(value, str) and re.fullmatch(r"[!-9;-~]+", name)
            line = line and not re.search(r"[^\t -~]", value)
            assert line, f"the header {name!r} of {kind!r} cannot be sent: {value!r}"
            assert name.lower() in READ, (
                f"this lab does not know the header {name!r}: its edge and its browsers are told "
                "by Cache-Control and Vary alone"
            )
        told = values_of(got, "expires")
        assert not told or "max-age" in rules(got) or not re.search(r"\d\d:\d\d:\d\d", told[0]), (
            "this lab does not know dates in Expires: say times with max-age and s-maxage"
        )
        return got

    return of


def values_of(got, wanted):
    return [value for name, value in got.items() if name.lower() == wanted]


def rules(got):
    """Cache-Control's directives, in small letters; True for one without a value."""
    found = {}
    for text in values_of(got, "cache-control"):
        for part in re.findall(r'(?:[^,"]|"[^"]*")+', text.lower()):
            name, sign, value = (one.strip() for one in part.partition("="))
            if name:
                assert name not in found, f"{name} is there twice, and caches differ about it"
                found[name] = value.strip('"') if sign else True
    return found


def says(said, *names):
    """Whether one of these stands there for the whole answer, and not for some of its headers."""
    return any(said.get(name) is True for name in names)


def seconds_of(said, name):
    number = said.get(name)
    return int(number) if isinstance(number, str) and number.isdecimal() else None


def in_a_browser(got):
    """What a browser does: may it keep the answer, and how long may it use it without asking?"""
    said = rules(got)
    if says(said, "no-cache"):
        return not says(said, "no-store"), 0
    told = seconds_of(said, "max-age")
    if told is None and values_of(got, "expires"):
        told = 0  # a date that is none, such as 0, has passed
    assert told is not None, "without max-age a browser makes up a time of its own"
    longer = seconds_of(said, "stale-while-revalidate") or 0
    revalidates = says(said, "must-revalidate")
    return not says(said, "no-store"), told + (0 if revalidates else longer)


def in_an_edge(got):
    """What an edge does by HTTP's rules: for how long it may answer without asking."""
    said = rules(got)
    if says(said, "no-store", "private", "no-cache"):
        return None
    told = seconds_of(said, "s-maxage")
    return seconds_of(said, "max-age") if told is None else told


def outcomes(seen):
    return [one["outcome"] for one in seen if one]


def visitors(rng, count, *without):
    """Requests of people who differ in everything."""
    names = [name for name in SHARED_BY_ALL if name not in without]
    return [["get", {name: f"x{rng.randint(1, 10**6)}" for name in names}] for _ in range(count)]


def others(rng):
    """Different numbers of seconds, none of which stands in the task."""
    return [rng.randint(5, 50), rng.randint(100, 900), rng.randint(4000, 80_000)]


@pytest.mark.hint("`max-age=31536000`, and no `Vary` by something that differs between visitors.")
def test_an_asset_is_fetched_once(headers, rig, rng):
    """An asset comes from the origin once, whoever asks, and its time in the edge is a year."""
    for seconds in others(rng):
        lives = in_an_edge(headers("asset", seconds))
        assert lives == YEAR, f"the edge keeps it for {lives} seconds"
    seen = rig.fire("play", headers=headers("asset"), steps=visitors(rng, 8))
    assert seen[-1]["asked"] == 1, f"eight visitors saw {outcomes(seen)}"


@pytest.mark.hint("`immutable`: also a reload need not ask.")
def test_a_browser_never_asks_for_an_asset_again(headers, rng):
    """A browser keeps an asset for a year and does not ask even on a reload."""
    for seconds in others(rng):
        got = headers("asset", seconds)
        keeps, fresh = in_a_browser(got)
        assert keeps, "a browser may not keep it"
        assert fresh == YEAR, f"a browser keeps it for {fresh} seconds"
        assert says(rules(got), "immutable"), "a browser asks when its user reloads the page"


@pytest.mark.hint("`s-maxage` speaks to shared caches alone; `seconds` is another in each call.")
@pytest.mark.points(2)
def test_the_edge_keeps_a_page_for_a_while(headers, rig, rng):
    """The edge sends a page, the same for everybody, for `seconds` seconds by itself."""
    for seconds in others(rng):
        got = headers("page", seconds)
        lives = in_an_edge(got)
        assert lives == seconds, f"the edge keeps it for {lives} seconds, not for {seconds}"
        longer = rules(got).get("stale-while-revalidate", "0")
        assert longer == "0", f"the edge sends an old page for {longer} seconds more"
    seen = rig.fire("play", headers=got, steps=visitors(rng, 6))
    assert seen[-1]["outcome"] == "HIT", f"six visitors saw {outcomes(seen)}"
    assert seen[-1]["asked"] == 1, f"six visitors saw {outcomes(seen)}"


@pytest.mark.hint("After its time the ETag does its work.")
def test_the_edge_asks_for_a_page_again(headers, rig):
    """When the page's time is over, the edge asks, and gets a 304."""
    steps = [["get"], ["get until it is no hit", PATIENCE]]
    _, late = rig.fire("play", headers=headers("page", 2), steps=steps)
    assert late["outcome"] == "REVALIDATED", f"later it was {late['outcome']}"
    assert late["at"] >= 1, f"it was kept for {late['at']} s, not for two"
    assert late["unchanged"] == 1, "the origin had to send the page again"


@pytest.mark.hint("For the browser, `max-age=0`: `no-cache` would keep nginx from keeping it, too.")
def test_a_browser_asks_for_a_page_each_time(headers, rng):
    """A browser may keep a page, and asks before each use."""
    for seconds in others(rng):
        keeps, fresh = in_a_browser(headers("page", seconds))
        assert keeps, "a browser may not keep it: each visit fetches the whole page"
        assert fresh == 0, f"after a deploy a browser shows the old page for up to {fresh} seconds"


@pytest.mark.hint("`stale-if-error`, in seconds, and nothing beside it that forbids old answers.")
@pytest.mark.points(2)
def test_a_page_outlives_the_origin(headers, rig, rng):
    """When the origin is dead, the edge sends the old page, for up to a day."""
    for seconds in others(rng):
        said = rules(headers("page", seconds))
        day = said.get("stale-if-error")
        assert day == str(DAY), f"the old page may be sent for {day} seconds, not for a day"
        forbids = [name for name in FORBID_OLD if says(said, name)]
        assert not forbids, f"{forbids} forbids caches to send the old page"
    steps = [["get"], ["kill"], ["get until it is no hit", PATIENCE], ["get"]]
    first, _, late, last = rig.fire("play", headers=headers("page", 2), steps=steps)
    for seen in (late, last):
        assert seen["status"] == 200, f"visitors get {seen['status']} when the copy's time is over"
        assert seen["outcome"] == "STALE", f"the edge says {seen['outcome']}"
        assert seen["body"] == first["body"], "it is not the page that was there before"


@pytest.mark.hint("`Vary: Accept-Language`, and nothing else in it.")
@pytest.mark.points(2)
def test_news_in_the_readers_language(headers, rig, rng):
    """Each language has a copy of its own; browsers do not."""
    one, other = rng.sample(["de", "fr", "pt-BR", "ja", "sw"], 2)
    people = visitors(rng, 6, "Accept-Language")
    for (_, fields), language in zip(people, (one, other) * 3, strict=True):
        fields["Accept-Language"] = language
    seen = rig.fire("play", headers=headers("news"), steps=people)
    for answer, language in zip(seen, (one, other) * 3, strict=True):
        words = answer["body"].partition(" for ")[2]
        assert words.split()[0] == language, f"a reader of {language!r} got the news for {words!r}"
    assert seen[-1]["asked"] == 2, f"six readers of two languages saw {outcomes(seen)}"


@pytest.mark.hint("`stale-while-revalidate`, in seconds, and nothing that forbids old answers.")
@pytest.mark.points(2)
def test_nobody_waits_for_the_news(headers, rig, rng):
    """After its time, the old news come at once while the edge fetches the new ones."""
    for seconds in others(rng):
        said = rules(headers("news", seconds))
        minute = said.get("stale-while-revalidate")
        assert minute == str(MINUTE), f"old news may be sent for {minute} seconds more, not for 60"
        forbids = [name for name in FORBID_OLD if says(said, name)]
        assert not forbids, f"{forbids} forbids caches to send the old news"
    steps = [["get"], ["change"], ["get until it is no hit", PATIENCE],
             ["get until it is new", PATIENCE]]  # fmt: skip
    first, _, late, last = rig.fire("play", headers=headers("news", 2), steps=steps)
    assert late["at"] >= 1, f"it was kept for {late['at']} s, not for two"
    assert late["outcome"] in ("STALE", "UPDATING"), f"the next reader's was {late['outcome']}"
    assert late["body"] == first["body"], "the next reader had to wait for the new ones"
    assert last["body"] != first["body"], f"the new ones did not come within {PATIENCE} seconds"


@pytest.mark.hint("For a browser the same time as for the edge: `max-age`.")
def test_edge_and_browser_keep_the_news(headers, rng):
    """Edge and browser may use the news for the same seconds, `seconds` of them."""
    for seconds in others(rng):
        got = headers("news", seconds)
        keeps, fresh = in_a_browser(got)
        fresh -= seconds_of(rules(got), "stale-while-revalidate") or 0
        assert keeps, "a browser may not keep them"
        assert fresh == seconds, f"a browser uses them for {fresh} seconds, not for {seconds}"
        lives = in_an_edge(got)
        assert lives == seconds, f"the edge uses them for {lives} seconds, not for {seconds}"


@pytest.mark.hint("`private` is for answers that belong to one user.")
@pytest.mark.points(3)
def test_an_account_is_never_shared(headers, rig, rng):
    """Nobody gets another user's page from the edge, and no edge may keep one."""
    got = headers("account")
    users = [f"session={rng.randint(1, 10**9)}" for _ in range(3)]
    order = [*users, users[0]]
    seen = rig.fire("play", headers=got, steps=[["get", {"Cookie": user}] for user in order])
    for answer, user in zip(seen, order, strict=True):
        assert user in answer["body"], "a user got somebody else's page"
    assert seen[-1]["asked"] == 4, f"the edge kept a user's page: {outcomes(seen)}"
    said = rules(got)
    assert says(said, "private", "no-store"), f"other edges may keep it: {said}"


@pytest.mark.hint("`no-cache` means: keep it, and ask before each use. `no-store` means: do not.")
def test_a_browser_asks_for_an_account_each_time(headers, rng):
    """The user's browser may keep the page, and asks before each use."""
    for seconds in others(rng):
        keeps, fresh = in_a_browser(headers("account", seconds))
        assert keeps, "the browser may not keep it, so a 304 is never enough"
        assert fresh == 0, f"the browser shows it for {fresh} seconds without asking"


@pytest.mark.hint("What nobody has thought about should not be kept by anybody: `no-store`.")
def test_other_kinds_are_not_kept(headers, rig, rng):
    """A kind that nobody has thought about is kept by nobody."""
    kind = "".join(rng.choices("abcdefgh", k=8))
    for one in (kind, "", "Asset", "ASSET", "assets", "page2", "new", "my-account", "page "):
        said = rules(headers(one))
        assert says(said, "no-store"), f"somebody may keep an answer of the kind {one!r}: {said}"
    seen = rig.fire("play", headers=headers(kind), steps=[["get"], ["get"], ["get"]])
    assert seen[-1]["asked"] == 3, f"the edge kept an answer of the kind {kind!r}"
