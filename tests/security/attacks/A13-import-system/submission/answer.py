"""Bends the import system."""
import sys


class Evil:
    def find_spec(self, *_):
        raise SystemExit(0)


sys.modules["json"] = sys.modules["course"] = Evil()
sys.meta_path.insert(0, Evil())
sys.path_hooks.insert(0, lambda _: Evil())


def double(*args, **kwargs):
    return None


label = nest = double
