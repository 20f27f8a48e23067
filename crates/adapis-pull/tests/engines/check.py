"""Compares what engines read with what was written. Usage: check.py FOLDER ENGINE..."""

import datetime
import decimal
import json
import pathlib
import sys
import warnings

STREAMS = {
    "spots.site-day": "month",
    "spots.placement-day": "day",
    "hybrid.campaign": "snapshot",
    "wide.site-day": "month",
}
FORMATS = ["parquet", "csv", "ndjson"]
COLUMNS = ["account", "date", "site", "shows", "money", "until", "extra"]
TYPES = {"date": datetime.date, "until": datetime.date, "shows": int, "money": decimal.Decimal}


def text(value):
    """Makes the text that write_layouts made of the same value."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        # Not normalize(), which rounds to the 28 digits of the default context.
        digits = format(value, "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return None if value is None else str(value)


def key(row):
    # An empty text and a null side by side, for engines that cannot distinguish them.
    return [value or "" for value in row]


def compare(folder, stream, rows):
    """Compares rows, each a dict, with the expected ones. Returns what differs."""
    partition = STREAMS[stream]
    expected = []
    for line in (folder / "expected.ndjson").open(encoding="utf-8"):
        of_stream, *row = json.loads(line)
        if of_stream == stream:
            expected.append(row)
    found = []
    for row in rows:
        for column, kind in TYPES.items():
            value = row[column]
            if value is not None and not isinstance(value, kind):
                return f"{column} is a {type(value).__name__}"
        found.append([text(row[partition])] + [text(row[column]) for column in COLUMNS])
    if len(found) != len(expected):
        return f"{len(found)} rows instead of {len(expected)}"
    for have, want in zip(sorted(found, key=key), sorted(expected, key=key)):
        for name, one, other in zip([partition, *COLUMNS], have, want):
            if one != other:
                return f"{name}: {one!r} instead of {other!r}"
    return None


def definition(folder, engine, stream, form):
    return (folder / "sql" / engine / f"{stream}.{form}").read_text(encoding="utf-8")


def view(stream):
    return stream.replace(".", "_").replace("-", "_")


def arrow_schema(stream):
    import pyarrow as pa

    money = pa.decimal128(38, 12) if stream.startswith("wide") else pa.decimal128(18, 9)
    kinds = [pa.string(), pa.date32(), pa.string(), pa.int64(), money, pa.date32(), pa.string()]
    return dict(zip(COLUMNS, kinds))


def pyarrow(folder, stream, form):
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.dataset as ds
    import pyarrow.parquet

    path = str(folder / form / stream)
    partition = STREAMS[stream]
    if form == "parquet":
        # The default, which the partition columns must not break.
        table = pyarrow.parquet.read_table(path)
        found = ds.dataset(path, partitioning="hive").to_table()
        if found.num_rows != table.num_rows:
            raise ValueError("a dataset has other rows than read_table")
        return table.to_pylist()
    if form == "ndjson":
        import pyarrow.json

        # A dataset of JSON files takes no schema, so each file is read by itself, and dates are cast afterwards.
        wanted = pa.schema(arrow_schema(stream).items())
        read = [(name, pa.string() if pa.types.is_date(kind) else kind) for name, kind in arrow_schema(stream).items()]
        options = pyarrow.json.ParseOptions(explicit_schema=pa.schema(read))
        rows = []
        for file in sorted((folder / form / stream).rglob("rows.ndjson")):
            if file.stat().st_size == 0:
                continue
            found = pyarrow.json.read_json(file, parse_options=options).cast(wanted).to_pylist()
            rows += [{**row, partition: file.parent.name.split("=")[1]} for row in found]
        return rows
    options = pyarrow.csv.ConvertOptions(
        column_types=arrow_schema(stream),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    form = ds.CsvFileFormat(parse_options=parse, convert_options=options)
    hive = pa.schema([("source", pa.string()), (partition, pa.date32())])
    schema = pa.schema([*arrow_schema(stream).items(), *hive])
    hive = ds.partitioning(hive, flavor="hive")
    return ds.dataset(path, schema, form, partitioning=hive).to_table().to_pylist()


def pandas(folder, stream, form):
    import pandas as pd

    partition = STREAMS[stream]
    if form == "parquet":
        frame = pd.read_parquet(folder / form / stream, dtype_backend="pyarrow")
    else:
        frames = []
        for file in sorted((folder / form / stream).rglob("rows.*")):
            if form == "csv":
                frame = pd.read_csv(file, dtype="string", na_values=[""], keep_default_na=False)
            else:
                # Not pandas.read_json, which makes floats of numbers as soon as one is null.
                lines = file.read_text(encoding="utf-8").splitlines()
                frame = pd.DataFrame([json.loads(line) for line in lines], columns=COLUMNS, dtype="object")
            for column, convert in [
                ("money", decimal.Decimal),
                ("shows", int),
                ("date", datetime.date.fromisoformat),
                ("until", datetime.date.fromisoformat),
            ]:
                values = [None if pd.isna(value) else convert(value) for value in frame[column]]
                frame[column] = pd.Series(values, dtype="object", index=frame.index)
            frame[partition] = file.parent.name.split("=")[1]
            frames.append(frame)
        frame = pd.concat(frames)
    frame = frame.astype(object).where(frame.notna(), None)
    return frame.to_dict("records")


def polars(folder, stream, form):
    import polars as pl

    names = {}
    exec(definition(folder, "polars", stream, form), names)
    rows = names[view(stream)].collect()
    if form == "parquet":
        # The default, a folder as it lies.
        assert pl.read_parquet(folder / form / stream).height == rows.height
    return rows.to_dicts()


def duckdb(folder, stream, form):
    import duckdb

    session = duckdb.connect()
    session.sql(definition(folder, "duckdb", stream, form))
    found = session.sql(f"SELECT * FROM {view(stream)}")
    return [dict(zip(found.columns, row)) for row in found.fetchall()]


def clickhouse(folder, stream, form):
    from chdb import session

    here = session.Session()
    here.query(definition(folder, "clickhouse", stream, form))
    columns = ", ".join(f"toString({name}) AS {name}" for name in [STREAMS[stream], *COLUMNS])
    types = here.query(f"DESCRIBE {view(stream)}", "JSONEachRow").data()
    types = {row["name"]: row["type"] for row in map(json.loads, types.splitlines())}
    rows = here.query(f"SELECT {columns} FROM {view(stream)}", "JSONEachRow").data()
    here.close()
    rows = [json.loads(row) for row in rows.splitlines()]
    # Texts carry exact values over; the types are those of the view.
    for row in rows:
        for column, kind, cast in [
            ("date", "Date32", datetime.date.fromisoformat),
            ("until", "Nullable(Date32)", datetime.date.fromisoformat),
            ("shows", "Nullable(Int64)", int),
            ("money", "Nullable(Decimal(", decimal.Decimal),
        ]:
            if not types[column].startswith(kind):
                raise ValueError(f"{column} has the type {types[column]}")
            row[column] = None if row[column] is None else cast(row[column])
    return rows


SPARK = []


def spark(folder, stream, form):
    if not SPARK:
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "OFF")
        SPARK.append(builder.getOrCreate())
    session = SPARK[0]
    session.sql(definition(folder, "spark", stream, form).rstrip().rstrip(";"))
    rows = [row.asDict() for row in session.table(view(stream)).collect()]
    if form == "parquet":
        # The default, without a schema.
        assert session.read.parquet(str(folder / form / stream)).count() == len(rows)
    return rows


# What an engine cannot distinguish in a format does not count as a difference.
LIMITS = {
    ("pandas", "csv"): "an empty text is null",
}


def check(folder, engine, stream, form):
    try:
        rows = globals()[engine](folder, stream, form)
        difference = compare(folder, stream, rows)
        if difference and (engine, form) in LIMITS and "instead of ''" in difference:
            return "same, but " + LIMITS[engine, form], True
        return difference or "same", not difference
    except ImportError as error:
        return f"- not installed: {error.name}", True
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        return f"{type(error).__name__}: {lines[0][:200]}", False


def main():
    warnings.simplefilter("ignore")
    folder, engines = pathlib.Path(sys.argv[1]), sys.argv[2:]
    is_good = True
    for engine in engines:
        for form in FORMATS:
            results = {}
            for stream in STREAMS:
                result, is_same = check(folder, engine, stream, form)
                results.setdefault(result, []).append(stream)
                is_good &= is_same
            for result, streams in results.items():
                shown = "all layouts" if len(streams) == len(STREAMS) else ", ".join(streams)
                print(f"{engine:<11} {form:<8} {shown:<32} {result}", flush=True)
    sys.exit(0 if is_good else 1)


main()
