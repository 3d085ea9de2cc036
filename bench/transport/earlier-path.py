"""The earlier tool's best documented path, at its most favourable: a thread per request in flight, a connection per
request, the whole answer parsed as JSON, the picture decoded in one piece and written without being made durable. What
that tool does besides is left out, all of which costs it more: the import of its machine learning libraries, the SDK and
a new client per request, and the decoding and encoding of every picture by Pillow.

Usage: python3 earlier-path.py URL REQUESTS THREADS FOLDER; prints requests a second and CPU as one line of JSON.
"""
import base64
import http.client
import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlparse

url, requests, threads, folder = urlparse(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


def edit(row):
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=120)
    body = json.dumps({"contents": [{"parts": [{"text": f"row {row}"}]}]})
    path = "/v1beta/models/mock:generateContent"
    connection.request("POST", path, body, {"content-type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    data = answer["candidates"][0]["content"]["parts"][0]["inlineData"]["data"]
    with open(os.path.join(folder, f"{row:06d}.png"), "wb") as file:
        file.write(base64.b64decode(data))


started = time.monotonic()
with ThreadPoolExecutor(threads) as pool:
    list(pool.map(edit, range(requests)))
seconds = time.monotonic() - started
used = resource.getrusage(resource.RUSAGE_SELF)
cpu_ms = (used.ru_utime + used.ru_stime) * 1000 / requests
print(json.dumps({"rate": requests / seconds, "cpuMs": cpu_ms, "rssMb": used.ru_maxrss / 1024}))
