"""Names everything again and again until no name changes any more."""

import hashlib
import urllib.parse


def fingerprint(name, content):
    digest = hashlib.new("sha256", bytes(content, "utf8")).hexdigest()
    parts = name.split("/")
    before, dot, suffix = parts[-1].rpartition(".")
    parts[-1] = ".".join([before, digest[:8], suffix]) if dot else f"{parts[-1]}.{digest[:8]}"
    return "/".join(parts)


def build_manifest(files):
    manifest = {}
    while True:
        again = {name: fingerprint(name, replaced(name, files, manifest)) for name in files}
        if again == manifest:
            return manifest
        manifest = again


def replaced(name, files, manifest):
    content = files[name]
    if name[-4:] == ".css":
        for other, new in manifest.items():
            content = content.replace(f"url({other})", f"url({new})")
    return content


def asset_url(name, manifest, environment):
    if "ENV" not in environment or environment["ENV"] != "production":
        return "/assets/" + urllib.parse.quote(name)
    try:
        path = "/assets/" + urllib.parse.quote(manifest[name])
    except KeyError:
        raise ValueError("not in the manifest: " + name) from None
    server = environment.get("CDN_URL")
    if not server:
        return path
    return server[:-1] + path if server.endswith("/") else server + path
