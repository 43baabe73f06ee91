"""With everything that frameworks send beside it for old browsers."""

NEVER = {"Pragma": "no-cache", "Expires": "0"}


def cache_headers(kind, seconds):
    match kind:
        case "asset":
            return {"CACHE-CONTROL": "Public, Max-Age=31536000, Immutable"}
        case "page":
            value = f"public, max-age=0, s-maxage={seconds}, stale-if-error={24 * 60 * 60}"
            return {"Cache-Control": value, "Vary": "Accept-Encoding"}
        case "news":
            value = f"public, max-age={seconds}, s-maxage={seconds}, stale-while-revalidate=60"
            return {"Cache-Control": value, "Vary": "Accept-Encoding, Accept-Language"}
        case "account":
            return {"Cache-Control": "private, no-cache, must-revalidate, max-age=0", **NEVER}
        case _:
            value = "private, no-store, no-cache, must-revalidate, max-age=0"
            return {"Cache-Control": value, **NEVER}
