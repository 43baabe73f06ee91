"""A small pre-fork server that leaves, and restarts, gracefully: woken by a pipe, and it counts.

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
        time.sleep(self.options.boot)
        self.busy = 0
        self.idle = threading.Condition()
        woken, self.wakes = os.pipe()
        signal.signal(signal.SIGTERM, lambda *_: self.leave())
        os.write(ready, b"R")
        while woken not in select.select([self.listener, woken], [], [])[0]:
            self.accept()
        self.listener.close()
        with self.idle:
            self.idle.wait_for(lambda: self.busy == 0)

    def accept(self):
        """Take one connection, if nobody was faster."""
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return
        connection.setblocking(True)
        with self.idle:
            self.busy += 1
        threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        """Answer, then sign off."""
        try:
            answer(connection)
        finally:
            with self.idle:
                self.busy -= 1
                self.idle.notify_all()

    def leave(self):
        """SIGTERM has come: wake the loop."""
        os.write(self.wakes, b"x")


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
        until = time.monotonic() + self.options.patience
        for pid in self.workers:
            os.kill(pid, signal.SIGTERM)
        while self.workers and time.monotonic() < until:
            self.reap()
            time.sleep(0.01)
        for pid in self.workers:
            os.kill(pid, signal.SIGKILL)
        while self.workers:
            self.reap()

    def roll(self):
        """SIGHUP: a new worker for every old one, and somebody answers all the time."""
        for old in tuple(self.workers):
            new = self.start_worker()
            if not self.wait_ready(new, 60):
                break
            os.kill(old, signal.SIGTERM)
            while old in self.workers:
                self.reap()
                time.sleep(0.01)
        self.reap()

    def reap(self):
        """Forget whoever has ended."""
        with suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                os.close(self.workers.pop(pid))


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
