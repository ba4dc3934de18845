"""Reads a requirements.txt of somebody else's."""

import re

from known_bad import MANAGER_NAME, normalised, read_text


def read_requirements(path, label):
    """(name, line) of each requirement; SystemExit on one that names ComfyUI-Manager or is not plain."""
    found = []
    for line in read_text(path).splitlines():
        requirement = line.split("#")[0].strip()
        if not requirement:
            continue
        # Options and addresses would fetch from places that nobody has looked at.
        if requirement.startswith("-") or "://" in requirement or "@" in requirement:
            raise SystemExit(f'{label}: "{requirement}" is not a name with a version; it is not installed')
        name = re.match(r"[\w.-]*", requirement).group()
        if MANAGER_NAME.search(normalised(name)):
            raise SystemExit(f'{label}: "{requirement}" is ComfyUI-Manager, which is never installed')
        found.append((name, requirement))
    return found
