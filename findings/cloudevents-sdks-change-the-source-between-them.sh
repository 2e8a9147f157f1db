#!/usr/bin/env bash
# cloudevents 2.2.0 (PyPI) and cloudevents 10.0.0 (npm), binary mode: a source with a percent sign is another source once it
# went from one SDK to the other, in both directions, without an error.
#
# Guess, written down before: source and id, which together make an event one, survive a hop between two official SDKs.
# Seen: Python percent-encodes header values (HTTP binding 1.0.2, section 3.1.3.2) and decodes them; JavaScript does neither.
# https://example.com/a%20b sent by Python is https://example.com/a%2520b in JavaScript; sent by JavaScript it is
# "https://example.com/a b" in Python, which is no URI reference. A receiver that drops duplicates by (source, id) takes the
# same event twice where it comes by both.
# Valid input: a URI with an encoded space; nothing beyond ASCII is needed.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv py
py/bin/python -m pip -q install cloudevents==2.2.0
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E cloudevents@10.0.0

cat > write.py <<'PY'
import json
from cloudevents.core.bindings.http import to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

event = CloudEvent({"type": "t", "source": "https://example.com/a%20b", "id": "1", "specversion": "1.0"}, {"n": 1})
print(json.dumps(to_binary(event, JSONFormat()).headers))
PY
cat > write.mjs <<'JS'
import { CloudEvent, HTTP } from "cloudevents";

console.log(JSON.stringify(HTTP.binary(new CloudEvent({ id: "1", type: "t", source: "https://example.com/a%20b", data: { n: 1 } })).headers));
JS
cat > read.py <<'PY'
import json, sys
from cloudevents.core.bindings.http import HTTPMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

headers = json.load(open(sys.argv[1]))
print(from_binary(HTTPMessage(headers, b'{"n":1}'), JSONFormat(), CloudEvent).get_source())
PY
cat > read.mjs <<'JS'
import { readFileSync } from "node:fs";
import { HTTP } from "cloudevents";

console.log(HTTP.toEvent({ headers: JSON.parse(readFileSync(process.argv[2], "utf8")), body: '{"n":1}' }).source);
JS
py/bin/python write.py > from-python.json
node write.mjs > from-javascript.json
there=$(node read.mjs from-python.json)
back=$(py/bin/python read.py from-javascript.json)
echo "sent by both:             https://example.com/a%20b"
echo "Python to JavaScript:     $there"
echo "JavaScript to Python:     $back"
[ "$there" = "https://example.com/a%2520b" ]
[ "$back" = "https://example.com/a b" ]
[ "$(py/bin/python read.py from-python.json)" = "https://example.com/a%20b" ]
[ "$(node read.mjs from-javascript.json)" = "https://example.com/a%20b" ]
