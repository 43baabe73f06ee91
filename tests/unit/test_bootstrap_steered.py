"""Settings for somebody's other installations: the first start takes no notice of them."""

from pathlib import Path

import pytest

from tests.tiny_checkout import TinyCheckout


@pytest.fixture
def plain(tmp_path: Path) -> TinyCheckout:
    """A checkout on a machine with only Python and its pip."""
    return TinyCheckout(tmp_path)


STEERED = {
    "PIP_USER": "1",
    "PIP_TARGET": "/nowhere/else",
    "PIP_PREFIX": "/nowhere/else",
    "PIP_ROOT": "/nowhere/else",
    "PIP_NO_BINARY": ":all:",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_CONSTRAINT": "/nowhere/constraints.txt",
    "PIP_DRY_RUN": "1",
    "PIP_NO_DEPS": "nonsense",
    "PYTHONHOME": "",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSAFEPATH": "1",
    "PYTHONUSERBASE": "/nowhere/else",
    "PYTHONDONTWRITEBYTECODE": "1",
}


@pytest.mark.parametrize("name", STEERED)
def test_what_steers_other_installations_does_not_steer_this_one(plain, fault, name):
    started = plain.start("list", **{name: STEERED[name]})
    fault(
        f"{name}={STEERED[name]} at the first start",
        lost=[] if started.code == 0 else [started.progress],
        left=[path for path in (Path("/nowhere"),) if path.exists()],
        read=started.progress,
    )


def test_a_pip_conf_with_settings_of_other_installations_does_no_harm(plain, tmp_path, fault):
    conf = tmp_path / "pip.conf"
    conf.write_text("[global]\nuser = true\nno-binary = :all:\n[install]\ntarget = /nowhere\n")
    started = plain.start("list", PIP_CONFIG_FILE=str(conf))
    fault(
        "a pip.conf with user, target and no-binary",
        lost=[] if started.code == 0 else [started.progress],
        left=[path for path in (Path("/nowhere"),) if path.exists()],
        read=started.progress,
    )
