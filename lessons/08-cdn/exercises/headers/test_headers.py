import re

import pytest

YEAR, DAY, MINUTE = 31_536_000, 86_400, 60


@pytest.fixture
def seconds(rng):
    return rng.randint(2, 3)


@pytest.fixture
def headers(submission, seconds):
    def of(kind):
        got = submission.call("cache_headers", kind, seconds)
        assert isinstance(got, dict), f"cache_headers({kind!r}, {seconds}) was {got!r}"
        for name, value in got.items():
            line = isinstance(value, str) and not re.search(r"[\r\n]", name + value)
            assert line, f"the header {name!r} of {kind!r} cannot be sent: {value!r}"
        return got

    return of


def rules(got):
    """Cache-Control's directives, in small letters; True for one without a value."""
    text = next((value for name, value in got.items() if name.lower() == "cache-control"), "")
    parts = [part.strip().partition("=") for part in text.lower().split(",") if part.strip()]
    return {name.strip(): value.strip().strip('"') if sign else True for name, sign, value in parts}


def in_a_browser(got):
    """What a browser does: may it keep the answer, and how long may it use it without asking?"""
    said = rules(got)
    number = str(said.get("max-age", 0))
    fresh = 0 if "no-cache" in said else int(number) if number.isdigit() else 0
    return "no-store" not in said, fresh


def outcomes(seen):
    return [one["outcome"] for one in seen if one]


def browser(rng):
    return f"Browser/{rng.randint(1, 10**6)}"


@pytest.mark.hint("`max-age=31536000`, and no `Vary` by something that differs between visitors.")
def test_an_asset_is_fetched_once(headers, rig, rng):
    """An asset comes from the origin once, whoever asks, and its time is a year."""
    got = headers("asset")
    steps = [["get", {"User-Agent": browser(rng), "Accept-Language": rng.choice(["de", "fr"])}]
             for _ in range(8)]  # fmt: skip
    seen = rig.fire("play", headers=got, steps=steps)
    assert seen[-1]["asked"] == 1, f"eight visitors saw {outcomes(seen)}"
    said = rules(got)
    lives = said.get("s-maxage", said.get("max-age"))
    assert lives == str(YEAR), f"the edge keeps it for {lives} seconds"


@pytest.mark.hint("`immutable`: also a reload need not ask.")
def test_a_browser_never_asks_for_an_asset_again(headers):
    """A browser keeps an asset for a year and does not ask even on a reload."""
    got = headers("asset")
    keeps, fresh = in_a_browser(got)
    assert keeps, "a browser may not keep it"
    assert fresh == YEAR, f"a browser keeps it for {fresh} seconds"
    assert "immutable" in rules(got), "a browser asks when its user reloads the page"


@pytest.mark.hint("`s-maxage` speaks to shared caches alone. After that the ETag does its work.")
@pytest.mark.points(2)
def test_the_edge_keeps_a_page_for_a_while(headers, rig, seconds):
    """The edge sends a page for so many seconds by itself, then asks, and gets a 304."""
    steps = [["get"], ["get"], ["get"], ["get until it is no hit", 8], ["get"]]
    first, _, third, late, last = rig.fire("play", headers=headers("page"), steps=steps)
    assert third["outcome"] == "HIT", f"the third visitor's answer was {third['outcome']}"
    assert first["asked"] == third["asked"] == 1, "the origin was asked meanwhile"
    assert late["outcome"] == "REVALIDATED", f"later it was {late['outcome']}, after {late}"
    spent = late["seconds"]
    assert seconds - 0.5 < spent < seconds + 3, f"it was kept for {spent} s, not for {seconds} s"
    assert late["unchanged"] == 1, "the origin had to send the page again"
    assert last["outcome"] == "HIT", f"the visitor after that got {last['outcome']}"


@pytest.mark.hint("For the browser, `max-age=0`: `no-cache` would keep nginx from keeping it, too.")
def test_a_browser_asks_for_a_page_each_time(headers):
    """A browser may keep a page, and asks before each use."""
    keeps, fresh = in_a_browser(headers("page"))
    assert keeps, "a browser may not keep it: each visit fetches the whole page"
    assert fresh == 0, f"after a deploy a browser shows the old page for up to {fresh} seconds"


