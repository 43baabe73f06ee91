import hashlib

import pytest

from course.judge.compare import same


def word(rng, length=7):
    return "".join(rng.choices("abcdefghjkmnpqrstuvwxyz", k=length))


def text(rng):
    return " ".join(word(rng) for _ in range(9))


def digits(content):
    return hashlib.sha256(content.encode()).hexdigest()[:8]


@pytest.fixture
def live(rng):
    return {"ENV": "production", "CDN_URL": f"https://cdn.{word(rng)}.example"}


@pytest.mark.hint("`hashlib.sha256(content.encode()).hexdigest()[:8]`.")
def test_the_name_depends_on_the_content(submission, rng):
    """A name gets eight digits of its content's SHA-256: other content, other name."""
    stem = word(rng)
    for content in (text(rng), text(rng), f"Größe: {rng.randint(1, 9)} µm"):
        got = submission.call("fingerprint", f"{stem}.js", content)
        wanted = f"{stem}.{digits(content)}.js"
        assert same(got, wanted), f"fingerprint({stem!r} + '.js', {content!r}) was {got!r}"


@pytest.mark.hint("The last suffix of the last part: `PurePosixPath` has `stem` and `suffix`.")
def test_the_digits_stand_before_the_last_suffix(submission, rng):
    """Folders and other dots stay; without a suffix the digits stand at the end."""
    content, a, b = text(rng), word(rng), word(rng)
    names = {
        f"{a}/{b}.min.js": f"{a}/{b}.min.{digits(content)}.js",
        f"{a}.2/{b}": f"{a}.2/{b}.{digits(content)}",
        f"{a}.js/{b}.js": f"{a}.js/{b}.{digits(content)}.js",
    }
    for name, wanted in names.items():
        got = submission.call("fingerprint", name, content)
        assert same(got, wanted), f"fingerprint({name!r}, ...) was {got!r}, not {wanted!r}"


@pytest.mark.hint("One entry for each file: its plain name and its fingerprinted one.")
def test_the_manifest_names_every_file(submission, rng):
    """The manifest has each file's fingerprinted name."""
    files = {f"{word(rng)}/{word(rng)}.{end}": text(rng) for end in ("js", "svg", "txt", "js")}
    got = submission.call("build_manifest", files)
    wanted = {name: name[: name.rindex(".")] + f".{digits(content)}" + name[name.rindex(".") :]
              for name, content in files.items()}  # fmt: skip
    assert same(got, wanted), f"the manifest was {got}"


@pytest.mark.hint("Replace the names in a stylesheet first, then take its fingerprint.")
@pytest.mark.points(2)
def test_a_stylesheet_changes_with_its_pictures(submission, rng):
    """A stylesheet's name depends on the names that it refers to, in whatever order files come."""
    picture, style, main = f"img/{word(rng)}.svg", f"{word(rng)}.css", f"{word(rng)}.css"
    drawing = text(rng)
    picture_name = f"{picture[:-4]}.{digits(drawing)}.svg"
    css = f".logo {{ background: url({picture}) }} .x {{ background: url({picture}) }}"
    css_done = css.replace(picture, picture_name)
    style_name = f"{style[:-4]}.{digits(css_done)}.css"
    main_css = f"@import url({style}); body {{ background: url({picture}) }}"
    main_done = main_css.replace(style, style_name).replace(picture, picture_name)
    files = [(main, main_css), (style, css), (picture, drawing)]
    wanted = {main: f"{main[:-4]}.{digits(main_done)}.css", style: style_name,
              picture: picture_name}  # fmt: skip
    for order in (files, files[::-1], rng.sample(files, 3)):
        got = submission.call("build_manifest", dict(order))
        wrong = [name for name in wanted if got.get(name) != wanted[name]]
        assert not wrong, f"wrong name for {wrong} when the files came as {[f[0] for f in order]}"


