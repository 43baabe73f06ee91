"""nginx with the learner's file, and what it says."""

from lab import Lab

lab = Lab()
system = {}


@lab.setup
def start():
    """nginx, if it takes the file."""
    port = lab.free_port()
    system["places"] = {"origin": f"127.0.0.1:{port}", "a": f"127.0.0.1:{port}"}
    system["edge"] = lab.nginx(lab.submitted("nginx.conf"), **system["places"])


@lab.trigger
def get(path):
    """One request."""
    reply = lab.http(system["edge"].port, path, timeout=2)
    return {"status": reply.status, "body": reply.body.decode(errors="replace"), **reply.headers}


@lab.trigger
def reload():
    """The same file again."""
    system["edge"].reload(lab.submitted("nginx.conf"), **system["places"])
    return True
