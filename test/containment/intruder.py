"""The intruder: code that runs inside ComfyUI's container and tries what malware there would try.

usage: python3 intruder.py '[{"id": "…", "do": "…", …}, …]'

Prints one JSON line for each attempt: {"id", "outcome", "errno", "said"}, where outcome is

    done      the attempt had its effect
    stopped   it had not; errno names the system call's error where there was one
    killed    the kernel ended the attempt's process
    hung      nothing came of it within the time limit

Each attempt runs in a process of its own, so that one that hangs or is killed does not end the rest. Serves as a
program (in the stand-in's container) and as a ComfyUI custom node (in the real one's own process).
"""

import ctypes
import errno
import glob
import importlib.util
import json
import mmap
import os
import platform
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

TIME_LIMIT_S = 20
NETWORK_TIMEOUT_S = 1.5
LIBC = ctypes.CDLL(None, use_errno=True)
# The one program that every image has which this can run in.
PROGRAM = os.path.realpath(sys.executable)
LIBRARY = "libm.so.6"

X86_64 = {
    "acct": 163, "add_key": 248, "bpf": 321, "chroot": 161, "clock_settime": 227, "delete_module": 176,
    "fanotify_init": 300, "fsopen": 430, "init_module": 175, "io_uring_setup": 425, "ioperm": 173,
    "kexec_load": 246, "keyctl": 250, "memfd_create": 319, "mount": 165, "move_mount": 429,
    "open_by_handle_at": 304, "open_tree": 428, "perf_event_open": 298, "pivot_root": 155,
    "process_vm_readv": 310, "ptrace": 101, "quotactl": 179, "reboot": 169, "sethostname": 170, "setns": 308,
    "setuid": 105, "swapon": 167, "syslog": 103, "umount2": 166, "unshare": 272, "userfaultfd": 323,
}  # fmt: skip
AARCH64 = {
    "acct": 89, "add_key": 217, "bpf": 280, "chroot": 51, "clock_settime": 112, "delete_module": 106,
    "fanotify_init": 262, "fsopen": 430, "init_module": 105, "io_uring_setup": 425, "ioperm": -1,
    "kexec_load": 104, "keyctl": 219, "memfd_create": 279, "mount": 40, "move_mount": 429,
    "open_by_handle_at": 265, "open_tree": 428, "perf_event_open": 241, "pivot_root": 41,
    "process_vm_readv": 270, "ptrace": 117, "quotactl": 60, "reboot": 142, "sethostname": 161, "setns": 268,
    "setuid": 146, "swapon": 224, "syslog": 116, "umount2": 39, "unshare": 97, "userfaultfd": 282,
}  # fmt: skip
NUMBERS = {"x86_64": X86_64, "aarch64": AARCH64}[platform.machine()]

PTRACE_ATTACH = 16
FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_IMMUTABLE_FL = 0x80086601, 0x40086602, 0x10


class Stopped(Exception):
    """The attempt had no effect, and no system call's error says why; `name` stands where the errno would."""

    name = None


class Powerless(Stopped):
    """The program ran, with no more rights than before."""

    name = "powerless"


def call(name, *arguments):
    """A system call by name; text becomes a C string. OSError where it fails."""
    # A plain int would be passed as 32 bits.
    as_c = {str: str.encode, int: ctypes.c_long}
    result = LIBC.syscall(ctypes.c_long(NUMBERS[name]), *(as_c.get(type(a), lambda x: x)(a) for a in arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


# --- files ------------------------------------------------------------------------------------------------------


def write(path, content="drill\n", **_):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    return path


def append(path, content, **_):
    with open(path, "a", encoding="utf-8") as file:
        file.write(content)
    return path


def rename(path, to, **_):
    os.rename(path, to)
    return to


def open_file(path, flags="r", **_):
    """Opens, and where it may also writes nothing: the opening alone is the prize."""
    os.close(os.open(path, {"r": os.O_RDONLY, "w": os.O_WRONLY}[flags]))
    return path


def immutable(path, **_):
    """Has the file be one that even root cannot remove; taken back at once where it worked."""
    with open(path, "w", encoding="utf-8") as file:
        flags = ctypes.c_long(0)
        for request, value in ((FS_IOC_GETFLAGS, None), (FS_IOC_SETFLAGS, FS_IMMUTABLE_FL), (FS_IOC_SETFLAGS, 0)):
            if value is not None:
                flags.value = value
            if LIBC.ioctl(file.fileno(), request, ctypes.byref(flags)) < 0:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code))
    return path


