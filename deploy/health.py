"""Ask a bundled server of this machine how it is: exit code 0 when it says ok, 1 when it does not.

python health.py 8080
"""

from __future__ import annotations

import http.client
import json
import sys

SECONDS = 2


def health(port: int) -> str:
    """Return in one line what the server on this port says of itself.

    Raises:
        OSError: nothing answers.
        ValueError: something else than a healthy server answers; the message says what.
    """
    # Not urllib: it would go through a proxy that is named in the environment.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        body = response.read(1000).decode(errors="replace")
    except http.client.HTTPException as error:
        raise ValueError(f"no HTTP comes from port {port}: {error!r}") from None
    finally:
        connection.close()
    if response.status != 200 or json.loads(body)["status"] != "ok":
        raise ValueError(f"port {port} answers {response.status} {body!r}")
    return body.strip()


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    if len(arguments) != 1 or not arguments[0].isdecimal() or not 0 < int(arguments[0]) < 65536:
        print(f"{arguments} is not one port: python health.py 8080", file=sys.stderr)
        return 2
    try:
        print(health(int(arguments[0])))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"not healthy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
