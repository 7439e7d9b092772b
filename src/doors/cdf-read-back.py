"""Reads files with cdflib and pycdfpp and compares values with the dumps of the corpus: cdf-read-back.py FOLDER CORPUS."""

import hashlib
import json
import sys
from pathlib import Path

import cdflib
import numpy as np
import pycdfpp

# Faults of the readers themselves, seen on files of NASA's library too.
KNOWN = {
    "cdflib": lambda v: v["sparse"] != "none" or (v["compression"] or {}).get("type") == "rle",
    "cdfpp": lambda v: v["sparse"] != "none",
}


def with_cdflib(path):
    file = cdflib.CDF(path, validate=True)
    file.globalattsget()

    def values(v):
        file.varattsget(v["name"])
        if v["shape"][0] == 0:
            return b""
        return np.ascontiguousarray(file.varget(v["name"]))

    return values


def with_cdfpp(path):
    file = pycdfpp.load(str(path))
    return lambda v: np.ascontiguousarray(file[v["name"]].values) if v["shape"][0] else b""


def differs(found, variable):
    if isinstance(found, bytes):
        return False
    if variable["type"] in ("CDF_CHAR", "CDF_UCHAR") and found.dtype.kind != "S":
        return False  # cdflib gives text, with its own idea of padding
    return hashlib.sha256(found.tobytes()).hexdigest() != variable["sha256"]


def check(folder, corpus):
    faults = compared = 0
    dumps = {p.name.removesuffix(".expected.json"): p for p in corpus.rglob("*.expected.json")}
    for path in sorted(folder.glob("*.cdf")):
        stem = path.name.rsplit(".", 2)[0]
        variables = json.loads(dumps[stem].read_text())["variables"]
        for reader, opened in (("cdflib", with_cdflib), ("cdfpp", with_cdfpp)):
            try:
                values = opened(path)
                for variable in variables:
                    compared += 1
                    if not KNOWN[reader](variable) and differs(values(variable), variable):
                        raise ValueError(f"{variable['name']} differs")
            except Exception as error:
                faults += 1
                print(f"{path.name}: {reader}: {error!r}"[:300])
    print(f"{compared} variables compared, {faults} files disagree")
    return faults


if __name__ == "__main__":
    sys.exit(1 if check(Path(sys.argv[1]), Path(sys.argv[2])) else 0)
