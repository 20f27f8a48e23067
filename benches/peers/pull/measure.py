"""Runs a peer and prints what it took. Usage: measure.py NAME FOLDER COMMAND..."""

import os
import pathlib
import subprocess
import sys

name, folder, *command = sys.argv[1:]
folder = pathlib.Path(folder)
folder.mkdir()
# A program with a pipe that nobody reads would wait; a tap's output is counted and dropped.
rows = 0
size = 0
with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder) as child:
    for line in child.stdout:
        rows += line.startswith(b'{"type":"RECORD"') or line.startswith(b'{"type": "RECORD"')
        size += len(line)
        if line.startswith(b"rows "):
            rows = int(line.split()[1])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
if child.returncode:
    sys.exit(f"{name:<10} failed with exit code {child.returncode}")
files = [path for path in folder.rglob("*.parquet") if path.is_file()]
stored = sum(path.stat().st_size for path in files)
cpu = usage.ru_utime + usage.ru_stime
scale = 2**20 if sys.platform == "darwin" else 2**10
bytes_shown = str(stored) if files else f"({size} out)"
print(f"{name:<10} {cpu:>10.2f} {usage.ru_maxrss / scale:>12.1f} {bytes_shown:>14} {rows:>10}", flush=True)