@pytest.mark.hint("`stale-if-error`, in seconds.")
@pytest.mark.points(2)
def test_a_page_outlives_the_origin(headers, rig):
    """When the origin is dead, the edge sends the old page, for up to a day."""
    got = headers("page")
    steps = [["get"], ["kill"], ["get until it is no hit", 8], ["get"]]
    first, _, late, last = rig.fire("play", headers=got, steps=steps)
    for seen in (late, last):
        assert seen["status"] == 200, f"visitors get {seen['status']} when the copy's time is over"
        assert seen["outcome"] == "STALE", f"the edge says {seen['outcome']}"
        assert seen["body"] == first["body"], "it is not the page that was there before"
    day = rules(got).get("stale-if-error")
    assert day == str(DAY), f"the old page may be sent for {day} seconds, not for a day"


@pytest.mark.hint("`Vary: Accept-Language`, and nothing else in it.")
@pytest.mark.points(2)
def test_news_in_the_readers_language(headers, rig, rng):
    """Each language has a copy of its own; browsers do not."""
    one, other = rng.sample(["de", "fr", "pt-BR", "ja", "sw"], 2)
    steps = [["get", {"Accept-Language": language, "User-Agent": browser(rng)}]
             for language in (one, other, one, other, one, other)]  # fmt: skip
    seen = rig.fire("play", headers=headers("news"), steps=steps)
    for answer, language in zip(seen, (one, other) * 3, strict=True):
        words = answer["body"].partition(" for ")[2]
        assert words.split()[0] == language, f"a reader of {language!r} got the news for {words!r}"
    assert seen[-1]["asked"] == 2, f"six readers of two languages saw {outcomes(seen)}"


@pytest.mark.hint("`stale-while-revalidate`, in seconds.")
@pytest.mark.points(2)
def test_nobody_waits_for_the_news(headers, rig, seconds):
    """After its time, the old news come at once while the edge fetches the new ones."""
    got = headers("news")
    steps = [["get"], ["change"], ["get until it is no hit", 8], ["get until it is new", 5]]
    first, _, late, last = rig.fire("play", headers=got, steps=steps)
    assert seconds - 0.5 < late["seconds"] < seconds + 3, f"it was kept for {late['seconds']} s"
    assert late["outcome"] in ("STALE", "UPDATING"), f"the next reader's was {late['outcome']}"
    assert late["body"] == first["body"], "the next reader had to wait for the new ones"
    assert last["body"] != first["body"], "the new ones did not come within five seconds"
    minute = rules(got).get("stale-while-revalidate")
    assert minute == str(MINUTE), f"old news may be sent for {minute} seconds more, not for 60"


@pytest.mark.hint("For a browser the same time as for the edge.")
def test_a_browser_keeps_the_news(headers, seconds):
    """A browser may use the news for the same seconds."""
    keeps, fresh = in_a_browser(headers("news"))
    assert keeps, "a browser may not keep them"
    assert fresh == seconds, f"a browser uses them for {fresh} seconds"


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
    assert "private" in said or "no-store" in said, f"other edges may keep it: {said}"


@pytest.mark.hint("`no-cache` means: keep it, and ask before each use. `no-store` means: do not.")
def test_a_browser_asks_for_an_account_each_time(headers):
    """The user's browser may keep the page, and asks before each use."""
    keeps, fresh = in_a_browser(headers("account"))
    assert keeps, "the browser may not keep it, so a 304 is never enough"
    assert fresh == 0, f"the browser shows it for {fresh} seconds without asking"


@pytest.mark.hint("What nobody has thought about should not be kept by anybody: `no-store`.")
def test_other_kinds_are_not_kept(headers, rig, rng):
    """A kind that nobody has thought about is kept by nobody."""
    kind = "".join(rng.choices("abcdefgh", k=8))
    got = headers(kind)
    seen = rig.fire("play", headers=got, steps=[["get"], ["get"], ["get"]])
    assert seen[-1]["asked"] == 3, f"the edge kept an answer of the kind {kind!r}"
    keeps, _ = in_a_browser(got)
    assert not keeps, f"a browser may keep an answer of the kind {kind!r}"
