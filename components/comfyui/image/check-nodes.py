"""Refuses custom nodes that hold known-bad code, and writes what the others bring.

usage: check-nodes.py CUSTOM_NODES_FILE NODES_FOLDER DENIED_FILE REQUIREMENTS_FILE FINDINGS_FILE

CUSTOM_NODES_FILE is a list of {name, url, commit, local}, NODES_FOLDER has a folder for each. DENIED_FILE has
{classes: [{name, reason}], repositories: {owner/name: reason}}, the classes being the gateway's. To REQUIREMENTS_FILE the nodes' requirements are added. FINDINGS_FILE gets, by node,
what is not refused and yet worth knowing.

Reading code cannot tell what it will do: this finds what is known and what does not hide well. What holds against the
rest is the container that ComfyUI runs in, and the gateway's list of classes.
"""

import json
import os
import sys

from known_bad import PERFORMANCE_MONITOR, files_of, manager_in, read_text, repository_of
from requirements import read_requirements
from scan import Scan, denied_reason

# Only ComfyUI-Manager runs these; here nobody does, and they call pip by their nature.
INSTALLERS = {"install.py", "uninstall.py", "enable.py", "disable.py", "update.py"}
# Nobody can read what they do. A source beside them does not make them its result.
COMPILED = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".exe", ".dylib", ".whl", ".egg", ".elf")
BINARY_MAGIC = (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")


def judge(node, folder, denied):
    """(reasons to refuse it, findings)."""
    known = denied["repositories"].get(repository_of(node["url"]))
    if known is not None:
        return [f"the repository is denied: {known}"], []
    if PERFORMANCE_MONITOR.search(flat(node["name"])):
        return ["a PerformanceMonitor is how GHOST comes back"], []
    manager = manager_in(folder)
    if manager is not None:
        return [f"{manager} is ComfyUI-Manager, which is never installed"], []
    if not os.path.isfile(os.path.join(folder, "__init__.py")):
        return ["it has no __init__.py, so ComfyUI cannot load it"], []
    reasons, findings = [], []
    for file in files_of(folder):
        path = os.path.join(folder, file)
        if any(PERFORMANCE_MONITOR.search(flat(part)) for part in file.split(os.sep)):
            reasons.append(f"{file}: a PerformanceMonitor is how GHOST comes back")
        if os.path.islink(path):
            if not os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep):
                reasons.append(f"{file}: a link that leads out of the node's folder")
        elif file.lower().endswith(COMPILED) or begins_binary(path):
            reasons.append(f"{file}: compiled code, which nobody can look into")
        else:
            scan = Scan(file, read_text(path), lambda name: denied_reason(name, denied["classes"]))
            reasons += scan.reasons
            findings += scan.findings
    return reasons, findings


def begins_binary(path):
    with open(path, "rb") as file:
        return file.read(4).startswith(BINARY_MAGIC)


def flat(text):
    """Letters and digits only, in lower case."""
    return "".join(character for character in text.lower() if character.isalnum())


def main():
    nodes_file, root, denied_file, requirements_file, findings_file = sys.argv[1:]
    with open(nodes_file, encoding="utf-8") as file:
        nodes = json.load(file)
    with open(denied_file, encoding="utf-8") as file:
        denied = json.load(file)
    refused, all_findings = [], {}
    with open(requirements_file, "a", encoding="utf-8") as wanted:
        for node in nodes:
            folder = os.path.join(root, node["name"])
            for installer in INSTALLERS & set(os.listdir(folder)):
                os.unlink(os.path.join(folder, installer))
            reasons, findings = judge(node, folder, denied)
            refused += [f'custom node {node["name"]} ({node["url"]}): {reason}' for reason in reasons]
            all_findings[node["name"]] = findings
            requirements = os.path.join(folder, "requirements.txt")
            if not reasons and os.path.isfile(requirements):
                for _, line in read_requirements(requirements, f'custom node {node["name"]}: requirements.txt'):
                    wanted.write(f"{line}\n")
    if refused:
        raise SystemExit("\n".join([*refused, "Remove these from comfyui.customNodes."]))
    with open(findings_file, "w", encoding="utf-8") as file:
        json.dump(all_findings, file, indent=2)


if __name__ == "__main__":
    main()
