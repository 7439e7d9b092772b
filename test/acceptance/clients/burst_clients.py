"""Asks a server for burst segments, regions and selections by clients of the field: burst_clients.py ORIGIN NAME SECRET, prints JSON.

The clients name their host in the code; here every request goes to ORIGIN instead.
"""

import datetime as dt
import json
import os
import pickle
import sys

import requests

origin, name, secret = sys.argv[1:4]
asked = []
real = requests.Session.request


def request(self, method, url, **rest):
    asked.append(f"{method} {url.replace('https://lasp.colorado.edu', '')}")
    return real(self, method, url.replace("https://lasp.colorado.edu", origin), **rest)


requests.Session.request = request
with open(os.path.expanduser("~/mms_auth_info.pkl"), "wb") as file:
    pickle.dump({"user": name, "passwd": secret}, file)

from pyspedas.projects.mms.databar_tools.mms_load_brst_segments import mms_load_brst_segments
from pyspedas.projects.mms.databar_tools.mms_load_sroi_segments import mms_load_sroi_segments
from pyspedas.projects.mms.databar_tools.mms_update_fast_intervals import download_abs_selections
from pyspedas.projects.mms.databar_tools import mms_update_fast_intervals
from pyspedas.projects.mms.mms_events import mms_brst_events

found = {}
trange = ["2020-07-11/00:00:00", "2020-07-12/12:00:00"]
starts, ends = mms_load_brst_segments(trange=trange)
found["segments"] = [starts.tolist(), ends.tolist()]
starts, ends = mms_load_sroi_segments(trange=trange, probe=1)
found["regions"] = [starts.tolist(), ends.tolist()]
mms_update_fast_intervals.time.sleep = lambda _seconds: None
files = download_abs_selections("2026-11-20", "2026-11-30")
found["automatic"] = [
    [os.path.basename(file), [float(t) for t in mms_update_fast_intervals.abs_selection_file_start_end(file)]] for file in files
]
print("EVENTS")
mms_brst_events(trange=trange)
print("END")

from cdflib import cdfepoch
from pymms.sdc import mrmms_sdc_api as api

# This release was written for a cdflib whose times were datetimes.
numpy_times = cdfepoch.to_datetime
cdfepoch.to_datetime = staticmethod(lambda *args, **rest: numpy_times(*args, **rest).astype("datetime64[us]").tolist())
day = dt.datetime
segments = api.burst_data_segments(day(2020, 7, 11), day(2020, 7, 13))
found["pymms segments"] = {
    key: [str(value) for value in segments[key]]
    for key in ("datasegmentid", "fom", "status", "sourceid", "start_time", "stop_time", "obs4numbufs", "discussion")
}
regions = api.mission_events("sroi", day(2020, 7, 11), day(2020, 7, 13), sc="mms1")
found["pymms regions"] = [[str(a), str(b), int(c)] for a, b, c in zip(regions["tstart"], regions["tend"], regions["start_orbit"])]
for kind in ("abs", "sitl"):
    chosen = api.burst_selections(kind, day(2026, 11, 20), day(2026, 11, 30))
    found[f"pymms {kind}"] = [
        [float(f), str(s), str(d)] for f, s, d in zip(chosen["fom"], chosen["tstart"], chosen["discussion"])
    ]
ground = api.download_selections_files("gls_selections", gls_type="mp-dl-unh", start_date=day(2026, 11, 20), end_date=day(2026, 11, 30))
found["pymms ground"] = [open(file).read() for file in ground]
changes = api.download_selections_files("bdm_sitl_changes", start_date=day(2026, 11, 20), end_date=day(2026, 11, 30))
found["pymms changes"] = [os.path.basename(file) for file in changes]
found["asked"] = asked
print("FOUND", json.dumps(found))