def chown_root(path, **_):
    write(path)
    os.chown(path, 0, 0)
    os.chmod(path, 0o4755)
    return path


def file_capability(path, **_):
    """CAP_SYS_ADMIN on a file, as setcap would write it."""
    write(path)
    os.setxattr(path, "security.capability", struct.pack("<IIIII", 0x02000001, 1 << 21, 0, 0, 0))
    return path


def device_node(path, major, minor, **_):
    os.mknod(path, 0o660 | 0o060000, os.makedev(major, minor))
    return path


# --- execution --------------------------------------------------------------------------------------------------


def marker(attempt_id):
    return f"/tmp/ran-{attempt_id}"


def dropped(folder, attempt_id, source):
    path = f"{folder}/drill-{attempt_id}"
    shutil.copy(source, path)
    os.chmod(path, 0o755)
    return path


def library():
    (path, *_) = glob.glob(f"/usr/lib/*-linux-gnu/{LIBRARY}")
    return path


def ran(command, attempt_id):
    """Runs a copy of the program to leave a file, so that whether it ran can be seen from outside."""
    leave = f"open({marker(attempt_id)!r}, 'w')"
    environment = {"PYTHONHOME": sys.base_prefix}
    end = subprocess.run(
        [*command, "-S", "-c", leave], env=environment, capture_output=True, text=True, check=False
    )
    if os.path.exists(marker(attempt_id)):
        return " ".join(command)
    raise unmapped(end.stderr.strip() or f"status {end.returncode}")


def unmapped(text):
    """The dynamic loader tells no errno: mapping code from a noexec mount is EPERM, and it says only this."""
    return OSError(errno.EPERM, text) if "failed to map segment" in text else Stopped(text)


def execute(folder, attempt_id, **_):
    return ran([dropped(folder, attempt_id, PROGRAM)], attempt_id)


def execute_by_loader(folder, attempt_id, **_):
    (loader, *_) = glob.glob("/lib*/ld-linux-*.so.*")
    return ran([loader, dropped(folder, attempt_id, PROGRAM)], attempt_id)


def load_library(folder, attempt_id, **_):
    try:
        ctypes.CDLL(dropped(folder, attempt_id, library()))
    except OSError as error:
        raise unmapped(str(error)) from error
    return folder


def preload(folder, attempt_id, **_):
    path = dropped(folder, attempt_id, library())
    show = [sys.executable, "-S", "-c", "print(open('/proc/self/maps').read())"]
    end = subprocess.run(show, env={"LD_PRELOAD": path}, capture_output=True, text=True, check=True)
    # The part that holds no code is mapped even where the rest is refused.
    if any(path in line and "x" in line.split()[1] for line in end.stdout.splitlines()):
        return path
    raise unmapped(end.stderr.strip())


def memory_file():
    return call("memfd_create", "kworker", 0)


def execute_from_memory(attempt_id, **_):
    descriptor = memory_file()
    with open(PROGRAM, "rb") as program:
        os.write(descriptor, program.read())
    return ran([f"/proc/{os.getpid()}/fd/{descriptor}"], attempt_id)


def load_library_from_memory(**_):
    descriptor = memory_file()
    with open(library(), "rb") as file:
        os.write(descriptor, file.read())
    ctypes.CDLL(f"/proc/self/fd/{descriptor}")
    return "loaded"


def setuid_program(path, **_):
    end = subprocess.run([path], capture_output=True, text=True, check=True)
    if "euid=0" not in end.stdout:
        raise Powerless(end.stdout.strip())
    return end.stdout.strip()


def interpret(name, words, seconds, attempt_id, **_):
    """Has the interpreter run a script of its own, under a name and with words for others to see."""
    path = write(f"/tmp/drill-{attempt_id}.py", f"import time\ntime.sleep({seconds})\n")
    subprocess.run([name, path, *words], executable=sys.executable, capture_output=True, check=True)
    return path


def find_program(name, **_):
    for folder in ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/opt/venv/bin"):
        if os.path.exists(f"{folder}/{name}"):
            return f"{folder}/{name}"
    raise FileNotFoundError(errno.ENOENT, f"no {name}")


def find_module(name, **_):
    if importlib.util.find_spec(name) is None:
        raise FileNotFoundError(errno.ENOENT, f"no module {name}")
    return name


# --- network ----------------------------------------------------------------------------------------------------


def connected(host, port, kind, protocol=0):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    connection = socket.socket(family, kind, protocol)
    connection.settimeout(NETWORK_TIMEOUT_S)
    connection.connect((host, port))
    return connection


