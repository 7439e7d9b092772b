"""Hourly positions of one spacecraft as a text table, from definitive ephemeris (DEFEPH) text.

Shows that a processing program needs no library of Apsis: it reads the job file named by APSIS_JOB, writes the output
under the given name in the working folder, and answers by its exit code. Python standard library only.

GSE is reached with the Sun's mean longitude and equation of centre (Astronomical Almanac, "low precision formulas for
the Sun", 0.01 degree) and the ecliptic of J2000: directions agree with full precession and nutation within 0.02 degree.
"""

import json
import math
import os
import sys
from datetime import datetime, timedelta

SUCCESS, NO_DATA, TRY_AGAIN = 0, 66, 75
EARTH_RADIUS_KM = 6378.137
ACCURACY = "GSE directions within 0.02 degree (J2000 ecliptic, low-precision Sun)"
MAX_GAP_S = 300.0


class JobError(Exception):
    """An expected failure: its text is the one line that the operator reads."""


def parse_job_time(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


def parse_record_time(text):
    """`yyyy-ddd/hh:mm:ss.fff`; a leap second reads as the next minute's first one."""
    date, clock = text.split("/")
    year, day = date.split("-")
    hour, minute, second = clock.split(":")
    offset = timedelta(days=int(day) - 1, hours=int(hour), minutes=int(minute), seconds=float(second))
    return datetime(int(year), 1, 1) + offset


def read_ephemeris(path, name):
    """Records (time, position km, velocity km/s) of one DEFEPH file; the frame must be mean of J2000."""
    records, in_records = [], False
    with open(path, encoding="ascii", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if line.startswith("ReferenceFrame") and "J2000" not in line:
                raise JobError(f"{name}: frame is {line.split('=', 1)[1].strip()!r}, this program knows mean of J2000 only")
            if not line[:4].isdigit():
                in_records = in_records or "Km/Sec" in line
                continue
            words = line.split()
            try:
                if not in_records:
                    raise ValueError("before the line of units")
                numbers = [float(word) for word in words[2:8]]
                records.append((parse_record_time(words[0]), tuple(numbers[:3]), tuple(numbers[3:6])))
                if len(numbers) < 6:
                    raise ValueError("fewer than eight columns")
            except (ValueError, IndexError) as cause:
                raise JobError(f"{name}: line {number} is not an ephemeris record ({cause})") from cause
    return records


def merge(files):
    """One list in order of time; where files overlap, the later named (newer) file wins."""
    by_time = {}
    for records in files:
        for record in records:
            by_time[record[0]] = record
    return [by_time[time] for time in sorted(by_time)]


def interpolate(before, after, time):
    """Cubic Hermite between two records: position and velocity at both ends are met exactly."""
    span = (after[0] - before[0]).total_seconds()
    if span == 0:
        return before[1], before[2]
    u = (time - before[0]).total_seconds() / span
    a, b = (1 + 2 * u) * (1 - u) ** 2, u * (1 - u) ** 2 * span
    c, d = u * u * (3 - 2 * u), u * u * (u - 1) * span
    position = tuple(a * p + b * v + c * q + d * w for p, v, q, w in zip(before[1], before[2], after[1], after[2]))
    velocity = tuple((1 - u) * v + u * w for v, w in zip(before[2], after[2]))
    return position, velocity


def find_state(records, time):
    """State at a time, or None where the records do not cover it or have a gap there."""
    low, high = 0, len(records) - 1
    if high < 0 or time < records[0][0] or time > records[high][0]:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if records[middle][0] <= time:
            low = middle
        else:
            high = middle
    if (records[high][0] - records[low][0]).total_seconds() > MAX_GAP_S:
        return None
    return interpolate(records[low], records[high], time)


def compute_gse_axes(time):
    """Rows of the rotation from mean-of-J2000 equatorial axes to GSE."""
    days = (time - datetime(2000, 1, 1, 12)).total_seconds() / 86400.0
    mean_longitude = 280.460 + 0.9856474 * days
    anomaly = math.radians(357.528 + 0.9856003 * days)
    of_date = mean_longitude + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly)
    longitude = math.radians(of_date - 3.82394e-5 * days)  # general precession, 50.29 arcsec a year
    obliquity = math.radians(23.4392911)
    sun = (math.cos(longitude), math.sin(longitude) * math.cos(obliquity), math.sin(longitude) * math.sin(obliquity))
    pole = (0.0, -math.sin(obliquity), math.cos(obliquity))
    dusk = (pole[1] * sun[2] - pole[2] * sun[1], pole[2] * sun[0] - pole[0] * sun[2], pole[0] * sun[1] - pole[1] * sun[0])
    return sun, dusk, pole


def list_hours(start, stop):
    time = start.replace(minute=0, second=0, microsecond=0)
    while time < stop:
        if time >= start:
            yield time
        time += timedelta(hours=1)


def format_line(time, state):
    position, velocity = state
    gse = [sum(a * p for a, p in zip(axis, position)) for axis in compute_gse_axes(time)]
    distance = math.sqrt(sum(p * p for p in position))
    speed = math.sqrt(sum(v * v for v in velocity))
    x, y, z = (value / EARTH_RADIUS_KM for value in gse)
    return f"{time:%Y-%m-%dT%H:%M:%SZ} {distance / EARTH_RADIUS_KM:9.4f} {x:9.4f} {y:9.4f} {z:9.4f} {speed:8.4f}"


def write_header(job, output, inputs):
    software = job["software"]
    lines = [
        f"# {output['title']}",
        f"# file: {output['name']}",
        f"# dataset: {output['dataset']}  version: {output['version']}",
        f"# spacecraft: {job['spacecraft']}  partition: {job['partition']['start']} to {job['partition']['stop']}",
        f"# made: {job['generationTime']}  by: {software['name']} {software['version']}, {os.path.basename(__file__)}",
        f"# parents: {' '.join(item['name'] for item in inputs)}",
        f"# accuracy: {ACCURACY}",
        f"# Earth radius: {EARTH_RADIUS_KM} km",
    ]
    if job["simulated"]:
        lines.insert(1, "# SIMULATED DATA: made by a simulated mission, not measured in space")
    lines.append(f"# {'time (UTC)':18} {'R':>9} {'X GSE':>9} {'Y GSE':>9} {'Z GSE':>9} {'speed':>8}")
    lines.append(f"# {'':18} {'Re':>9} {'Re':>9} {'Re':>9} {'Re':>9} {'km/s':>8}")
    return lines


def check_fault(job):
    """The demonstration's wished failure (docs/concepts.md, "Programs"): only where the mission's parameters ask for it."""
    fault = job["parameters"].get("simulateFault")
    if fault and job["spacecraft"] in fault["spacecraft"] and job["attempt"] <= fault["attempts"]:
        print(fault["message"], file=sys.stderr)
        sys.exit(TRY_AGAIN)


def run(job):
    check_fault(job)
    output = next((item for item in job["outputs"] if item["role"] == "table"), None)
    if output is None:
        raise JobError("the job names no output with role 'table'")
    inputs = [item for item in job["inputs"] if item["role"] == "ephemeris"]
    records = merge(read_ephemeris(item["path"], item["name"]) for item in inputs)
    start, stop = (parse_job_time(job["partition"][key]) for key in ("start", "stop"))
    states = ((time, find_state(records, time)) for time in list_hours(start, stop))
    rows = [format_line(time, state) for time, state in states if state is not None]
    if not rows:
        print(f"no full hour of {job['partition']['start']} to {job['partition']['stop']} lies in {len(inputs)} ephemeris files", file=sys.stderr)
        return NO_DATA
    with open(output["name"], "w", encoding="ascii", newline="\n") as table:
        table.write("\n".join(write_header(job, output, inputs) + rows) + "\n")
    print(json.dumps({"program": "position_table", "rows": len(rows), "records": len(records)}))
    return SUCCESS


def main():
    try:
        with open(os.environ["APSIS_JOB"], encoding="utf-8") as file:
            job = json.load(file)
        sys.exit(run(job))
    except KeyError as missing:
        print(f"the job file or environment lacks {missing}", file=sys.stderr)
    except (JobError, OSError, ValueError) as failure:
        print(str(failure).replace("\n", " "), file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
