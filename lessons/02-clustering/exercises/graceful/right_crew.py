"""A small pre-fork server that leaves, and restarts, gracefully: a crew at a time.

    python graceful.py --port 8000 --workers 2 --boot 0.2 --patience 5

SIGTERM to the master: end.          SIGHUP to the master: replace every worker.
"""

import argparse
import os
import select
import signal
import socket
import threading
import time
from contextlib import suppress


class Worker:
    """Accepts connections and answers each on a thread of its own."""

    def __init__(self, listener, options):
        self.listener = listener
        self.options = options
        self.leaving = False
        self.threads = []

    def run(self, ready):
        """Boot, tell the master, serve until told to leave."""
        time.sleep(self.options.boot)  # imports, caches, connections
        signal.signal(signal.SIGTERM, lambda *_: self.leave())
        os.write(ready, b"R")
        while not self.leaving:
            if select.select([self.listener], [], [], 0.05)[0]:
                self.accept()
        self.finish()

    def accept(self):
        """Take one connection, if nobody was faster."""
        with suppress(BlockingIOError):
            connection, _ = self.listener.accept()
            connection.setblocking(True)
            thread = threading.Thread(target=answer, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def leave(self):
        """SIGTERM has come: the loop ends after this turn."""
        self.leaving = True

    def finish(self):
        """Close the door, then wait for those inside."""
        self.listener.close()
        for thread in self.threads:
            thread.join()


class Master:
    """Owns the port and the workers."""

    def __init__(self, options):
        self.options = options
        self.listener = socket.create_server(("127.0.0.1", options.port), backlog=128)
        self.listener.setblocking(False)
        self.workers = {}  # pid: the pipe that says "ready"

    def run(self):
        """Start the workers, then do what the signals say."""
        for _ in range(self.options.workers):
            self.start_worker()
        while True:
            number = signal.sigwait({signal.SIGTERM, signal.SIGHUP})
            if number == signal.SIGTERM:
                self.stop()
                return
            self.roll()

    def start_worker(self):
        """Fork one worker; returns its pid at once, long before it is ready."""
        ready, says_ready = os.pipe()
        pid = os.fork()
        if pid == 0:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGHUP})
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            Worker(self.listener, self.options).run(says_ready)
            os._exit(0)
        os.close(says_ready)
        self.workers[pid] = ready
        return pid

    def wait_ready(self, pid, seconds):
        """Wait until a worker has booted; True if it has."""
        ready = self.workers[pid]
        return bool(select.select([ready], [], [], seconds)[0]) and os.read(ready, 1) == b"R"

    def wait_gone(self, pid, seconds):
        """Wait for a worker's end; True if it has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                os.close(self.workers.pop(pid))
                return True
            time.sleep(0.01)
        return False

    def stop(self):
        """SIGTERM: end, and lose nothing that was begun."""
        self.listener.close()
        self.dismiss(set(self.workers))

    def roll(self):
        """SIGHUP: a whole new crew first; the old one leaves when all of the new one answer."""
        old = set(self.workers)
        new = [self.start_worker() for _ in old]
        if all(self.wait_ready(pid, self.options.patience) for pid in new):
            self.dismiss(old)
        else:
            for pid in new:
                os.kill(pid, signal.SIGKILL)
                self.wait_gone(pid, self.options.patience)

    def dismiss(self, pids):
        """Ask all of them to leave at once, and kill whoever is too slow."""
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + self.options.patience
        while pids and time.monotonic() < end:
            pids -= {pid for pid in pids if self.wait_gone(pid, 0.02)}
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            self.wait_gone(pid, 5)


def answer(connection):
    """Say at once that the work has begun, do it, say that it is done."""
    with connection, suppress(OSError, ValueError):
        path = connection.recv(4096).split()[1].decode()
        last = f"done by {os.getpid()}\n".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(last) + 6}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + b"begun\n")
        time.sleep(float(path.partition("?")[2] or 0) / 1000)
        connection.sendall(last)


def main():
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--boot", type=float, default=0.2)
    parser.add_argument("--patience", type=float, default=5.0)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGHUP})
    Master(parser.parse_args()).run()


if __name__ == "__main__":
    main()
