"""A table of small letters, with the directives in another order."""

TIMES = {
    "asset": "immutable,max-age=31536000,s-maxage=31536000,public",
    "page": "stale-if-error=86400,s-maxage={0},max-age=0,public",
    "news": "stale-while-revalidate=60,public,max-age={0}",
    "account": "max-age=0,must-revalidate,private",
}
VARY = {"news": {"vary": "accept-language"}, "account": {"vary": "cookie"}}


def cache_headers(kind, seconds):
    rules = TIMES.get(kind, "no-store").format(seconds)
    return {"cache-control": rules, **VARY.get(kind, {})}
