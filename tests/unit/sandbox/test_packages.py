"""Packages are asked for by the image's Python, whatever Python asks."""

from course.sandbox.packages import Python, command, fetch_packages, without_markers

LOCK = """\
async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:aa
    # via redis
redis==8.1.0 \\
    --hash=sha256:bb
"""


def test_markers_go_and_hashes_stay():
    assert without_markers(LOCK).splitlines() == [
        "async-timeout==5.0.1 \\",
        "    --hash=sha256:aa",
        "    # via redis",
        "redis==8.1.0 \\",
        "    --hash=sha256:bb",
    ]


def test_the_installer_is_told_platform_version_and_hashes(tmp_path):
    line = command(Python("3.12", "aarch64", "/site"), tmp_path / "lock", tmp_path / "site")
    assert "--require-hashes" in line
    assert line[line.index("--python-version") + 1] == "3.12"
    assert [part for part in line if "aarch64" in part] != []
    assert line[line.index("--only-binary") + 1] == ":all:"


def test_packages_that_were_fetched_are_not_fetched_again(tmp_path, monkeypatch):
    lock = tmp_path / "lock.txt"
    lock.write_text("")
    python = Python("3.11", "x86_64", "/site")
    first = fetch_packages(lock, python, tmp_path / "cache")
    monkeypatch.setattr("course.sandbox.packages.command", lambda *_: ["false"])
    assert fetch_packages(lock, python, tmp_path / "cache") == first
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [first.name]
