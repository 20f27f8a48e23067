"""The calls of SPOTS that the peers share, as one writes them with requests."""

import datetime
import decimal
import json

import requests

FIRST = datetime.date(2025, 12, 1)
DAYS = [FIRST + datetime.timedelta(days=day) for day in range(20)]


class Spots:
    def __init__(self, url):
        self.url = url
        self.session = requests.Session()
        answer = self.call("user.auth", {"login": "bench@example.com", "password": "bench"})
        self.session.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def call(self, method, params):
        body = {"jsonrpc": "2.0", "method": method, "id": 1, "params": params}
        answer = self.session.post(self.url, json=body, timeout=600)
        answer.raise_for_status()
        # Amounts exactly: the default makes floats of them.
        answer = json.loads(answer.text, parse_float=decimal.Decimal)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def rows(self, day):
        filter = {
            "date_from": day.isoformat(),
            "date_to": day.isoformat(),
            "main_group": ["date_day", "site_id", "placement"],
        }
        found = self.call("platform.getStatistics", {"filter": filter})
        return found if isinstance(found, list) else found["rows"]
