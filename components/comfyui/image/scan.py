"""Reads a file of a custom node for what GHOST and its like do, without running it."""

import ast
import base64
import binascii
import re

# Names, files and hosts that have no place in a node of any kind.
MARKS = {
    r"ld\.so\.preload": "writes itself into every program's start",
    r"libpam_cache": "GHOST's hidden library",
    r"fontconfig-cache": "GHOST's user unit",
    r"/etc/init\.d/|/etc/systemd/system|systemd-journal-flush|\.config/systemd/user": "installs a service",
    r"/var/spool/cron|/etc/cron|\bcrontab\b": "installs a cron job",
    r"\.bashrc|\.bash_profile|authorized_keys": "changes what a login runs",
    r"\bchattr\s+\+i\b": "makes its files unremovable",
    r"stratum\+(?:tcp|ssl|tls)|\bxmrig\b|\blolminer\b|\bnbminer\b|\bt-rex miner\b": "mines",
    r"kryptex\.network|c3pool\.org|nanopool\.org|2miners\.com|supportxmr\.com|minexmr\.com": "a mining pool",
    r"memfd_create": "runs programs from memory",
    r"GPU Performance Monitor": "how GHOST's node calls itself",
    r"/var/run/docker\.sock|/run/docker\.sock": "reaches for the container engine",
    r"169\.254\.169\.254|fd00:ec2::254|169\.254\.170\.2": "reaches for the machine's cloud credentials",
}
MARK = re.compile("|".join(f"({pattern})" for pattern in MARKS), re.IGNORECASE)
# Only the start of a name: a class may carry a number.
MONITOR = re.compile(r"(gpu)?performancemonitor", re.IGNORECASE)

# Calls that run text as code.
RUNNERS = {"exec", "eval", "compile", "execfile"}
# Calls that start programs.
STARTERS = re.compile(
    r"(?:^|\.)(?:os\.(?:system|popen|exec\w+|spawn\w+|posix_spawnp?)"
    r"|subprocess\.(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)"
    r"|asyncio\.create_subprocess_(?:exec|shell)|pty\.spawn)$"
)
# Commands that fetch, install or keep code. A name ends where it ends, so that "pipeline" is none.
FETCHERS = re.compile(
    r"(?:^|[\s/;|&'\"])(?:(?:pip[0-9.]*|uv|conda|mamba|apt|apt-get|npm)\s+(?:\S+\s+)?(?:install|add|i)\b"
    r"|git\s+(?:clone|pull|fetch|submodule)\b|(?:curl|wget|aria2c|nc|ncat|socat|ssh|scp|tftp|npx)(?=$|[\s;|&'\"])"
    r"|(?:ba|da|z)?sh\s+-\w*c\b|chmod\s+\S*(?:x|7)\S*\s|crontab\b|systemctl\b|nohup\b|setsid\b|insmod\b)"
)
# Packages whose code gets at the things above by other names.
NOTED_IMPORTS = {"ctypes", "cffi", "socket", "subprocess", "pty", "marshal", "pickle", "dill", "runpy", "code"}
# Read by people; Python that runs one is refused for running what it reads.
DOCUMENTS = (".md", ".rst", ".txt", "LICENSE", "NOTICE")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def denied_reason(name, denied_classes):
    """Why the gateway refuses a node class, or None. A `*` at the end of an entry stands for any end."""
    for entry in denied_classes:
        denied = entry["name"]
        if name.startswith(denied[:-1]) if denied.endswith("*") else name == denied:
            return entry["reason"]
    return None


