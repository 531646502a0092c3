"""A small HTTP/1.1 client over plain sockets: one connection, one request at a time."""
import json
import socket
import time


class Response:
    def __init__(self, status, headers, body, seconds):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds

    @property
    def replayed(self):
        return self.headers.get("idempotent-replayed") == "true"

    def json(self):
        return json.loads(self.body)

    def data(self):
        return self.json()["data"]

    def code(self):
        """The error's code, or an empty text."""
        try:
            return self.json()["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return ""

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


def request_bytes(method, path, token=None, body=None, headers=None):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    payload = b""
    if body is not None:
        payload = (body if isinstance(body, str) else json.dumps(body)).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(payload)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


class Connection:
    """Raises OSError (ConnectionError, TimeoutError) when the peer closes or does not respond."""

    def __init__(self, port, timeout=35.0, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.socket.sendall(data)

    def _fill(self):
        got = self.socket.recv(65536)
        if not got:
            raise ConnectionError("the connection ended")
        self.buffer += got

    def receive(self):
        begin = time.monotonic()
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        while len(self.buffer) < length:
            self._fill()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Response(int(lines[0].split()[1]), headers, body.decode("utf-8", "replace"),
                        time.monotonic() - begin)

    def call(self, method, path, token=None, body=None, headers=None):
        begin = time.monotonic()
        self.send(request_bytes(method, path, token, body, headers))
        response = self.receive()
        response.seconds = time.monotonic() - begin
        return response


def call(port, method, path, token=None, body=None, headers=None, timeout=35.0):
    """One request on a new connection."""
    with Connection(port, timeout) as connection:
        return connection.call(method, path, token, body, headers)
