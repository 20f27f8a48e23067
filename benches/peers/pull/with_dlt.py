"""dlt to Parquet files in a folder. Usage: with_dlt.py URL FOLDER"""

import os
import sys

import dlt
from dlt.destinations import filesystem
from spots import DAYS, Spots


def main(url, folder):
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    counted = 0

    @dlt.resource(
        name="placement_day",
        write_disposition="replace",
        columns={"income": {"data_type": "decimal", "precision": 18, "scale": 9}},
    )
    def rows():
        nonlocal counted
        spots = Spots(url)
        for day in DAYS:
            found = spots.rows(day)
            counted += len(found)
            yield found

    pipeline = dlt.pipeline(
        pipeline_name="spots",
        pipelines_dir=os.path.join(folder, "pipelines"),
        destination=filesystem(bucket_url=f"file://{folder}/data"),
        dataset_name="spots",
    )
    pipeline.run(rows(), loader_file_format="parquet")
    print("rows", counted)


main(*sys.argv[1:])
