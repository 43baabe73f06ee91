import hashlib
import re

import pytest

from course.judge.compare import same


def word(rng, length=7):
    return "".join(rng.choices("abcdefghjkmnpqrstuvwxyz", k=length))


def text(rng):
    return " ".join(word(rng) for _ in range(9))


def digits(content):
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def hashed(name, content):
    """The fingerprinted name of a file with a suffix."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{digits(content)}.{suffix}"


@pytest.fixture
def live(rng):
    return {"ENV": "production", "CDN_URL": f"https://cdn.{word(rng)}.example"}


@pytest.fixture
def built(submission):
    """Checks the names of some files against contents after replacement, in several orders."""

    def check(files, done, words, orders=1):
        wanted = {name: hashed(name, done.get(name, content)) for name, content in files.items()}
        for turn in range(orders):
            names = list(files)[turn:] + list(files)[:turn]
            names = names[::-1] if turn % 2 else names
            got = submission.call("build_manifest", {name: files[name] for name in names})
            assert isinstance(got, dict), f"build_manifest returned {got!r:.200}"
            assert got.keys() == wanted.keys(), f"the manifest has names for {sorted(got)}"
            wrong = [name for name in wanted if not same(got[name], wanted[name])]
            assert not wrong, f"{words}: wrong name for {wrong}, files came as {names}"

    return check


@pytest.fixture
def links(submission):
    """Checks one address; hexadecimal digits may be small."""

    def check(name, manifest, environment, wanted):
        told = submission.call("link", name, manifest, environment)
        got = told.get("address", told)
        is_text = isinstance(got, str)
        got = re.sub("%..", lambda code: code[0].upper(), got) if is_text else got
        assert same(got, wanted), f"with {environment} the address of {name!r} was {got!r}"

    return check


@pytest.mark.hint("`hashlib.sha256(content.encode()).hexdigest()[:8]`.")
def test_the_name_depends_on_the_content(submission, rng):
    """A name gets eight digits of its content's SHA-256 as UTF-8: other content, other name."""
    stem = word(rng)
    contents = [text(rng), f"Größe: {rng.randint(1, 9)} µm", "", f" {word(rng)}\r\n\t{word(rng)}\n",
                f"{word(rng)} 🙂", word(rng).upper()]  # fmt: skip
    for content in contents:
        got = submission.call("fingerprint", f"{stem}.js", content)
        wanted = f"{stem}.{digits(content)}.js"
        assert same(got, wanted), f"fingerprint({stem!r} + '.js', {content!r}) was {got!r}"


@pytest.mark.hint("The last suffix of the last part: `PurePosixPath` has `stem` and `suffix`.")
def test_the_digits_stand_before_the_last_suffix(submission, rng):
    """Folders and other dots stay; without a suffix the digits stand at the end."""
    content, a, b, c = text(rng), word(rng), word(rng), word(rng)
    names = {
        f"{a}.js": f"{a}.{digits(content)}.js",
        f"{a}/{b}.min.js": f"{a}/{b}.min.{digits(content)}.js",
        f"{a}.2/{b}": f"{a}.2/{b}.{digits(content)}",
        f"{a}.js/{b}.js": f"{a}.js/{b}.{digits(content)}.js",
        f"{a}/{b}/{c}.tar.gz": f"{a}/{b}/{c}.tar.{digits(content)}.gz",
        a: f"{a}.{digits(content)}",
        f"{a}/{b}": f"{a}/{b}.{digits(content)}",
    }
    for name, wanted in names.items():
        got = submission.call("fingerprint", name, content)
        assert same(got, wanted), f"fingerprint({name!r}, ...) was {got!r}, not {wanted!r}"


@pytest.mark.hint("One entry for each file: its plain name and its fingerprinted one.")
def test_the_manifest_names_every_file(rng, built):
    """The manifest has each file's fingerprinted name, from its plain one."""
    built({}, {}, "no files")
    endings = ("js", "svg", "txt", "js", "css", "css.map")
    built({f"{word(rng)}/{word(rng)}.{end}": text(rng) for end in endings}, {}, "plain files")