def heard(connection):
    answer = connection.recv(2048)
    if not answer:
        raise Stopped("closed without an answer")
    return f"an answer of {len(answer)} bytes"


def tcp(host, port, say="drill\n", protocol=0, **_):
    with connected(host, port, socket.SOCK_STREAM, protocol) as connection:
        connection.sendall(say.encode())
        return heard(connection)


def reach(host, port, **_):
    """A connection is enough: what listens there says nothing to strangers."""
    with connected(host, port, socket.SOCK_STREAM):
        return f"{host}:{port} is open"


def udp(host, port, say="drill\n", protocol=0, **_):
    with connected(host, port, socket.SOCK_DGRAM, protocol) as connection:
        connection.send(say.encode())
        return heard(connection)


def fast_open(host, port, **_):
    """TCP Fast Open: data in the first packet, before any connection is established."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        limit = struct.pack("ll", 1, 500_000)
        # The kernel's own limits: a timeout of Python's would make the socket one that does not wait.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        connection.sendto(b"drill\n", socket.MSG_FASTOPEN, (host, port))
        return heard(connection)


def http(host, port, method, path, headers=None, body="", **_):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return tcp(host, port, "\r\n".join([*lines, "", body]))


def dns_query(name):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">HHHHHH", 0x4647, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)


def dns(host, name, **_):
    with connected(host, 53, socket.SOCK_DGRAM) as connection:
        connection.send(dns_query(name))
        return heard(connection)


def dns_over_tcp(host, name, **_):
    with connected(host, 53, socket.SOCK_STREAM) as connection:
        query = dns_query(name)
        connection.sendall(struct.pack(">H", len(query)) + query)
        return heard(connection)


def resolve(name, **_):
    """By whatever /etc/resolv.conf and the C library make of it."""
    return str(socket.getaddrinfo(name, 80)[0][4])


def ping(host, raw=False, **_):
    v6 = ":" in host
    family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6) if v6 else (socket.AF_INET, socket.IPPROTO_ICMP)
    with socket.socket(family, socket.SOCK_RAW if raw else socket.SOCK_DGRAM, protocol) as connection:
        connection.settimeout(NETWORK_TIMEOUT_S)
        connection.connect((host, 0))
        body = struct.pack(">HH", 1, 1) + b"drill!"
        words = struct.unpack(f">{len(body) // 2}H", body)
        total = (0x0800 + sum(words)) % 0xFFFF
        connection.send(struct.pack(">BBH", 128 if v6 else 8, 0, 0 if v6 else 0xFFFF - total) + body)
        return heard(connection)


def frame(**_):
    """A frame past the IP stack, where no firewall rule for IP would see it."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as connection:
        connection.bind(("eth0", 0x0800))
        connection.send(b"\xff" * 12 + b"\x08\x00" + b"drill".ljust(50, b"\0"))
    return "sent"


def other_family(family, address=None, kind=1, **_):
    """A socket of a family that the firewall does not know."""
    with socket.socket(family, kind, 0) as connection:
        connection.settimeout(NETWORK_TIMEOUT_S)
        if address is not None:
            connection.connect(tuple(address))
    return f"family {family}"


def netlink(protocol, messages):
    """Sends (type, flags, payload) triples in one go; OSError with the kernel's first error."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as connection:
        connection.settimeout(NETWORK_TIMEOUT_S)
        connection.bind((0, 0))
        parts = [
            struct.pack("<IHHII", 16 + len(payload), kind, flags, number, 0) + payload
            for number, (kind, flags, payload) in enumerate(messages, 1)
        ]
        connection.send(b"".join(parts))
        code = -struct.unpack_from("<i", connection.recv(4096), 16)[0]
        if code > 0:
            raise OSError(code, os.strerror(code))
    return "accepted"


def flush_firewall(**_):
    """`nft flush ruleset`, as the kernel hears it."""
    nftables = 10
    batch = struct.pack(">BBH", 0, 0, nftables)
    return netlink(12, [(16, 1, batch), (nftables << 8 | 2, 5, struct.pack(">BBH", 0, 0, 0)), (17, 1, batch)])


def add_route(to, **_):
    """`ip route add blackhole TO/32`: may this process change routes at all?"""
    message = struct.pack("<BBBBBBBBI", socket.AF_INET, 32, 0, 0, 254, 4, 0, 6, 0)
    return netlink(0, [(24, 0x405, message + struct.pack("<HH", 8, 1) + socket.inet_aton(to))])


def listen(host, port, **_):
    """Takes a port over, with every option that lets two share one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind((host, port))
        server.listen(1)
    return f"listened on {host}:{port}"


