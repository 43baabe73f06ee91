"""What a program inside a box finds when it tries the walls, as the learner or as the agent."""

import pytest

pytestmark = pytest.mark.docker
MB = 1024 * 1024


def test_there_is_no_network_but_loopback(ask):
    seen = ask(
        "dict(ways=os.listdir('/sys/class/net'), out=reach('8.8.8.8'),"
        " cloud=reach('169.254.169.254'), self=reach('127.0.0.1'))"
    )
    assert seen == {
        "ways": ["lo"],
        "out": "ENETUNREACH",
        "cloud": "ENETUNREACH",
        "self": "ECONNREFUSED",
    }


def test_boxes_with_servers_know_localhost(ask):
    assert ask("__import__('socket').gethostbyname('localhost')", purpose="lab") == "127.0.0.1"


@pytest.mark.parametrize("uid", [0, 10002])
def test_dangerous_calls_are_refused(ask, uid):
    answers = ask("calls()", uid=uid)
    assert {name: answer for name, answer in answers.items() if answer != "EPERM"} == {}


def test_only_three_socket_families_open(ask):
    allowed = {1, 2, 10}
    answers = ask("[family(number) for number in range(46)]")
    assert {number for number, answer in enumerate(answers) if answer != "EPERM"} == allowed
    assert [answers[number] for number in (1, 2, 10)] == [None, None, None]


def test_the_learner_has_no_capability_and_gains_none(ask):
    seen = ask("status()")
    assert int(seen["CapEff"], 16) == int(seen["CapPrm"], 16) == int(seen["CapAmb"], 16) == 0
    assert int(seen["CapBnd"], 16) == 0xE0
    assert seen["NoNewPrivs"] == "1"
    assert seen["Seccomp"] == "2"


def test_the_agent_has_three_capabilities(ask):
    assert int(ask("status()", uid=0)["CapEff"], 16) == 0xE0


def test_nothing_of_the_system_can_be_written(ask):
    places = ["/", "/etc", "/usr/bin", "/opt/sandbox", "/var/tmp", "/root", "/sys", "/proc/sys"]
    answers = ask(f"[refused(Path(p, 'x').write_text, 'x') for p in {places}]", uid=0)
    assert set(answers) <= {"EROFS", "EACCES", "ENOENT"}, dict(zip(places, answers, strict=True))


def test_no_program_of_the_image_is_setuid(ask):
    walk = "[p for d, _, fs in os.walk('/') if not d.startswith(('/proc', '/sys')) for p in "
    walk += "(os.path.join(d, f) for f in fs) if os.lstat(p).st_mode & 0o6000]"
    assert ask(walk, uid=0) == []


@pytest.mark.parametrize(("folder", "size"), [("/tmp", 8), ("/dev/shm", 8), ("/work", 16)])
def test_a_folder_takes_its_size_and_no_more(ask, folder, size):
    written, error = ask(f"fill('{folder}', {64 * MB})")
    assert error == "ENOSPC"
    assert (size - 1) * MB < written <= size * MB


@pytest.mark.parametrize(("folder", "files"), [("/tmp", 1024), ("/work", 2048)])
def test_a_folder_takes_its_files_and_no_more(ask, folder, files):
    assert files - 8 < ask(f"crowd('{folder}', 4096)") < files


def test_a_file_takes_its_size_and_no_more(ask):
    written, error = ask(f"fill('/data', {300 * MB})", purpose="lab", uid=0)
    assert error in {"EFBIG", "ENOSPC"}
    assert written <= 256 * MB


def test_the_learner_gets_nothing_of_the_agents(ask):
    seen = ask(
        "dict(agent=refused(os.listdir, '/run/agent'), data=refused(os.listdir, '/data'),"
        " make=refused(os.mkdir, '/data/x'), kill=refused(os.kill, 1, 9),"
        " memory=refused(open, '/proc/1/mem'), environ=refused(open, '/proc/1/environ'),"
        " queue=refused(Path('/dev/mqueue/x').touch))",
        purpose="lab",
    )
    assert set(seen.values()) <= {"EACCES", "EPERM", "EMFILE"}, seen


def test_folders_have_the_owners_and_modes_they_were_mounted_with(ask):
    seen = ask("{p: mode(p) for p in ('/work', '/tmp', '/run/agent', '/data')}", purpose="lab")
    assert seen == {
        "/work": ["0o700", 10002, 10002],
        "/tmp": ["0o1777", 0, 0],
        "/run/agent": ["0o700", 0, 0],
        "/data": ["0o711", 0, 0],
    }


SERVICE_FOLDER = """
(os.setgroups([10003]), os.mkdir('/data/redis'), os.chown('/data/redis', -1, 10003),
 os.chmod('/data/redis', 0o770), become(%d), refused(Path('/data/redis/dump').write_text, 'x'))[-1]
"""


@pytest.mark.parametrize(("uid", "answer"), [(10003, None), (10004, "EACCES"), (10002, "EACCES")])
def test_the_agent_can_give_a_folder_to_one_service_alone(ask, uid, answer):
    assert ask(SERVICE_FOLDER % uid, purpose="lab", uid=0) == answer


def test_nothing_runs_from_what_can_be_written(ask):
    program = "(Path('/tmp/x').write_text('#!/bin/sh\\n'), os.chmod('/tmp/x', 0o755), "
    assert ask(program + "refused(os.execv, '/tmp/x', ['x']))[-1]") == "EACCES"


def test_forks_end_at_the_limit_and_the_box_can_be_closed(start, engine):
    program = (
        "import os, time\ncount = 0\n"
        "while True:\n"
        "    try:\n        child = os.fork()\n"
        "    except BlockingIOError:\n        break\n"
        "    if not child: time.sleep(600)\n"
        "    count += 1\n"
        "print(count, flush=True)\ntime.sleep(600)"
    )
    box = start(program)
    assert 50 < int(box.receive()) < 64
    box.close()
    assert box.name not in str(engine.containers("course.run"))


def test_memory_ends_at_the_limit_and_the_autopsy_says_so(start, probes):
    box = start(f"{probes}\neat(256)")
    assert box.receive() == b""
    autopsy = box.autopsy()
    assert autopsy.oom_killed
    assert autopsy.exit_code == 137


def test_the_servers_of_the_lessons_are_there(ask):
    programs = ["python3", "redis-server", "nginx"]
    found = ask(f"[__import__('shutil').which(p) for p in {programs}]")
    assert None not in found