@pytest.mark.hint("Replace the names in a stylesheet first, then take its fingerprint.")
@pytest.mark.points(2)
def test_a_stylesheet_changes_with_its_pictures(rng, built):
    """A stylesheet's name depends on the names that it refers to, in whatever order files come."""
    picture, photo, style = f"img/{word(rng)}.svg", f"{word(rng)} {word(rng)}.jpg", "a/style.css"
    files = {picture: text(rng), photo: text(rng)}
    a, b = hashed(picture, files[picture]), hashed(photo, files[photo])
    css = ".l {{ background: url({0}) url({1}) }} .x {{ background: url({0}) }}\nurl({1})"
    files[style] = css.format(picture, photo)
    built(files, {style: css.format(a, b)}, "two pictures, twice each", orders=3)


@pytest.mark.hint("A stylesheet's name may be needed before its turn has come: find it then.")
@pytest.mark.points(2)
def test_stylesheets_refer_to_stylesheets(rng, built):
    """A stylesheet may refer to another one, which may refer to the next, in any order."""
    names = [f"{word(rng)}/{word(rng)}.css" for _ in range(4)]
    picture = f"{word(rng)}.png"
    files, done, before = {picture: text(rng)}, {}, picture
    new = hashed(picture, files[picture])
    for name in names:
        css = f"@import url({{0}}); .{word(rng)} {{{{ background: url({{1}}) }}}}"
        files[name] = css.format(before, picture)
        done[name] = css.format(new, hashed(picture, files[picture]))
        before, new = name, hashed(name, done[name])
    built(files, done, "four stylesheets, each of which refers to the next", orders=5)


@pytest.mark.hint("Look the whole text between the brackets up in `files`; nothing is relative.")
def test_names_are_full_names(rng, built):
    """A name in `url(...)` is the full name in `files`, wherever the stylesheet lies."""
    folder, name = word(rng), f"{word(rng)}.svg"
    files = {name: text(rng), f"{folder}/{name}": text(rng), f"x{name}": text(rng)}
    files[f"{folder}/a.css"] = f"b {{ background: url({name}) }}"
    files[f"{folder}/b.css"] = f"b {{ background: url({folder}/{name}) url(x{name}) }}"
    new = {one: hashed(one, files[one]) for one in list(files)[:3]}
    done = {
        f"{folder}/a.css": f"b {{ background: url({new[name]}) }}",
        f"{folder}/b.css": "b {{ background: url({}) url({}) }}".format(*list(new.values())[1:]),
    }
    built(files, done, "one name in two folders", orders=3)


@pytest.mark.hint("Only `url(...)`, only with a key of `files`, only in files that end in .css.")
def test_other_addresses_stay(rng, built):
    """`url(...)` of something else stays; files that are no stylesheets are not changed."""
    stem = word(rng)
    picture = f"{stem}.svg"
    others = (f"https://{word(rng)}.example/{picture}", f"data:{word(rng)}", f"/{picture}", "#id",
              f"{stem}-svg", f"{word(rng)}/{picture}", f"{picture}#part", stem)  # fmt: skip
    css = " ".join(f"a {{ background: url({other}) }}" for other in others)
    code = f"// not a stylesheet: url({picture})"
    files = {"a.css": css, "b.js": code, "c.css.map": code, "css/d.txt": code}
    built({**files, picture: text(rng)}, {}, f"addresses that are no names of files: {others}")


