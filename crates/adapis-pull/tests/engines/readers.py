"""Reads a folder as people do while it is written. Usage: readers.py ENGINE... FOLDER, until its input ends."""

import pathlib
import sys
import threading

STREAMS = ["spots.day", "spots.site-day", "spots.placement-day"]
KEYS = {
    "spots.day": ["date_day"],
    "spots.site-day": ["date_day", "site_id"],
    "spots.placement-day": ["date_day", "site_id", "placement"],
}


def duckdb(folder, stream):
    import duckdb

    keys = ", ".join(KEYS[stream])
    files = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
    query = f"SELECT count(*), count(DISTINCT ({keys})), sum(income), min(source) FROM {files}"
    return duckdb.sql(query).fetchone()[:2]


def pyarrow(folder, stream):
    import pyarrow.dataset

    table = pyarrow.dataset.dataset(folder, partitioning="hive").to_table()
    return len(table), table.group_by(KEYS[stream]).aggregate([]).num_rows


def main(*words):
    *engines, root = words
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    rounds = 0
    rows = dict.fromkeys(STREAMS, 0)
    while True:
        is_last = ended.is_set()
        for stream in STREAMS:
            folder = pathlib.Path(root) / stream
            if not any(folder.glob("*/*/rows.parquet")):
                continue
            for engine in engines:
                found, distinct = globals()[engine](folder, stream)
                # A file is replaced whole, so that no moment shows a key twice.
                if found != distinct or found == 0:
                    sys.exit(f"{engine} reads {found} rows of {stream} with {distinct} keys")
                rows[stream] = found
        rounds += 1
        if is_last:
            break
    print(f"{' and '.join(engines)}: {rounds} rounds, at the end {rows}", flush=True)


main(*sys.argv[1:])
