"""A token issuer on loopback: discovery document, keys, and tokens good and bad.

What it never does: outlive the script, or keep its key.
"""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from wire import Server

AUDIENCE = "merit"


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Serves its keys; `token(**claims)` signs."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                numbers = issuer.key.public_key().public_numbers()
                keys = {"keys": [{"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256",
                                  "n": url64(numbers.n.to_bytes(256, "big")), "e": "AQAB"}]}
                found = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/jwks.json"} if "openid" in self.path else keys
                body = json.dumps(found).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def token(self, roles, tenant="corner", key=None, **claims):
        """A token for a tenant's roles; claims override anything."""
        now = int(time.time())
        head = {"alg": "RS256", "kid": "k1", "typ": "JWT"}
        body = {"iss": self.url, "aud": AUDIENCE, "sub": "till-1", "iat": now, "exp": now + 3600,
                "tenant": tenant, "roles": roles, **claims}
        text = f"{url64(json.dumps(head).encode())}.{url64(json.dumps(body).encode())}"
        signed = (key or self.key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{url64(signed)}"
