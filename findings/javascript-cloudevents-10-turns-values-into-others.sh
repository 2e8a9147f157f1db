#!/usr/bin/env bash
# cloudevents 10.0.0 (npm), binary mode: JSON data that is no object comes back as something else, or cannot be read back.
#
# Guess, written down before: HTTP.toEvent(HTTP.binary(event)) gives the event back.
# Seen, with datacontenttype application/json: data is written as JSON only where it is an object or a list. A text goes out
# without its quotes, which is no JSON, and the SDK's reader parses what begins like JSON: the text "[1]" comes back as a list,
# '"x"' as x. null comes back as the text "null". For 17 and true the body is a number and a boolean of JavaScript, which the
# SDK's own reader answers with a TypeError. The structured mode keeps all of these but null, which is no
# data there.
# And: an event with neither data nor datacontenttype goes out with content-type: application/json; charset=utf-8, so that
# whoever reads it gets an attribute that the sender never gave.
# Valid input: any JSON value may be data of application/json, and both attributes are optional (CloudEvents 1.0.2).
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E cloudevents@10.0.0
cat > look.mjs <<'JS'
import assert from "node:assert/strict";
import { CloudEvent, HTTP } from "cloudevents";

const made = (data) => new CloudEvent({ id: "1", type: "t", source: "/s", datacontenttype: "application/json", data });
const there = (mode, data) => HTTP.toEvent(HTTP[mode](made(data))).data;
for (const [data, back] of [["[1]", [1]], ['"x"', "x"], [null, "null"]]) {
  console.log(JSON.stringify(data), "comes back as", JSON.stringify(there("binary", data)));
  assert.deepEqual(there("binary", data), back);
  assert.deepEqual(there("structured", data), data ?? undefined);
}
for (const data of [17, true]) {
  const { headers, body } = HTTP.binary(made(data));
  assert.equal(headers["content-type"], "application/json");
  assert.equal(body, data);
  assert.throws(() => HTTP.toEvent({ headers, body }), TypeError);
  console.log(data, "is the body itself, and cannot be read back");
  assert.equal(there("structured", data), data);
}
assert.deepEqual(there("binary", [1]), [1]);
assert.equal(HTTP.binary(made("a text")).body, "a text");
console.log('"a text" is the body: a text');
const bare = new CloudEvent({ id: "2", type: "t", source: "/s" });
const { headers } = HTTP.binary(bare);
assert.equal(bare.datacontenttype, undefined);
assert.equal(headers["content-type"], "application/json; charset=utf-8");
console.log("no data, and no type of it:", headers["content-type"]);
JS
node look.mjs
