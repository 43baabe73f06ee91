"""A real nginx with ip_hash; its backends are servers of the same nginx that say their names."""

from lab import Lab

lab = Lab()
CONFIG = """
set_real_ip_from 127.0.0.1;
real_ip_header X-Real-IP;
access_log off;
upstream app {
  zone app 64k;
  ip_hash;
  {lines}
}
server {
  listen 127.0.0.1:{port};
  location / { proxy_pass http://app; }
}
{backends}
"""
BACKEND = 'server {{ listen 127.0.0.1:{port}; location / {{ return 200 "{name}"; }} }}\n'
NAMES = "abcdef"
ports = {}
nginx = None


@lab.setup
def start():
    """nginx with six backends."""
    global nginx  # noqa: PLW0603  the rig has one
    ports.update({name: lab.free_port() for name in NAMES})
    nginx = lab.nginx(CONFIG, **places([{"name": "a", "weight": 1, "down": False}]))


def places(servers):
    """What the configuration leaves open."""
    lines = [
        f"server 127.0.0.1:{ports[one['name']]} weight={one['weight']}{' down' * one['down']};"
        for one in servers
    ]
    backends = [BACKEND.format(port=port, name=name) for name, port in ports.items()]
    return {"lines": " ".join(lines), "backends": "".join(backends)}


@lab.trigger
def answers(addresses: list, servers: list):
    """Who answers a client of each address."""
    nginx.reload(CONFIG, **places(servers))
    found = []
    for address in addresses:
        reply = lab.http(nginx.port, headers={"X-Real-IP": address})
        found.append(reply.body.decode() if reply.status == 200 else None)
    return found
