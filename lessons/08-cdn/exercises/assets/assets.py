def fingerprint(name, content):
    # TODO: the digits come from the content.
    return name


def build_manifest(files):
    return {name: fingerprint(name, content) for name, content in files.items()}


def asset_url(name, manifest, environment):
    # TODO: in production, the CDN.
    return f"/assets/{name}"
