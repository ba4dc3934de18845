#!/usr/bin/python3 -I
"""What components/pod/member.ts does with a shell, for this image, which has none.

usage: pod-member.py run PROGRAM [ARGUMENT...]   becomes PROGRAM once the pod's firewall stands
       pod-member.py check PORT                  exit code 0 while it does and something listens on PORT

Where the pod was made anew, this container is left in a namespace that is cut off: the check then ends it, and the
engine's restart joins it to the new one.
"""

import os
import signal
import sys
import time

NAMESPACE = "/run/pod/namespace"
LISTENING = "0A"


def pods_namespace():
    """The namespace that the pod's firewall stands in, or None before it does."""
    try:
        with open(NAMESPACE, encoding="ascii") as file:
            return file.read().strip()
    except FileNotFoundError:
        return None


def in_pod():
    return os.readlink("/proc/self/ns/net") == pods_namespace()


def listens(port):
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == LISTENING for row in rows)


def main():
    command, *arguments = sys.argv[1:]
    if command == "run":
        while not in_pod():
            time.sleep(0.1)
        os.execv(arguments[0], arguments)
    if command == "check":
        if not in_pod():
            if pods_namespace() is not None:
                os.kill(1, signal.SIGTERM)
            sys.exit(1)
        sys.exit(0 if listens(int(arguments[0])) else 1)
    sys.exit(f'the command is "{command}"; allowed: run, check')


if __name__ == "__main__":
    main()
