"""Uses threads, processes and temporary files."""
import multiprocessing
import subprocess
import sys
import tempfile
import threading

threads = [threading.Thread(target=sum, args=([1],)) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with tempfile.NamedTemporaryFile() as file:
    file.write(b"x")
subprocess.run([sys.executable, "-c", "pass"], check=True)
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(abs, [-1, -2]) == [1, 2]


def double(values):
    return [2 * value for value in values]


def label(name):
    return f"<{name}>"


def nest(text, depth):
    nested = [text]
    for _ in range(depth - 1):
        nested = [nested]
    return nested
