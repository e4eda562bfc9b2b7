"""Licences, bans and sources of the dependencies, where cargo-deny cannot be had: reads deny.toml and `cargo tree`.

Advisories it cannot judge. Wildcards are looked for in the manifest's own dependencies.
"""

import re
import subprocess
import sys
import tomllib

RULES = tomllib.load(open("deny.toml", "rb"))
ALLOWED = set(RULES["licenses"]["allow"])
MORE = {e["crate"]: set(e["allow"]) for e in RULES["licenses"]["exceptions"]}
BANNED = {ban["crate"]: ban["reason"] for ban in RULES["bans"]["deny"]}
TREE = ["cargo", "tree", "--locked", "--all-features", "--edges", "normal,build", "--prefix", "none", "--format", "{p}|{l}", "--target"]


def allowed(expression, names):
    """Whether an SPDX expression holds with these licences; `A/B` is the old way to write `A OR B`."""
    words = re.findall(r"\(|\)|[^\s()/]+|/", expression.replace("/", " OR "))
    python = []
    for at, word in enumerate(words):
        if word in ("(", ")"):
            python.append(word)
        elif word in ("AND", "OR"):
            python.append(word.lower())
        elif word != "WITH" and (at == 0 or words[at - 1] != "WITH"):
            # What an exception allows beside a licence is more, not less.
            python.append(str(word in names))
    return eval(" ".join(python), {"__builtins__": {}})


crates = set()
for target in RULES["graph"]["targets"]:
    lines = subprocess.run([*TREE, target], check=True, capture_output=True, text=True).stdout.split("\n")
    crates.update(line.removesuffix(" (*)") for line in lines if line)
wrong = []
for crate in sorted(crates):
    package, _, licence = crate.partition("|")
    name, version, *source = package.replace(" (proc-macro)", "").split(" ", 2)
    if not (licence and allowed(licence, ALLOWED | MORE.get(name, set()))):
        wrong.append(f"{name} {version}: licence {licence}")
    if name in BANNED:
        wrong.append(f"{name} {version}: banned, {BANNED[name]}")
    # A crate of the registry has no source here; the first, the program itself, has its folder.
    if source and name != "siptrail":
        wrong.append(f"{name} {version}: from {source[0]}")
manifest = tomllib.load(open("Cargo.toml", "rb"))
tables = [manifest, *manifest.get("target", {}).values()]
for table in tables:
    for kind in ("dependencies", "build-dependencies", "dev-dependencies"):
        for name, asked in table.get(kind, {}).items():
            if "*" in (asked if isinstance(asked, str) else asked.get("version", "*")):
                wrong.append(f"{name}: any version would do")
print("\n".join(wrong) or f"  {len(crates)} crates: licences, bans and sources are as deny.toml allows")
sys.exit(bool(wrong))
