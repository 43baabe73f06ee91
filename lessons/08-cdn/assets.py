"""Names and addresses of assets: what a page links to, in production and elsewhere."""

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath

DIGITS = 8


def fingerprint(name: str, content: bytes) -> str:
    """A name that changes with the content: `app.js` becomes `app.3f2a91bc.js`."""
    path = PurePosixPath(name)
    digest = hashlib.sha256(content).hexdigest()[:DIGITS]
    return str(path.with_name(f"{path.stem}.{digest}{path.suffix}"))


def manifest(files: Mapping[str, bytes]) -> dict[str, str]:
    """Which fingerprinted name each file has; written once, when the site is built."""
    return {name: fingerprint(name, content) for name, content in files.items()}


def asset_url(name: str, names: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """Where a page says that an asset is: at the CDN in production, else on our own server."""
    if environment.get("ENV") != "production":
        return f"/assets/{name}"
    return f"{environment['CDN_URL'].rstrip('/')}/assets/{names.get(name, name)}"