@pytest.mark.hint("Only what is a key of `files` is replaced, and only in files that end in .css.")
def test_other_addresses_stay(submission, rng):
    """`url(...)` of something else stays; files that are no stylesheets are not changed."""
    foreign = f"https://{word(rng)}.example/{word(rng)}.png"
    css = f"a {{ background: url({foreign}) }} b {{ background: url(data:{word(rng)}) }}"
    script, picture = f"{word(rng)}.js", f"{word(rng)}.svg"
    code = f"// not a stylesheet: url({picture})"
    files = {"a.css": css, script: code, picture: text(rng)}
    got = submission.call("build_manifest", files)
    assert got.get("a.css") == f"a.{digits(css)}.css", "a stylesheet with foreign addresses changed"
    assert got.get(script) == f"{script[:-3]}.{digits(code)}.js", "a script's content was changed"


@pytest.mark.hint("`CDN_URL`, `/assets/` and the manifest's name; strip a slash at the end.")
def test_production_links_to_the_cdn(submission, rng, live):
    """In production the address is CDN_URL, /assets/ and the fingerprinted name."""
    name = f"{word(rng)}/{word(rng)}.js"
    hashed = f"{name[:-3]}.{digits(name)}.js"
    for end in ("", "/"):
        environment = {**live, "CDN_URL": live["CDN_URL"] + end}
        got = submission.call("asset_url", name, {name: hashed}, environment)
        wanted = f"{live['CDN_URL']}/assets/{hashed}"
        assert same(got, wanted), f"with {environment} the address was {got!r}"


@pytest.mark.hint("Compare `ENV` with 'production' before you look at anything else.")
@pytest.mark.points(2)
def test_elsewhere_the_plain_name_on_our_server(submission, rng, live):
    """Anywhere else it is /assets/ and the plain name, whatever else is set."""
    name, unknown = f"{word(rng)}.js", f"{word(rng)}.css"
    manifest = {name: f"{word(rng)}.js"}
    for environment in ({**live, "ENV": "development"}, {"CDN_URL": live["CDN_URL"]}, {},
                        {**live, "ENV": "test"}):  # fmt: skip
        for one in (name, unknown):
            got = submission.call("asset_url", one, manifest, environment)
            assert same(got, f"/assets/{one}"), f"with {environment} the address was {got!r}"


@pytest.mark.hint("No CDN is no reason to use plain names: `/assets/` and the manifest's name.")
def test_production_without_a_cdn(submission, rng):
    """In production without a CDN_URL the fingerprinted name is on our own server."""
    name, hashed = f"{word(rng)}.js", f"{word(rng)}.{digits('x')}.js"
    for environment in ({"ENV": "production"}, {"ENV": "production", "CDN_URL": ""}):
        got = submission.call("asset_url", name, {name: hashed}, environment)
        assert same(got, f"/assets/{hashed}"), f"with {environment} the address was {got!r}"


@pytest.mark.hint("Look the name up yourself, and raise a ValueError with the name in it.")
def test_a_forgotten_file_is_loud(submission, rng, live):
    """In production a name that is not in the manifest is a ValueError that mentions it."""
    missing = f"{word(rng)}.js"
    failure = submission.failure("asset_url", missing, {f"{word(rng)}.js": "x.js"}, live)
    assert "ValueError" in failure.message, f"it was no ValueError: {failure.message}"
    assert missing in failure.message, f"the message does not name the file: {failure.message!r}"


@pytest.mark.hint("`urllib.parse.quote` leaves slashes alone.")
def test_addresses_are_encoded(submission, rng, live):
    """What a URL may not contain is percent-encoded, in production and elsewhere."""
    a, b = word(rng), word(rng)
    name, hashed = f"{a}/{b} 50%.jpg", f"{a}/{b} 50%.{digits(a)}.jpg"
    got = submission.call("asset_url", name, {name: hashed}, live)
    wanted = f"{live['CDN_URL']}/assets/{a}/{b}%2050%25.{digits(a)}.jpg"
    assert same(got, wanted), f"the address of {name!r} was {got!r}"
    got = submission.call("asset_url", name, {}, {})
    assert same(got, f"/assets/{a}/{b}%2050%25.jpg"), f"the address of {name!r} was {got!r}"
