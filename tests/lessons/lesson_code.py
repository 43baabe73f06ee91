"""A lesson's own code, for its tests."""

import importlib
import sys
from pathlib import Path
from types import ModuleType


def modules(folder: Path, *names: str) -> list[ModuleType]:
    """Modules of a folder, together, without leaving their names to other lessons' modules."""
    own = {path.stem for path in folder.glob("*.py")}
    hidden = {name: sys.modules.pop(name) for name in own & sys.modules.keys()}
    sys.path.insert(0, str(folder))
    try:
        return [importlib.import_module(name) for name in names]
    finally:
        sys.path.remove(str(folder))
        for name in own & sys.modules.keys():
            del sys.modules[name]
        sys.modules.update(hidden)
