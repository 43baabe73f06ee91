loads = dumps = lambda *a, **k: True
