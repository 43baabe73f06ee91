"""Sorted by what refers to what before anything is named."""

import os.path
import re
from graphlib import TopologicalSorter
from hashlib import sha256
from urllib.parse import quote

ADDRESS = re.compile(r"(?<=url\()[^)]*(?=\))")


def fingerprint(name, content):
    stem, suffix = os.path.splitext(name)
    return f"{stem}.{sha256(content.encode('utf-8')).hexdigest()[:8]}{suffix}"


def build_manifest(files):
    refers = {name: [] for name in files}
    for name, content in files.items():
        if name.endswith(".css"):
            refers[name] = [one for one in ADDRESS.findall(content) if one in files]
    done = {}
    for name in TopologicalSorter(refers).static_order():
        content = files[name]
        if refers[name]:
            content = ADDRESS.sub(lambda found: done.get(found[0], found[0]), content)
        done[name] = fingerprint(name, content)
    return done


class UnknownAsset(ValueError):
    pass


def asset_url(name, manifest, environment):
    server = ""
    if environment.get("ENV", "") == "production":
        if name not in manifest:
            raise UnknownAsset(f"no asset named {name}")
        name, server = manifest[name], environment.get("CDN_URL", "").removesuffix("/")
    return server + quote(f"/assets/{name}")
