"""Start the fork server: `python3 -I -B <here> [LIBRARY…]`, its control socket on stdin."""

import os
import socket
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from runner.zygote import serve  # noqa: E402  the folder must be on the path first

sys.path.pop(0)  # so that the learner's imports find nothing of ours

if __name__ == "__main__":
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    serve(control, sys.argv[1:])
