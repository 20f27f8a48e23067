"""A front with the HTTP interface of ClickHouse, before the engine of chdb.

The engine is ClickHouse's own: it reads the Parquet file, and replaces the partitions. The front stands in for what chdb
does not have: the port, the users, and `input()`, for which the body is put into a file that `file()` reads.
Usage: chdb_server.py FOLDER USER PASSWORD; prints the port.
"""

import http.server
import os
import re
import sys
import tempfile
import threading
import urllib.parse

from chdb import session

folder, user, password = sys.argv[1:4]
engine = session.Session(os.path.join(folder, "data"))
lock = threading.Lock()
VERSION = "(version chdb)"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        parameters = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True))
        statement, data = parameters.pop("query", None), body
        if statement is None:
            statement, data = body.decode(), None
        parameters.pop("wait_end_of_query", None)
        given = (self.headers.get("x-clickhouse-user"), self.headers.get("x-clickhouse-key"))
        if tuple(text and text.encode("latin-1").decode() for text in given) != (user, password):
            name = given[0] or "default"
            return self.answer(403, f"Code: 516. DB::Exception: {name}: Authentication failed: password is incorrect {VERSION}", 516)
        with lock:
            try:
                self.answer(200, self.run(statement, data, parameters))
            except Exception as error:
                text = re.sub(r"^(Code: \d+\. DB::Exception: )+", lambda m: m.group(1), str(error))
                code = re.match(r"Code: (\d+)", text)
                self.answer(500, text, int(code.group(1)) if code else 1002)

    def run(self, statement, data, settings):
        if data is None:
            return str(engine.query(statement, "TabSeparated"))
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(data)
            file.flush()
            head, form = statement.rsplit(" FORMAT ", 1)
            head, structure = head.split(" FROM input(", 1)
            used = "".join(f", {name} = '{value}'" for name, value in settings.items())
            source = f"file('{file.name}', '{form}', {structure}"
            return str(engine.query(f"{head} FROM {source} SETTINGS max_threads = 1{used}", "TabSeparated"))

    def answer(self, status, text, code=None):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        if code:
            self.send_header("x-clickhouse-exception-code", str(code))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
