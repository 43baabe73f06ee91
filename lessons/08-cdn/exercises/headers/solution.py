def cache_headers(kind, seconds):
    if kind == "asset":
        return {"Cache-Control": "public, max-age=31536000, immutable"}
    if kind == "page":
        return {"Cache-Control": f"max-age=0, s-maxage={seconds}, stale-if-error=86400"}
    if kind == "news":
        return {
            "Cache-Control": f"max-age={seconds}, stale-while-revalidate=60",
            "Vary": "Accept-Language",
        }
    if kind == "account":
        return {"Cache-Control": "private, no-cache"}
    return {"Cache-Control": "no-store"}
