import hashlib
import re
from pathlib import PurePosixPath
from urllib.parse import quote


def fingerprint(name, content):
    path = PurePosixPath(name)
    digits = hashlib.sha256(content.encode()).hexdigest()[:8]
    return str(path.with_name(f"{path.stem}.{digits}{path.suffix}"))


def build_manifest(files):
    manifest = {}

    def named(name):
        if name not in manifest:
            content = files[name]
            if name.endswith(".css"):
                content = re.sub(r"url\(([^)]*)\)", linked, content)
            manifest[name] = fingerprint(name, content)
        return manifest[name]

    def linked(match):
        target = match[1]
        return f"url({named(target)})" if target in files else match[0]

    for name in files:
        named(name)
    return manifest


def asset_url(name, manifest, environment):
    if environment.get("ENV") != "production":
        return f"/assets/{quote(name)}"
    if name not in manifest:
        raise ValueError(f"there is no asset {name!r} in the manifest")
    server = (environment.get("CDN_URL") or "").rstrip("/")
    return f"{server}/assets/{quote(manifest[name])}"
