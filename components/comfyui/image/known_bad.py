"""What is never built in: ComfyUI-Manager, and what is known to attack ComfyUI's users. Data and how to find it."""

import os
import re

# Releases of packages that were taken over: (name, version).
PACKAGES = {
    ("ultralytics", "8.3.41"): "carries a crypto miner",
    ("ultralytics", "8.3.42"): "carries a crypto miner",
    ("ultralytics", "8.3.45"): "carries a crypto miner",
    ("ultralytics", "8.3.46"): "carries a crypto miner",
    ("litellm", "1.82.7"): "sends credentials away",
    ("litellm", "1.82.8"): "sends credentials away",
}

# GHOST's node that fetches its payload again every six hours calls itself this.
PERFORMANCE_MONITOR = re.compile(r"performancemonitor")

MANAGER_NAME = re.compile(r"comfy-?ui-?manager")
# Routes that only ComfyUI-Manager serves. Two of them in one file of Python are no coincidence.
MANAGER_ROUTES = re.compile(
    r"/customnode/(?:getlist|getmappings|install(?:/git_url|/pip)?|import_fail_info)\b"
    r"|/manager/(?:queue/\w+|reboot|db_mode|channel_url_list|is_legacy_manager_ui|preview_method)\b"
    r"|/snapshot/(?:getlist|get_current|restore|save|remove)\b"
    r"|/externalmodel/getlist\b"
)
MANAGER_PROJECT = re.compile(r"^\s*(?:name|DisplayName)\s*=\s*[\"']([^\"']*)[\"']", re.MULTILINE | re.IGNORECASE)


def normalised(name):
    """A package or folder name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def repository_of(url):
    """The owner/name of a repository's address, in lower case."""
    parts = [part for part in re.split(r"[/:]+", url.lower()) if part]
    return re.sub(r"(\.git)+$", "", "/".join(parts[-2:]))


def files_of(root):
    """Every file under root, relative, in a fixed order."""
    for folder, folders, files in os.walk(root):
        folders.sort()
        for file in sorted(files):
            yield os.path.relpath(os.path.join(folder, file), root)


def read_text(path):
    """A file's text as far as it is one."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def manager_in(root):
    """Where in a tree ComfyUI-Manager lies, by a folder's name or, whatever it is called, by its content; or None."""
    for file in files_of(root):
        folder, name = os.path.split(file)
        named = [part for part in folder.split(os.sep) if MANAGER_NAME.search(normalised(part))]
        if named:
            return f"{file} (by the name of the folder)"
        path = os.path.join(root, file)
        if os.path.islink(path):
            continue
        if name == "pyproject.toml":
            if any(MANAGER_NAME.search(normalised(found)) for found in MANAGER_PROJECT.findall(read_text(path))):
                return f"{file} (by the name of the project)"
        elif name.endswith(".py") and len(set(MANAGER_ROUTES.findall(read_text(path)))) >= 2:
            return f"{file} (by the routes it serves)"
    return None
