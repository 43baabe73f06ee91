"""Which ports the containers of a pod have, and whether a Service leads to one of them."""

from typing import Any

Fields = dict[str, Any]


def ports_of(containers: list[Fields]) -> dict[str, int]:
    """The ports of all containers by name (or number, for those without)."""
    found = [port for one in containers for port in one.get("ports") or ()]
    return {port.get("name", str(port["containerPort"])): port["containerPort"] for port in found}


def listens(service: Fields, ports: dict[str, int]) -> bool:
    """Whether some port of the Service leads to one of the pod's; without any we cannot know."""
    if not ports:
        return True
    for one in service.get("ports") or ():
        target = one.get("targetPort", one["port"])
        if target in ports.values() or target in ports:
            return True
    return False