def serve(host, port, seconds, **_):
    """Listens and says a word to whoever comes; done when somebody came."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))
        server.listen(1)
        server.settimeout(seconds)
        connection, peer = server.accept()
        with connection:
            connection.sendall(b"intruder\n")
    return f"answered {peer[0]}"


def unix_socket(path, **_):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(NETWORK_TIMEOUT_S)
        connection.connect(path)
        connection.sendall(b"GET /version HTTP/1.0\r\n\r\n")
        return f"{len(connection.recv(2048))} bytes"


def abstract_sockets(**_):
    """Sockets without a file belong to the network namespace, which the pod's containers share."""
    with open("/proc/net/unix", encoding="ascii") as file:
        names = [line.split()[-1] for line in file if "@" in line]
    if not names:
        raise FileNotFoundError(errno.ENOENT, "no abstract socket in the namespace")
    return ", ".join(names)


# --- kernel -----------------------------------------------------------------------------------------------------


def in_memory(argument):
    """`buffer` is a page of zeros, `hex:…` a page that begins with these bytes."""
    if argument == "buffer" or str(argument).startswith("hex:"):
        return ctypes.create_string_buffer(bytes.fromhex(argument.removeprefix("buffer")[4:]), 4096)
    return argument


def system_call(name, arguments=(), **_):
    return f"{name} = {call(name, *map(in_memory, arguments))}"


def enter_namespace(path, **_):
    call("setns", os.open(path, os.O_RDONLY), 0)
    return path


def sleeping_child():
    child = os.fork()
    if child == 0:
        signal.pause()
    return child


def trace(pid=None, **_):
    """Attaches to a process of the same user, and lets go again."""
    target = sleeping_child() if pid is None else pid
    call("ptrace", PTRACE_ATTACH, target, 0, 0)
    return f"attached to {target}"


def read_memory(**_):
    """Reads another process's memory by process_vm_readv."""
    target, buffer = sleeping_child(), ctypes.create_string_buffer(8)
    vector = struct.pack("QQ", ctypes.addressof(buffer), 8)
    call("process_vm_readv", target, vector, 1, vector, 1, 0)
    return f"read 8 bytes of {target}"


def see_processes(name, **_):
    """Looks for processes of the other containers or the host."""
    with open("/proc/self/cmdline", "rb") as file:
        own = file.read()
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        with open(path, "rb") as file:
            line = file.read()
        if line != own and name in line.decode(errors="replace"):
            return path
    raise ProcessLookupError(errno.ESRCH, f"no process {name}")


# --- secrets ----------------------------------------------------------------------------------------------------

SECRET = re.compile(rb"cf_[0-9a-f]{64}|-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{64}|(?<![0-9A-Za-z+/])AKIA[0-9A-Z]{16}(?![0-9A-Za-z+/])")
SECRET_NAME = re.compile(r"(?i)[^=]*(secret|password|passwd|token|api_?key|credential|private)[^=]*=.+")


def search_files(root, **_):
    """Every file that can be read, on any mount, up to 1 MiB each."""
    own = {"proc", "sys", "dev"}
    for folder, folders, files in os.walk(root):
        if folder == "/":
            folders[:] = [name for name in folders if name not in own]
        # Packages bring keys for their own tests, which everybody has.
        folders[:] = [name for name in folders if name != "tests"]
        for path in (f"{folder.rstrip('/')}/{name}" for name in files):
            try:
                if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > 1 << 20:
                    continue
                with open(path, "rb") as file:
                    found = SECRET.search(file.read())
            except OSError:
                continue
            if found:
                return f"{path}: {found.group()[:12]!r}"
    raise FileNotFoundError(errno.ENOENT, "no secret in any file")


def search_environments(**_):
    """The environment and the command line of every process that can be seen."""
    for path in [*glob.glob("/proc/[0-9]*/environ"), *glob.glob("/proc/[0-9]*/cmdline")]:
        try:
            with open(path, "rb") as file:
                entries = file.read().decode(errors="replace").split("\0")
        except OSError:
            continue
        # This process's own arguments are the drills themselves.
        found = [entry for entry in entries if "=" in entry and len(entry) < 4096 and SECRET_NAME.match(entry)]
        if found:
            return f"{path}: {found[0].split('=')[0]}"
    raise FileNotFoundError(errno.ENOENT, "no secret in any environment")


# --- exhaustion: every one of them bounded ----------------------------------------------------------------------


