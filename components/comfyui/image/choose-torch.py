"""Decides where torch comes from, in the build.

usage: choose-torch.py ACCELERATOR INDEX_URL TORCH_REQUIREMENTS_FILE ORIGIN_FILE PACKAGES_FILE

ORIGIN_FILE gets the index URL to install from, "debian", or "none" where no torch is required. PACKAGES_FILE gets the Debian packages of the
runtime image, one a line. An empty INDEX_URL means PyTorch's own index; only then, and only for the CPU, Debian's
torch may take its place: it has no CUDA, and an index that was asked for by name must not be passed over in silence.
"""

import sys
import urllib.error
import urllib.request

# cu130 is what T4 and newer need.
OFFICIAL = {
    "cpu": "https://download.pytorch.org/whl/cpu",
    "cuda": "https://download.pytorch.org/whl/cu130",
}
RUNTIME_PACKAGES = ["python3"]
DEBIAN_TORCH = ["python3-torch", "python3-torchvision", "python3-torchaudio"]
TIMEOUT_SECONDS = 15


def problem_with(index_url):
    """Why torch cannot be had from this index, or None."""
    try:
        with urllib.request.urlopen(index_url.rstrip("/") + "/torch/", timeout=TIMEOUT_SECONDS) as answer:
            return None if answer.status == 200 else f"status {answer.status}"
    except (OSError, urllib.error.URLError, ValueError) as error:
        return str(error)


def choose(accelerator, index_url, probe):
    """(origin, packages); raises SystemExit with the reason where there is no torch to be had."""
    if accelerator not in OFFICIAL:
        raise SystemExit(f'ACCELERATOR is "{accelerator}"; allowed: {", ".join(OFFICIAL)}')
    wanted = index_url or OFFICIAL[accelerator]
    problem = probe(wanted)
    if problem is None:
        return wanted, RUNTIME_PACKAGES
    if index_url:
        raise SystemExit(f"TORCH_INDEX_URL {index_url} does not serve torch ({problem}). Correct it or leave it empty.")
    if accelerator == "cuda":
        raise SystemExit(
            f"{wanted} does not serve torch ({problem}), and Debian's torch has no CUDA. "
            "Let the build reach it, name a mirror in TORCH_INDEX_URL, or use the accelerator cpu."
        )
    print(f"NOTICE: {wanted} does not serve torch ({problem}); taking Debian's python3-torch", flush=True)
    return "debian", RUNTIME_PACKAGES + DEBIAN_TORCH


def main():
    accelerator, index_url, requirements_file, origin_file, packages_file = sys.argv[1:]
    with open(requirements_file, encoding="utf-8") as file:
        is_wanted = file.read().strip() != ""
    origin, packages = choose(accelerator, index_url, problem_with) if is_wanted else ("none", RUNTIME_PACKAGES)
    print(f"torch comes from {origin}", flush=True)
    with open(origin_file, "w", encoding="utf-8") as file:
        file.write(origin + "\n")
    with open(packages_file, "w", encoding="utf-8") as file:
        file.write("\n".join(packages) + "\n")


if __name__ == "__main__":
    main()
