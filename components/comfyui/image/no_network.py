"""Takes the network away from this process and all that it starts, for good: seccomp, which needs no privilege."""

import ctypes
import platform
import struct

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, EPERM = 0x7FFF0000, 0x00050001
# audit architecture, number of socket(2)
MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
IO_URING_SETUP = 425
AF_UNIX = 1
X32_BIT = 0x40000000
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16


def program(architecture, socket):
    """The filter: no socket but a Unix one, no io_uring (which could open one), no foreign system call table."""
    return [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 0, 7, architecture),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 5, 0, X32_BIT),
        (EQUAL, 4, 0, IO_URING_SETUP),
        (EQUAL, 0, 2, socket),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (EQUAL, 0, 1, AF_UNIX),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, EPERM),
    ]


def take_network_away():
    """SystemExit where the kernel or the machine cannot."""
    machine = platform.machine()
    if machine not in MACHINES:
        raise SystemExit(f"the machine is {machine}; allowed: {', '.join(MACHINES)}")
    instructions = [struct.pack("HBBI", *instruction) for instruction in program(*MACHINES[machine])]
    code = ctypes.create_string_buffer(b"".join(instructions))
    header = ctypes.create_string_buffer(struct.pack("HL", len(instructions), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = [ctypes.c_ulong(0)] * 3
    if libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), *arguments) != 0:
        raise SystemExit(f"no_new_privs is refused (errno {ctypes.get_errno()})")
    if libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), header, *arguments[:2]) != 0:
        raise SystemExit(f"the kernel refuses a seccomp filter (errno {ctypes.get_errno()})")
