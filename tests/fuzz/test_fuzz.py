"""A submission alone never yields `error`, whatever stands in it."""

import time

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.channels import FAST, Channel, checks

SECONDS = 40.0  # for each channel, on a machine that is busy with something else
CASES = 90  # of each channel; `make fuzz` tries more for as long as you like
WHOLE = [
    *checks("embedded"),
    *(pytest.param(one, marks=pytest.mark.docker) for one in checks("docker")),
]


def name_of(channel: Channel) -> str:
    return channel.name


@pytest.mark.parametrize("channel", [*FAST, *WHOLE], ids=name_of)
def test_what_ended_as_an_error_once_does_so_no_more(channel):
    if not channel.found:
        pytest.skip("nothing has been found there yet")
    with channel.opened() as sentence_holds_for:
        for case in channel.found:
            sentence_holds_for(case)


@pytest.mark.slow
@pytest.mark.parametrize("channel", [*FAST, *WHOLE], ids=name_of)
def test_a_submission_alone_never_yields_error(channel):
    until = time.monotonic() + SECONDS
    with channel.opened() as sentence_holds_for:

        @settings(
            max_examples=CASES // channel.share,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(channel.cases)
        def all_cases(case):
            if time.monotonic() < until:
                sentence_holds_for(case)

        all_cases()