def processes(most, hold_s=0, **_):
    """Starts processes until the kernel refuses, or `most` are there."""
    started = []
    try:
        while len(started) < most:
            started.append(sleeping_child())
        return f"{most} processes"
    finally:
        time.sleep(hold_s)
        for pid in started:
            os.kill(pid, signal.SIGKILL)
        for pid in started:
            os.waitpid(pid, 0)


def memory(mib, hold_s=0, **_):
    """Takes memory, page by page, until the kernel ends it or all is there."""
    block = mmap.mmap(-1, mib << 20)
    for offset in range(0, mib << 20, mmap.PAGESIZE):
        block[offset] = 1
    time.sleep(hold_s)
    return f"{mib} MiB"


def fill(folder, mib, attempt_id, **_):
    """Writes until the file system is full, or `mib` are there."""
    path = f"{folder}/drill-{attempt_id}"
    try:
        with open(path, "wb", buffering=0) as file:
            for _ in range(mib):
                file.write(b"\1" * (1 << 20))
        return f"{mib} MiB in {folder}"
    finally:
        os.unlink(path)


def burn(seconds, **_):
    """A busy loop on each core."""
    is_copy = False
    for _ in range(os.cpu_count() - 1):
        is_copy = os.fork() == 0
        if is_copy:
            break
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    if is_copy:
        # One report for all: two could be read as one.
        os._exit(0)
    return f"{seconds} s on {os.cpu_count()} cores"


ACTS = {
    act.__name__: act
    for act in (
        *(write, append, rename, open_file, immutable, chown_root, file_capability, device_node),
        *(execute, execute_by_loader, load_library, preload, execute_from_memory, load_library_from_memory),
        *(setuid_program, interpret, find_program, find_module),
        *(tcp, reach, udp, fast_open, http, dns, dns_over_tcp, resolve, ping, frame, other_family),
        *(flush_firewall, add_route, listen, serve, unix_socket, abstract_sockets),
        *(system_call, enter_namespace, trace, read_memory, see_processes),
        *(search_files, search_environments, processes, memory, fill, burn),
    )
}


def perform(attempt):
    """One attempt, in this process: its outcome as a record."""
    arguments = {key: value for key, value in attempt.items() if key not in ("id", "do")}
    try:
        said = ACTS[attempt["do"]](attempt_id=attempt["id"], **arguments)
        return {"outcome": "done", "errno": None, "said": said}
    except Stopped as reason:
        return {"outcome": "stopped", "errno": reason.name, "said": str(reason)}
    except socket.gaierror as error:
        return {"outcome": "stopped", "errno": "EAI_AGAIN" if error.errno == socket.EAI_AGAIN else None, "said": str(error)}
    except TimeoutError as error:
        return {"outcome": "stopped", "errno": "ETIMEDOUT", "said": str(error)}
    except OSError as error:
        return {"outcome": "stopped", "errno": errno.errorcode.get(error.errno), "said": str(error)}


def attempt_apart(attempt):
    """One attempt in a process group of its own, which ends with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setpgid(0, 0)
            os.write(writer, json.dumps(perform(attempt)).encode())
        except BaseException as error:  # noqa: BLE001 - nothing of this process may run on in the copy
            os.write(writer, json.dumps({"outcome": "broken", "errno": None, "said": repr(error)}).encode())
        finally:
            os._exit(0)
    os.close(writer)
    limit = attempt.get("limit_s", TIME_LIMIT_S) + attempt.get("hold_s", 0) + attempt.get("seconds", 0)
    ready, _, _ = select.select([reader], [], [], limit)
    record = os.read(reader, 65536) if ready else b""
    os.close(reader)
    for target in (child, -child):
        try:
            os.kill(target, signal.SIGKILL)
        except OSError:
            pass
    _, status = os.waitpid(child, 0)
    if record:
        return json.loads(record)
    if ready:
        return {"outcome": "killed", "errno": None, "said": f"signal {os.WTERMSIG(status)}"}
    return {"outcome": "hung", "errno": None, "said": f"nothing within {limit} s"}


def all_of(attempts):
    return [{"id": attempt["id"], **attempt_apart(attempt)} for attempt in attempts]


class DrillIntruder:
    """The same as a node: runs in the process of ComfyUI, with all that ComfyUI may do."""

    CATEGORY = "drill"
    RETURN_TYPES = ()
    FUNCTION = "run"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"attempts": ("STRING", {"multiline": True})}}

    def run(self, attempts):
        return {"ui": {"reports": all_of(json.loads(attempts))}}


NODE_CLASS_MAPPINGS = {"DrillIntruder": DrillIntruder}

if __name__ == "__main__":
    for report in all_of(json.loads(sys.argv[1])):
        print(json.dumps(report), flush=True)
