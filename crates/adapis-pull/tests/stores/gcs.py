"""Speaks the XML API of Google Cloud Storage in front of fake-gcs-server, which lacks most of it.

Usage: gcs.py PORT UPSTREAM-PORT. The conditions are the server's: the headers of the XML API become the parameters of its
JSON API.
"""

import email.utils
import datetime
import http.client
import http.server
import json
import sys
import urllib.parse
from xml.sax.saxutils import escape

PORT, UPSTREAM = int(sys.argv[1]), int(sys.argv[2])


def ask(method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", UPSTREAM)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def quoted(tag):
    return '"' + tag.strip('"') + '"'


def part(asked, size):
    """The first and the last byte of a range: `8-15`, `8-` from the eighth on, `-8` the last eight."""
    first, _, last = asked.removeprefix("bytes=").partition("-")
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def place(self):
        url = urllib.parse.urlsplit(self.path)
        bucket, _, key = url.path.lstrip("/").partition("/")
        return bucket, urllib.parse.unquote(key), dict(urllib.parse.parse_qsl(url.query))

    def object_path(self, bucket, key):
        return f"/storage/v1/b/{bucket}/o/{urllib.parse.quote(key, safe='')}"

    def refuse(self, status):
        # fake-gcs-server says of a missing bucket and of a missing object the same.
        found, _ = ask("GET", f"/storage/v1/b/{self.place()[0]}")
        code = "NoSuchBucket" if status == 404 and found == 404 else "Refused"
        self.answer(status, f"<Error><Code>{code}</Code></Error>".encode())

    def do_PUT(self):
        bucket, key, _ = self.place()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        metadata = {
            name[len("x-goog-meta-"):]: value
            for name, value in self.headers.items()
            if name.lower().startswith("x-goog-meta-")
        }
        query = {"uploadType": "multipart", "name": key}
        if "x-goog-if-generation-match" in self.headers:
            query["ifGenerationMatch"] = self.headers["x-goog-if-generation-match"]
        head = json.dumps({"name": key, "metadata": metadata}).encode()
        parts = b"--edge\r\nContent-Type: application/json\r\n\r\n" + head
        parts += b"\r\n--edge\r\nContent-Type: application/octet-stream\r\n\r\n" + body + b"\r\n--edge--\r\n"
        path = f"/upload/storage/v1/b/{bucket}/o?{urllib.parse.urlencode(query)}"
        status, text = ask("POST", path, parts, {"Content-Type": "multipart/related; boundary=edge"})
        if status != 200:
            return self.refuse(status)
        made = json.loads(text)
        self.answer(200, headers={"ETag": quoted(made["etag"]), "x-goog-generation": made["generation"]})

    def do_GET(self):
        bucket, key, query = self.place()
        if not key:
            return self.list(bucket, query)
        status, text = ask("GET", self.object_path(bucket, key))
        if status != 200:
            return self.refuse(status)
        found = json.loads(text)
        tag = quoted(found["etag"])
        if self.headers.get("If-Match", tag) != tag:
            return self.refuse(412)
        size = int(found["size"])
        updated = datetime.datetime.fromisoformat(found["updated"].replace("Z", "+00:00"))
        headers = {
            "ETag": tag,
            "x-goog-generation": found["generation"],
            "Last-Modified": email.utils.format_datetime(updated.astimezone(datetime.timezone.utc), usegmt=True),
            **{f"x-goog-meta-{name}": value for name, value in found.get("metadata", {}).items()},
        }
        if self.command == "HEAD":
            return self.answer(200, headers={**headers, "Content-Length": str(size)})
        status, body = ask("GET", f"{self.object_path(bucket, key)}?alt=media&generation={found['generation']}")
        if status != 200:
            return self.refuse(412)
        if "Range" in self.headers:
            first, last = part(self.headers["Range"], size)
            body = body[first:last + 1]
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
            return self.answer(206, body, headers)
        self.answer(200, body, headers)

    do_HEAD = do_GET

    def do_DELETE(self):
        bucket, key, _ = self.place()
        status, _ = ask("DELETE", self.object_path(bucket, key))
        self.answer(204) if status in (200, 204) else self.refuse(status)

    def list(self, bucket, query):
        asked = {name: query[name] for name in ("prefix", "delimiter") if name in query}
        status, text = ask("GET", f"/storage/v1/b/{bucket}/o?{urllib.parse.urlencode(asked)}")
        if status != 200:
            return self.refuse(status)
        found = json.loads(text)
        xml = "<ListBucketResult><IsTruncated>false</IsTruncated>"
        for item in found.get("items", []):
            xml += f"<Contents><Key>{escape(item['name'])}</Key><LastModified>{item['updated']}</LastModified>"
            xml += f"<ETag>{escape(quoted(item['etag']))}</ETag><Size>{item['size']}</Size></Contents>"
        for prefix in found.get("prefixes", []):
            xml += f"<CommonPrefixes><Prefix>{escape(prefix)}</Prefix></CommonPrefixes>"
        self.answer(200, (xml + "</ListBucketResult>").encode(), {"Content-Type": "application/xml"})


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
