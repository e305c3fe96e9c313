"""Between a function and the emulated account: one listener per function, so that every request has a name on it.

What it never does: answer by itself, or change a byte; it only says that the way to it was as good as TLS. It records
which IAM actions a request needs, on what, and for which partition.
"""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import patience

TRANSACT = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


class Seen:
    """One action as IAM sees it."""

    def __init__(self, action, resource, leading_key, condition, index, method, status, refusal):
        self.action, self.resource, self.leading_key, self.index, self.method = action, resource, leading_key, index, method
        self.condition, self.status, self.refusal = condition, status, refusal


def key_of(item):
    return item.get("pk", {}).get("S") if item else None


def needed(target, method, path, body):
    """[(action, resource, leading key, conditional?)] of a request."""
    if target.startswith("DynamoDB_"):
        verb, ask = target.split(".")[1], json.loads(body or "{}")
        table = ask.get("TableName", "")
        if verb == "TransactWriteItems":
            return [
                (f"dynamodb:{TRANSACT[kind]}", one["TableName"], key_of(one.get("Item") or one.get("Key")), "ConditionExpression" in one)
                for item in ask["TransactItems"] for kind, one in item.items()
            ]
        if verb == "TransactGetItems":
            return [("dynamodb:GetItem", i["Get"]["TableName"], key_of(i["Get"]["Key"]), False) for i in ask["TransactItems"]]
        if verb == "BatchGetItem":
            return [("dynamodb:BatchGetItem", t, key_of(k), False) for t, r in ask["RequestItems"].items() for k in r["Keys"]]
        if verb == "Query":
            first = ask["KeyConditionExpression"].split("=")[1].split()[0]
            return [("dynamodb:Query", table, ask["ExpressionAttributeValues"][first].get("S"), False)]
        return [(f"dynamodb:{verb}", table, key_of(ask.get("Item") or ask.get("Key")), "ConditionExpression" in ask)]
    if target.startswith("AWSEvents."):
        return [("events:" + target.split(".")[1], "", None, False)]
    if target.startswith("AmazonSQS."):
        return [("sqs:" + target.split(".")[1], "", None, False)]
    if target:
        return [(target, "", None, False)]
    path, _, query = path.partition("?")
    bucket, _, key = path.strip("/").partition("/")
    if key:
        verb = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}[method]
        verb += "Version" if verb == "GetObject" and "versionId=" in query else ""
    else:
        verb = "ListBucket"
    return [(f"s3:{verb}", f"{bucket}/{key}", None, False)]


def index_of(body):
    try:
        return json.loads(body or b"{}").get("IndexName", "")
    except (ValueError, AttributeError):
        return ""


class Server(ThreadingHTTPServer):
    """Takes a burst of connections; five, the default, overflow on a busy machine, and then a client waits a second."""

    request_queue_size = 128
    daemon_threads = True


class Tap:
    """A listener for one function; `seen` grows as it speaks."""

    def __init__(self, upstream_port):
        self.seen = []
        tap = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def forward(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                up = http.client.HTTPConnection("127.0.0.1", upstream_port, timeout=patience.ANSWER_S)
                up.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() != "connection":
                        up.putheader(name, value)
                up.putheader("x-forwarded-proto", "https")  # unsigned; a bucket that takes only TLS asks for it
                up.endheaders(body)
                answer = up.getresponse()
                content = answer.read()
                for each in needed(self.headers.get("x-amz-target", ""), self.command, self.path, body):
                    tap.seen.append(Seen(*each, index_of(body), self.command, answer.status, content[:400] if answer.status >= 400 else b""))
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                        self.send_header(name, value)
                length = answer.getheader("content-length") if self.command == "HEAD" else None
                self.send_header("content-length", length or str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(b"" if self.command == "HEAD" else content)
                except OSError:
                    pass  # the function had given up waiting
                up.close()

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = forward

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
