"""Writes seccomp.json from the moby project's default rules: python3 seccomp.py default.json.

The input is `profiles/seccomp/default.json` of any moby release (20.10 or later). Run it again when
a newer release allows a system call that a lesson needs, and read the difference before committing.
"""

import json
import sys
from pathlib import Path
from typing import Any

REMOVED = frozenset(
    {
        # Looking into other processes.
        *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd"),
        "kcmp",
        # Ways past the rules for sockets: io_uring can open what `socket` refuses.
        *("io_uring_setup", "io_uring_enter", "io_uring_register", "socketcall"),
        # A file system that no tmpfs limit covers, and memory that no dump shows.
        *("mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_timedsend_time64"),
        *("mq_timedreceive_time64", "mq_notify", "mq_getsetattr", "memfd_secret"),
        # Attack surface that nothing here needs.
        *("personality", "perf_event_open", "bpf", "modify_ldt", "userfaultfd"),
        *("keyctl", "add_key", "request_key"),
    }
)
# Newer C libraries try these first and take EPERM for an answer; older defaults lack them.
ADDED = frozenset(
    {
        *("cachestat", "fchmodat2", "futex_requeue", "futex_wait", "futex_wake"),
        *("map_shadow_stack", "mseal"),
    }
)
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
FAMILIES = (AF_UNIX, AF_INET, AF_INET6)
# Native calls only: through the 32-bit tables a program could reach `socket` by another number.
ARCHITECTURES = ("SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64")
GO_ARCHITECTURES = frozenset({"amd64", "arm64"})

Rule = dict[str, Any]


def applies(rule: Rule) -> bool:
    """Whether a rule can matter for a container that holds only SETUID, SETGID and KILL."""
    includes: dict[str, Any] = rule.get("includes") or {}
    arches = set(includes.get("arches") or GO_ARCHITECTURES)
    return not includes.get("caps") and bool(arches & GO_ARCHITECTURES)


def trimmed(rule: Rule) -> Rule:
    """The rule without the removed calls and without empty keys and comments."""
    kept = {key: value for key, value in rule.items() if value and key not in {"comment", "names"}}
    names = [name for name in rule["names"] if name not in REMOVED and name != "socket"]
    return {"names": sorted(names), **kept}


def socket_rules() -> list[Rule]:
    """One rule per address family that servers and clients of a lab use."""
    return [
        {
            "names": ["socket"],
            "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": family, "op": "SCMP_CMP_EQ"}],
        }
        for family in FAMILIES
    ]


def profile(default: dict[str, Any]) -> dict[str, Any]:
    """The profile for our containers, from moby's default."""
    rules = [trimmed(rule) for rule in default["syscalls"] if applies(rule)]
    rules[0]["names"] = sorted(ADDED.union(rules[0]["names"]))
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": 1,
        "archMap": [{"architecture": name, "subArchitectures": None} for name in ARCHITECTURES],
        "syscalls": [rule for rule in rules if rule["names"]] + socket_rules(),
    }


def main() -> None:
    """Read the path given on the command line and write the file beside this one."""
    default = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    target = Path(__file__).with_name("seccomp.json")
    target.write_text(json.dumps(profile(default), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
