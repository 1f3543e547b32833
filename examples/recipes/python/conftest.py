import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest
import requests

URL = os.environ.get("MOCKLING_URL")


class Mockling:
    """The control door, for the bearer token of one test: tasks, clock and rules of others are apart."""

    def __init__(self, token):
        self.token = token

    def command(self, method, path, body=None):
        key = os.environ.get("MOCKLING_CONTROL_KEY", "")
        answer = requests.request(method, f"{URL}/_mockling{path}", json=body, headers={"x-mockling-key": key})
        answer.raise_for_status()
        return answer.json()

    def will(self, effects, times=1):
        """The next creates go through this: `mockling outcomes` lists what there is."""
        self.command("POST", "/v1/rules", {"token": self.token, "effects": effects, "next": times})


@pytest.fixture
def mockling(request):
    if URL is None:
        pytest.exit("run this as: mockling exec --clock auto-skip --pace real -- pytest", returncode=2)
    return Mockling(request.node.name)


@pytest.fixture
def receiver():
    """A server for callbacks: `receiver.url`, and a queue of the bodies that came."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    bodies = Queue()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    server.bodies = bodies
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
