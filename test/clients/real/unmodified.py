"""Prints, as JSON, the version of each distribution named, and its files that are not as its wheel brought them."""

import base64
import hashlib
import json
import sys
from importlib.metadata import distribution


def changed(file):
    digest = hashlib.new(file.hash.mode, file.locate().read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value


found = {}
for name in sys.argv[1:]:
    files = [file for file in distribution(name).files if file.hash]
    found[name] = {
        "version": distribution(name).version,
        "files": len(files),
        "changed": [str(file) for file in files if changed(file)],
    }
print(json.dumps(found))
