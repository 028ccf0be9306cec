"""Install the few system libraries that PDF making needs when we can; else say in one line what to install."""

import ctypes.util
import os
import shutil
import subprocess
import sys

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")


def main() -> None:
    if all(ctypes.util.find_library(name) for name in LIBRARIES):
        return
    command = [*_root(), "apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
    if shutil.which("apt-get") and (os.geteuid() == 0 or _root()):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*_root(), "apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL, check=False)
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode == 0:
            return
    print(f"PDF needs: apt-get install {' '.join(PACKAGES)} (everything else works without)", file=sys.stderr)


def _root() -> list[str]:
    """sudo without a password, where it is there and we are not root."""
    if os.geteuid() == 0 or not shutil.which("sudo"):
        return []
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else []


if __name__ == "__main__":
    main()