class Scan:
    """What one file is refused for (reasons), and what is merely worth knowing (findings)."""

    def __init__(self, file, text, denied):
        self.file = file
        self.denied = denied
        self.reasons = []
        self.findings = []
        if not file.endswith(".py"):
            if not file.endswith(DOCUMENTS):
                self.find_marks(text, None)
            return
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self.note(None, f"does not parse as Python ({type(error).__name__})")
            self.find_marks(text, None)
            return
        self.aliases = import_aliases(tree)
        self.tracked = tracked_text(tree)
        for node in ast.walk(tree):
            self.visit(node)

    def refuse(self, node, reason):
        self.say(self.reasons, node, reason)

    def note(self, node, finding):
        self.say(self.findings, node, finding)

    def say(self, where, node, what):
        line = f":{node.lineno}" if hasattr(node, "lineno") else ""
        said = f"{self.file}{line}: {what}"
        if said not in where:
            where.append(said)

    def visit(self, node):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            names = [module] if module else [alias.name for alias in node.names]
            for name in names:
                if name.split(".")[0] in NOTED_IMPORTS:
                    self.note(node, f"imports {name}")
            if module == "builtins" and any(alias.name in RUNNERS for alias in node.names):
                self.refuse(node, "hides a call to exec or eval")
        elif isinstance(node, ast.ClassDef) and MONITOR.match(node.name):
            self.refuse(node, f"the class {node.name}: a PerformanceMonitor is how GHOST comes back")
        elif isinstance(node, ast.Call):
            self.visit_call(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            self.visit_assignment(node)
        elif isinstance(node, ast.Attribute) and node.attr in ("memfd_create",):
            self.refuse(node, "memfd_create: runs programs from memory")
        if not isinstance(node, ast.Constant) and isinstance(node, ast.expr):
            folded = fold(node, self.tracked)
            # The parts of a sum are looked at as constants; the whole is what it hides.
            if folded is not None and isinstance(node, (ast.BinOp, ast.JoinedStr, ast.Call, ast.Subscript)):
                self.find_marks(folded, node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            self.find_marks(as_text(node.value), node)

    def visit_call(self, call):
        name = self.resolve(call.func)
        last = name.rsplit(".", 1)[-1]
        if name in RUNNERS or (name.startswith(("builtins.", "__builtins__.")) and last in RUNNERS):
            self.visit_runner(call, last)
        elif last == "getattr" or name in ("getattr", "__getattribute__"):
            wanted = fold(call.args[1], self.tracked) if len(call.args) > 1 else None
            if wanted in RUNNERS or wanted in ("system", "popen", "memfd_create"):
                self.refuse(call, f"hides a call to {wanted}")
        elif STARTERS.search(name):
            command = " ".join(text for text in map(self.command_text, call.args) if text)
            fetcher = FETCHERS.search(command)
            if fetcher is not None:
                self.refuse(call, f"starts {fetcher.group().strip(chr(39) + chr(34) + ' /;|&')}: {command[:80]!r}")
            else:
                self.note(call, f"starts a program ({name})")
        elif last in ("import_module", "__import__"):
            module = fold(call.args[0], self.tracked) if call.args else None
            if module is None:
                self.note(call, "imports a module by a name that it makes up")
            elif isinstance(call.args[0], ast.Constant) is False and module.split(".")[0] in (
                "os",
                "subprocess",
                "builtins",
                "ctypes",
            ):
                self.refuse(call, f"hides an import of {module}")
        elif last == "register" or last == "update":
            owner = self.resolve(call.func.value) if isinstance(call.func, ast.Attribute) else ""
            if owner.endswith("NODE_CLASS_MAPPINGS"):
                for argument in call.args:
                    self.visit_mapping(argument)
                for keyword in call.keywords:
                    self.visit_class_name(keyword.arg, call)
        for keyword in call.keywords:
            if keyword.arg == "node_id":
                self.visit_class_name(fold(keyword.value, self.tracked), call)

    def visit_runner(self, call, runner):
        if runner == "compile" and name_is_attribute(call.func):
            return  # re.compile and its kin
        argument = call.args[0] if call.args else None
        if argument is None or fold(argument, self.tracked) is not None:
            self.note(call, f"calls {runner} on a text of its own")
        elif runner == "compile":
            self.note(call, "compiles code")
        else:
            self.refuse(call, f"{runner} runs what it is given: what a workflow, a file or an address says becomes code")

    def command_text(self, argument):
        if isinstance(argument, (ast.List, ast.Tuple)):
            return " ".join(text for text in map(self.command_text, argument.elts) if text)
        if isinstance(argument, ast.Starred):
            return self.command_text(argument.value)
        if isinstance(argument, ast.BinOp):
            return fold(argument, self.tracked) or " ".join(
                text for text in (self.command_text(argument.left), self.command_text(argument.right)) if text
            )
        if isinstance(argument, ast.JoinedStr):
            return "".join(fold(part, self.tracked) or "?" for part in argument.values)
        if isinstance(argument, ast.Name) and argument.id in self.tracked:
            return as_text(self.tracked[argument.id])
        return fold(argument, self.tracked)

    def visit_assignment(self, assignment):
        targets = assignment.targets if isinstance(assignment, ast.Assign) else [assignment.target]
        for target in targets:
            if isinstance(target, (ast.Name, ast.Attribute)):
                name = self.resolve(target)
                if name.endswith("NODE_CLASS_MAPPINGS"):
                    self.visit_mapping(assignment.value)
                value = self.resolve(assignment.value)
                if value in RUNNERS and value != "compile":
                    self.refuse(assignment, f"hides a call to {value}")
            elif isinstance(target, ast.Subscript):
                if self.resolve(target.value).endswith("NODE_CLASS_MAPPINGS"):
                    self.visit_class_name(fold(target.slice, self.tracked), assignment)

    def visit_mapping(self, value):
        for node in ast.walk(value) if value is not None else []:
            if isinstance(node, ast.Dict):
                for key in node.keys:
                    self.visit_class_name(fold(key, self.tracked) if key is not None else None, node)

    def visit_class_name(self, name, node):
        if name is None:
            return
        reason = self.denied(name)
        if reason is not None:
            self.refuse(node, f'its node class "{name}" {reason}')
        elif MONITOR.search(re.sub(r"[^a-z0-9]", "", name.lower())):
            self.refuse(node, f'its node class "{name}": a PerformanceMonitor is how GHOST comes back')

    def find_marks(self, text, node, depth=0):
        found = MARK.search(text)
        if found is not None:
            reason = list(MARKS.values())[found.lastindex - 1]
            self.refuse(node, f'"{found.group()}": {reason}')
        elif depth < 3:
            for candidate in BASE64.findall(text):
                decoded = from_base64(candidate)
                if decoded is not None:
                    self.find_marks(decoded, node, depth + 1)

    def resolve(self, node):
        """The dotted name of an expression, imports undone; empty where it has none."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.resolve(node.value)
            return f"{owner}.{node.attr}" if owner else f"?.{node.attr}"
        if isinstance(node, ast.Call) and self.resolve(node.func) in ("__import__", "importlib.import_module"):
            return (fold(node.args[0], self.tracked) or "") if node.args else ""
        if isinstance(node, ast.Subscript):
            key = fold(node.slice, self.tracked)
            owner = self.resolve(node.value)
            if key is not None and owner.endswith(("__builtins__", "__dict__", "globals", "vars")):
                return key
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("globals", "vars"):
            return node.func.id
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            return (fold(node.args[1], self.tracked) or "") if len(node.args) > 1 else ""
        return ""


def name_is_attribute(node):
    return isinstance(node, ast.Attribute)


def import_aliases(tree):
    """What each imported name stands for."""
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname is not None:
                    aliases[alias.asname] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return aliases


def tracked_text(tree):
    """Names that are given a text exactly once and nothing else."""
    values, count = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            count[node.id] = count.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            count[node.arg] = count.get(node.arg, 0) + 2
    for _ in range(3):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                text = fold(node.value, values)
                if text is not None and count[node.targets[0].id] == 1:
                    values[node.targets[0].id] = text
    return values


def fold(node, values, depth=0):
    """The text that an expression of constants makes, or None: sums, joins, slices, chr, base64, hex, decode."""
    if node is None or depth > 50:
        return None
    deeper = lambda inner: fold(inner, values, depth + 1)  # noqa: E731
    if isinstance(node, ast.Constant):
        return as_text(node.value) if isinstance(node.value, (str, bytes)) else None
    if isinstance(node, ast.Name):
        return values.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = deeper(node.left), deeper(node.right)
        return left + right if left is not None and right is not None else None
    if isinstance(node, ast.JoinedStr):
        return joined([deeper(part) for part in node.values])
    if isinstance(node, ast.FormattedValue):
        return deeper(node.value)
    if isinstance(node, ast.Subscript) and is_reversal(node.slice):
        text = deeper(node.value)
        return text[::-1] if text is not None else None
    if isinstance(node, ast.Call):
        return fold_call(node, deeper)
    return None


def fold_call(call, deeper):
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    argument = call.args[0] if call.args else None
    if name == "chr" and isinstance(argument, ast.Constant) and isinstance(argument.value, int):
        return chr(argument.value) if 0 <= argument.value < 0x110000 else None
    if name == "join" and isinstance(function, ast.Attribute) and isinstance(argument, (ast.List, ast.Tuple)):
        parts = [deeper(part) for part in argument.elts]
        separator = deeper(function.value)
        return separator.join(parts) if separator is not None and None not in parts else None
    if name in ("bytes", "bytearray") and isinstance(argument, (ast.List, ast.Tuple)):
        codes = [part.value for part in argument.elts if isinstance(part, ast.Constant)]
        whole = len(codes) == len(argument.elts) and all(isinstance(code, int) and 0 <= code < 256 for code in codes)
        return bytes(codes).decode("latin-1") if whole else None
    if name in ("b64decode", "standard_b64decode", "urlsafe_b64decode"):
        text = deeper(argument)
        return from_base64(text) if text is not None else None
    if name in ("fromhex", "unhexlify"):
        text = deeper(argument)
        try:
            return bytes.fromhex(text).decode("latin-1") if text is not None else None
        except ValueError:
            return None
    if name in ("decode", "encode", "strip", "lower") and isinstance(function, ast.Attribute):
        return deeper(function.value)
    if name in ("str", "bytes") and argument is not None:
        return deeper(argument)
    return None


def joined(parts):
    return "".join(parts) if None not in parts else None


def is_reversal(piece):
    return (
        isinstance(piece, ast.Slice)
        and piece.lower is None
        and piece.upper is None
        and isinstance(piece.step, ast.UnaryOp)
        and isinstance(piece.step.op, ast.USub)
        and isinstance(piece.step.operand, ast.Constant)
        and piece.step.operand.value == 1
    )


def as_text(value):
    return value if isinstance(value, str) else value.decode("latin-1")


def from_base64(text):
    """What a text means as base64 where that is text again, otherwise None."""
    try:
        padded = text.rstrip("=").replace("-", "+").replace("_", "/")
        decoded = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return decoded if decoded.isprintable() or "\n" in decoded else None
