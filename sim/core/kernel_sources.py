"""Which sources may change what a kernel does: those that hold kernels, and all of ours that they import."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sim", "agents", "results", "experiments")
OURS = rf"(?:{'|'.join(PACKAGES)})[\w.]*"
IMPORT = re.compile(rf"^\s*(?:from\s+({OURS})\s+import\s+(\([^)]*\)|[^\n]*)|import\s+({OURS}))", re.MULTILINE)


def kernel_sources() -> dict[str, bytes]:
    """Path from the root -> content, in order of path.

    Choice: the files with `@kernel` and what they import, and what that imports.  Source: numba manual, "caching".  Alternative: every
    file.  Reason: a kernel calls and reads nothing else, and compiling all of them anew after a word in a report takes half a minute.
    """
    content = {file.relative_to(ROOT): file.read_bytes() for package in PACKAGES for file in (ROOT / package).rglob("*.py")}
    file_of = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in content}
    found = [path for path, text in content.items() if b"@kernel" in text]
    for path in found:  # grows on the way
        found += [file_of[name] for name in dict.fromkeys(_imported(content[path])) if name in file_of and file_of[name] not in found]
    return {path.as_posix(): content[path] for path in sorted(found)}


def _imported(text: bytes):
    """Names of the modules of ours that a source imports, and of what it takes from them, which may be modules too."""
    for module, names, plain in IMPORT.findall(text.decode("utf-8", "replace")):
        yield module or plain
        yield from (f"{module}.{name}" for name in re.findall(r"\w+", names))
