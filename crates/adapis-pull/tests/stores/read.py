"""Reads a stream from a store with the views of `pull sql`, and compares every value as text."""

import decimal
import json
import os
import pathlib
import sys
import urllib.parse

root, folder = sys.argv[1], pathlib.Path(sys.argv[2])
expected = json.loads((folder / "expected.json").read_text())


def text(value):
    if value is None:
        return "null"
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f")
    return str(value)


def compare(engine, found):
    columns = sorted(expected[0])
    key = lambda row: [row[column] for column in columns]
    rows = [{column: text(row[column]) for column in columns} for row in found]
    assert sorted(map(key, rows)) == sorted(map(key, expected)), (engine, rows, expected)
    assert {str(row["month"]) for row in found} == {"2025-11-01", "2025-12-01"}, engine
    print(engine, len(rows), "rows")


def duckdb_rows():
    import duckdb

    connection = duckdb.connect()
    if root.startswith("s3://"):
        endpoint = urllib.parse.urlparse(os.environ["AWS_ENDPOINT_URL"]).netloc
        load(connection, "httpfs")
        connection.sql(
            f"CREATE SECRET (TYPE s3, KEY_ID '{os.environ['AWS_ACCESS_KEY_ID']}', "
            f"SECRET '{os.environ['AWS_SECRET_ACCESS_KEY']}', ENDPOINT '{endpoint}', URL_STYLE 'path', USE_SSL false)"
        )
    elif root.startswith("gs://"):
        endpoint = urllib.parse.urlparse(os.environ["GOOGLE_BASE_URL"]).netloc
        load(connection, "httpfs")
        # The key of an HMAC pair, which the emulator does not check.
        connection.sql(
            f"CREATE SECRET (TYPE gcs, KEY_ID 'GOOG1TEST', SECRET 'test-secret', ENDPOINT '{endpoint}', "
            "URL_STYLE 'path', USE_SSL false)"
        )
    else:
        load(connection, "azure")
        connection.sql(
            "CREATE SECRET (TYPE azure, CONNECTION_STRING 'DefaultEndpointsProtocol=http;"
            f"AccountName={os.environ['AZURE_STORAGE_ACCOUNT_NAME']};AccountKey={os.environ['AZURE_STORAGE_ACCOUNT_KEY']};"
            f"BlobEndpoint={os.environ['AZURE_STORAGE_ENDPOINT']};')"
        )
    connection.sql((folder / "duckdb").read_text())
    found = connection.sql("SELECT * FROM spots_site_day")
    return [dict(zip(found.columns, row)) for row in found.fetchall()]


def load(connection, name):
    import duckdb_ext

    # The extensions are packages, because DuckDB's own server of them is not reached from everywhere.
    folder = pathlib.Path(list(duckdb_ext.__path__)[0])
    connection.sql(f"LOAD '{next(folder.rglob(f'{name}.duckdb_extension'))}'")


def polars_rows():
    import polars

    os.environ |= {"AWS_ALLOW_HTTP": "true", "AZURE_ALLOW_HTTP": "true"}
    # Otherwise polars asks Google's library for the credentials of this machine.
    polars.Config.set_default_credential_provider(None)
    scope = {}
    exec((folder / "polars").read_text(), scope)
    return scope["spots_site_day"].collect().to_dicts()


for engine, read in [("duckdb", duckdb_rows), ("polars", polars_rows)]:
    compare(engine, read())
