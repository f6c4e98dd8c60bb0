"""`python -m advisor.web.healthcheck`: exit 0 when the server in this container answers."""

import http.client
import os
import sys


def healthy(*, host: str = "127.0.0.1", port: int = 8000, name: str = "localhost") -> bool:
    """Ask /healthz under a name the site allows."""
    connection = http.client.HTTPConnection(host, port, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": name})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    allowed = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    sys.exit(0 if healthy(name=allowed or "localhost") else 1)
