"""Reads IDL save files with scipy and prints each as one line of JSON: readsav.py FILE…"""

import json
import math
import sys
import warnings

import numpy as np
from scipy.io import readsav


def plain(value):
    """Lists as IDL nests them, bytes as Latin-1, wide integers and what JSON lacks as text."""
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value]
    if isinstance(value, np.record):
        return {name.lower(): plain(value[name]) for name in value.dtype.names}
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, np.complexfloating):
        return [plain(value.real), plain(value.imag)]
    if isinstance(value, (np.int64, np.uint64)):
        return str(value)
    if isinstance(value, (np.floating, float)):
        number = float(value)
        return number if math.isfinite(number) else str(number)
    return value.item() if isinstance(value, np.generic) else value


warnings.simplefilter("ignore")
for path in sys.argv[1:]:
    print(json.dumps({name: plain(value) for name, value in readsav(path, python_dict=True).items()}))
