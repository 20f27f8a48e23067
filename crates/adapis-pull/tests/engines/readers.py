"""Reads a folder as people do while it is written. Usage: readers.py ENGINE... FOLDER, until its input ends."""

import os
import pathlib
import shutil
import sys
import tempfile
import threading

STREAMS = ["spots.day", "spots.site-day", "spots.placement-day"]
KEYS = {
    "spots.day": ["date_day"],
    "spots.site-day": ["date_day", "site_id"],
    "spots.placement-day": ["date_day", "site_id", "placement"],
}


def linked(folder):
    """Copies a folder by hard links: each file stays as it was at this moment, whatever replaces it."""
    copy = pathlib.Path(tempfile.mkdtemp(prefix=".linked-", dir=folder.parent.parent))
    for file in folder.glob("*/*/rows.parquet"):
        place = copy / file.relative_to(folder)
        place.parent.mkdir(parents=True)
        os.link(file, place)
    return copy


def duckdb(folder, stream):
    import duckdb

    # DuckDB 2.0 opens a file by its name more than once in a query. If it is replaced between, the query fails or
    # mixes both, whoever wrote them, so that it reads a copy.
    copy = linked(folder)
    try:
        keys = ", ".join(KEYS[stream])
        files = f"read_parquet('{copy}/**/*.parquet', hive_partitioning = true)"
        return duckdb.sql(f"SELECT count(*), count(DISTINCT ({keys})) FROM {files}").fetchall()[0]
    finally:
        shutil.rmtree(copy)


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
