"""Writes what the image is made of as a CycloneDX bill of materials.

usage: cyclonedx-py environment ... | sbom.py LOCK_FILE PACKAGES_FILE CUSTOM_NODES_FILE REPOSITORY COMMIT SBOM_FILE

REPOSITORY is empty where ComfyUI is a checkout.

What cyclonedx-py finds in the Python environment gets the hashes of the lock; ComfyUI with its repository and commit,
the custom nodes and the Debian packages are added. The result is checked against CycloneDX's schema.
"""

import json
import re
import sys

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from known_bad import normalised
from packageurl import PackageURL

LOCKED = re.compile(r"^(\S+)==(\S+) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)
COMMIT = re.compile(r"[0-9a-f]{40}")
PIN = re.compile(r"sha256:([0-9a-f]{64})")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def source_component(kind, name, url, commit, tree=None):
    """ComfyUI or a custom node: code by repository and commit, or by what its tree is."""
    component = Component(type=kind, name=name, version=commit, bom_ref=f"source:{name}@{commit}")
    if url.startswith("https://"):
        component.external_references.add(ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(url)))
        if COMMIT.fullmatch(commit):
            component.purl = PackageURL("generic", None, name, commit, {"vcs_url": f"git+{url}@{commit}"})
    if tree is not None:
        component.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=PIN.fullmatch(tree).group(1)))
    return component


def debian_component(package):
    qualifiers = {"arch": package["architecture"], "distro": "trixie"}
    purl = PackageURL("deb", "debian", package["name"], package["version"], qualifiers)
    component = Component(
        type=ComponentType.LIBRARY,
        name=package["name"],
        version=package["version"],
        purl=purl,
        bom_ref=purl.to_string(),
    )
    component.properties.add(Property(name="debian:source", value=package["source"] or package["name"]))
    return component


def main():
    lock_file, packages_file, nodes_file, repository, commit, sbom_file = sys.argv[1:]
    bom = Bom.from_json(json.load(sys.stdin))
    hashes = {(name, version): digest for name, version, digest in LOCKED.findall(read(lock_file))}
    for component in bom.components:
        digest = hashes.get((normalised(component.name), component.version))
        if digest is not None:
            component.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=digest))
    comfyui = source_component(ComponentType.APPLICATION, "ComfyUI", repository, commit)
    bom.metadata.component = comfyui
    added = [
        source_component(ComponentType.LIBRARY, node["name"], node["url"], node["commit"], node["tree"])
        for node in json.loads(read(nodes_file))
    ]
    added += [debian_component(package) for package in json.loads(read(packages_file))]
    for component in added:
        bom.components.add(component)
    bom.register_dependency(comfyui, [*bom.components])
    # Neither time nor a random number: the same image has the same bill.
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    content = json.loads(text)
    content.get("metadata", {}).pop("timestamp", None)
    content.pop("serialNumber", None)
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise SystemExit(f"the bill of materials is not valid CycloneDX: {problem}")
    with open(sbom_file, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"bill of materials: {len(content['components'])} components, {len(hashes)} locked by hash")


if __name__ == "__main__":
    main()
