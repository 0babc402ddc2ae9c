"""Listen on 127.0.0.1:WSLAB_PORT and send every message back."""

import os

print(os.environ["WSLAB_PORT"])
# TODO(echoed)
