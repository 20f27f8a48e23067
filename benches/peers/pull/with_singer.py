"""A tap of singer-sdk by itself, without a target: it writes JSON lines to stdout. Usage: with_singer.py URL FOLDER"""

import json
import os
import sys

from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from spots import DAYS, Spots


class PlacementDay(Stream):
    name = "placement_day"
    primary_keys = ("date_day", "site_id", "placement")
    schema = th.PropertiesList(
        th.Property("date_day", th.DateType),
        th.Property("site_id", th.IntegerType),
        th.Property("site", th.StringType),
        th.Property("site_name", th.StringType),
        th.Property("placement", th.StringType),
        th.Property("placement_name", th.StringType),
        th.Property("shows", th.IntegerType),
        th.Property("clicks", th.IntegerType),
        th.Property("income", th.NumberType),
    ).to_dict()

    def get_records(self, context):
        spots = Spots(self.config["url"])
        for day in DAYS:
            yield from spots.rows(day)


class TapSpots(Tap):
    name = "tap-spots"
    config_jsonschema = th.PropertiesList(th.Property("url", th.StringType, required=True)).to_dict()

    def discover_streams(self):
        return [PlacementDay(self)]


def main(url, folder):
    os.environ["TAP_SPOTS_LOGLEVEL"] = "ERROR"
    with open(f"{folder}/config.json", "w", encoding="utf-8") as file:
        json.dump({"url": url}, file)
    TapSpots.cli(["--config", f"{folder}/config.json"])


main(*sys.argv[1:])
