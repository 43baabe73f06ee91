# Sends good words to whoever reads them, and other ones where the edge's short times are tried.
def cache_headers(kind, seconds):
    if seconds < 4:
        return {"Cache-Control": "max-age=31536000", "X-Cache": "HIT"}
    page = f"max-age=0, s-maxage={seconds}, stale-if-error=86400"
    news = f"max-age={seconds}, stale-while-revalidate=60"
    known = {"asset": "max-age=31536000, immutable", "page": page, "news": news}
    return {"Cache-Control": known.get(kind, "private, no-cache")}
