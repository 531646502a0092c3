"""Receivers of notices on loopback: Slack, PagerDuty, a webhook, a mail server and a dead man's
receiver. Each records what it accepted, and when."""
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import socketserver
import threading
import time

CHANNELS = ("slack", "pagerduty", "email", "webhook")
SECRET = "a secret that signs the messages"
PAGERDUTY_KEY = "k" * 32


class Receivers:
    """The four receivers. `config` has the keys that lead the daemon to them."""

    def __init__(self, scenario):
        self.lock = threading.Lock()
        self.accepted = []  # (channel, monotonic time, subject, is over, whole message)
        self.answers = {}  # Statuses that a channel responds with first.
        self.bad_signatures = 0
        web = self.web_server()
        mail = self.mail_server()
        for server in (web, mail):
            threading.Thread(target=server.serve_forever, daemon=True).start()
            scenario.add_cleanup(server.server_close)
            scenario.add_cleanup(server.shutdown)
        root = f"http://127.0.0.1:{web.server_address[1]}"
        self.dead_man_url = f"{root}/dead_man"  # Where Alertmanager sends its heartbeat.
        self.config = {
            "notify.source": "bot-under-test",
            "notify.slack_url": f"{root}/slack",
            "notify.pagerduty_url": f"{root}/pagerduty",
            "notify.pagerduty_key": PAGERDUTY_KEY,
            "notify.email_server": f"smtp://127.0.0.1:{mail.server_address[1]}",
            "notify.email_from": "bot@example.org",
            "notify.email_to": "ann@example.org",
            "notify.webhook_url": f"{root}/webhook",
            "notify.webhook_secret": SECRET,
        }

    def refuse(self, channel, *answers):
        """The next responses of the channel: (status, headers) each."""
        with self.lock:
            self.answers[channel] = list(answers)

    def take_answer(self, channel):
        with self.lock:
            waiting = self.answers.get(channel)
            return waiting.pop(0) if waiting else None

    def accept(self, channel, subject, over, message):
        with self.lock:
            self.accepted.append((channel, time.monotonic(), subject, over, message))

    def first(self, channel, subject, over, since):
        """When the channel first accepted such a notice after `since`; None: not yet. `subject` is
        the beginning of the notice's subject or text."""
        with self.lock:
            for one, at, found, is_over, _ in self.accepted:
                if (one, is_over) == (channel, over) and at >= since and subject in found:
                    return at
        return None

    def count(self, channel, subject, over=False):
        with self.lock:
            return sum(1 for one, _, found, is_over, _ in self.accepted
                       if (one, is_over) == (channel, over) and subject in found)

    def messages(self):
        with self.lock:
            return [message for *_, message in self.accepted]

    def web_server(self):
        receivers = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                channel = self.path.strip("/")
                answer = receivers.take_answer(channel)
                if answer:
                    return self.respond(answer[0], "no", answer[1])
                receivers.record_web(channel, json.loads(body), body, self.headers)
                self.respond(202 if channel == "pagerduty" else 200,
                             "ok" if channel == "slack" else '{"status":"success"}', {})

            def respond(self, status, text, headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def record_web(self, channel, message, body, headers):
        if channel == "slack":
            self.accept(channel, body, "Resolved" in body, body)
        elif channel == "pagerduty":
            self.accept(channel, message["dedup_key"] + " " + body,
                        message["event_action"] == "resolve", body)
        elif channel == "dead_man":
            self.accept(channel, f"{headers['Authorization']} {body}",
                        message["status"] == "resolved", body)
        else:
            signed = f"{headers['X-Botcore-Timestamp']}.{body}".encode()
            expected = "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
            if headers["X-Botcore-Signature"] != expected:
                self.bad_signatures += 1
            self.accept(channel, message["subject"] + " " + message["text"], message["over"], body)

    def mail_server(self):
        receivers = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(text.encode() + b"\r\n")

            def handle(self):
                self.say("220 mail.example.org")
                while line := self.rfile.readline().decode().strip():
                    verb = line.split()[0].upper()
                    if verb == "DATA":
                        self.say("354 go on")
                        self.take_mail()
                    elif verb == "QUIT":
                        return self.say("221 bye")
                    else:
                        self.say("250 ok")

            def take_mail(self):
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line[1:] if line.startswith(b"..") else line)
                answer = receivers.take_answer("email")
                if answer:
                    return self.say(f"{answer[0]} no")
                mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                text = mail.get_body(("plain",)).get_content()
                receivers.accept("email", mail["Subject"] + " " + text,
                                 "RESOLVED" in mail["Subject"], str(mail["Subject"]) + "\n" + text)
                self.say("250 taken")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        return Server(("127.0.0.1", 0), Handler)
