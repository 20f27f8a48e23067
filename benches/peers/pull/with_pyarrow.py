"""requests, json with Decimal, and pyarrow: a file for each day. Usage: with_pyarrow.py URL FOLDER"""

import datetime
import decimal
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from spots import DAYS, Spots

SCHEMA = pa.schema(
    [
        ("account", pa.string()),
        ("date", pa.date32()),
        ("site_id", pa.int64()),
        ("site", pa.string()),
        ("site_name", pa.string()),
        ("placement", pa.string()),
        ("placement_name", pa.string()),
        ("shows", pa.int64()),
        ("clicks", pa.int64()),
        ("income", pa.decimal128(18, 9)),
    ]
)


def column(rows, name):
    if name == "account":
        return ["publisher"] * len(rows)
    if name == "date":
        return [datetime.date.fromisoformat(row["date_day"]) for row in rows]
    if name == "income":
        return [decimal.Decimal(row["income"]) for row in rows]
    return [row[name] for row in rows]


def main(url, folder):
    spots = Spots(url)
    count = 0
    for day in DAYS:
        rows = spots.rows(day)
        count += len(rows)
        arrays = [pa.array(column(rows, field.name), field.type) for field in SCHEMA]
        path = pathlib.Path(folder) / "spots.placement-day" / "source=publisher" / f"day={day}"
        path.mkdir(parents=True)
        pq.write_table(pa.table(arrays, schema=SCHEMA), path / "rows.parquet")
    print("rows", count)


main(*sys.argv[1:])
