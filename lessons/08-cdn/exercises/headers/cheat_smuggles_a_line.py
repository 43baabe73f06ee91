# Puts a second header, and what nginx alone understands, into the first one.
def cache_headers(kind, seconds):
    return {"Cache-Control": f"max-age=0\r\nX-Accel-Expires: {seconds}\r\nX-Cache: HIT"}