@pytest.mark.hint("Replace what stands in `url(...)`, not the name wherever it stands.")
def test_names_elsewhere_in_a_stylesheet_stay(rng, built):
    """Outside `url(...)` a name of the build is text like any other."""
    picture, drawing = f"img/{word(rng)}.svg", text(rng)
    css = "/* {0} */ .a {{ background: url({1}) }} .b::after {{ content: '{0}' }} /* ({0}) */"
    files = {picture: drawing, "a.css": css.format(picture, picture)}
    files["b.css"] = f"/* see {picture} and a.css */"
    done = {"a.css": css.format(picture, hashed(picture, drawing))}
    built(files, done, f"a stylesheet with {picture} in url(...) and elsewhere", orders=2)


@pytest.mark.hint("`CDN_URL`, `/assets/` and the manifest's name; strip a slash at the end.")
def test_production_links_to_the_cdn(rng, live, links):
    """In production the address is CDN_URL, /assets/ and the fingerprinted name."""
    name = f"{word(rng)}/{word(rng)}.js"
    new = hashed(name, name)
    for server in (live["CDN_URL"], f"{live['CDN_URL']}/{word(rng)}"):
        for end in ("", "/"):
            environment = {**live, "CDN_URL": server + end}
            links(name, {name: new, word(rng): "x"}, environment, f"{server}/assets/{new}")


@pytest.mark.hint("Compare `ENV` with 'production' before you look at anything else.")
@pytest.mark.points(2)
def test_elsewhere_the_plain_name_on_our_server(rng, live, links):
    """Anywhere else it is /assets/ and the plain name, whatever else is set."""
    name, unknown = f"{word(rng)}/{word(rng)}.js", f"{word(rng)}.css"
    manifest = {name: f"{word(rng)}.js"}
    others = ("development", "test", "staging", "prod", "Production", "PRODUCTION", "live",
              "preproduction", "production-2", "", word(rng))  # fmt: skip
    cases = [{**live, "ENV": other} for other in others]
    for environment in (*cases, {"CDN_URL": live["CDN_URL"]}, {}, {"ENV": "development"}):
        for one in (name, unknown):
            links(one, manifest, environment, f"/assets/{one}")
            links(one, {}, environment, f"/assets/{one}")


@pytest.mark.hint("No CDN is no reason to use plain names: `/assets/` and the manifest's name.")
def test_production_without_a_cdn(rng, links):
    """In production without a CDN_URL the fingerprinted name is on our own server."""
    name = f"{word(rng)}/{word(rng)}.js"
    for environment in ({"ENV": "production"}, {"ENV": "production", "CDN_URL": ""}):
        links(name, {name: hashed(name, "x")}, environment, f"/assets/{hashed(name, 'x')}")


@pytest.mark.hint("Look the name up yourself, and raise a ValueError with the name in it.")
def test_a_forgotten_file_is_loud(submission, rng, live):
    """In production a name that is not in the manifest is a ValueError that mentions it."""
    missing, known = f"{word(rng)}.js", f"{word(rng)}.js"
    manifest = {known: hashed(known, "x")}
    for environment in (live, {"ENV": "production"}):
        for name, names in ((missing, manifest), (missing, {}), (manifest[known], manifest)):
            told = submission.call("link", name, names, environment)
            assert "error" in told, f"{name!r} is not in {names}, and there was {told}"
            assert name in told["error"], f"the message does not name the file: {told['error']!r}"


@pytest.mark.hint("`urllib.parse.quote` leaves slashes alone.")
def test_addresses_are_encoded(rng, live, links):
    """What a URL may not contain is percent-encoded, in production and elsewhere."""
    a, b = word(rng), word(rng)
    for plain, encoded in ((" 50%", "%2050%25"), ("?v#x", "%3Fv%23x"), (" ö", "%20%C3%B6")):
        name, new = f"{a}/{b}{plain}.jpg", f"{a}/{b}{plain}.{digits(a)}.jpg"
        done = f"{a}/{b}{encoded}.{digits(a)}.jpg"
        links(name, {name: new}, live, f"{live['CDN_URL']}/assets/{done}")
        links(name, {name: new}, {"ENV": "production"}, f"/assets/{done}")
        links(name, {}, {}, f"/assets/{a}/{b}{encoded}.jpg")
