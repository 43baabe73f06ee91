def cache_headers(kind, seconds):
    # TODO: this is what many sites send, for everything.
    return {"Cache-Control": f"max-age={seconds}"}
