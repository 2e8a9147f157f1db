#!/usr/bin/env bash
# @plussub/srt-vtt-parser 2.0.5 (npm): a WebVTT cue whose identifier holds the letters "note", "style" or "region" is lost.
#
# Guess, written down before: every cue of a valid file is in the result, whatever it is called; comments, styles and regions
# are told by their block's first word in capitals (W3C WebVTT, section 4.1).
# Seen: the cue called "footnote" is taken for a comment, "lifestyle" for a style and "region-2" for a region: the result has one
# cue less each time, in order, without an error. "intro" and numbers are there.
# Valid input: an identifier is any line without "-->".
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E node@24.21.0 @plussub/srt-vtt-parser@2.0.5
cat > look.mjs <<'JS'
import assert from "node:assert/strict";
import { parse } from "@plussub/srt-vtt-parser";

const cue = (id, second) => `${id}\n00:00:0${second}.000 --> 00:00:0${second + 1}.000\nsaid at ${second}\n`;
const read = (id) => parse(`WEBVTT\n\n${[cue("1", 1), cue(id, 3), cue("3", 5)].join("\n")}`).entries.map(({ text }) => text);
for (const id of ["2", "intro", "footnote", "lifestyle", "region-2"]) console.log(id, "between 1 and 3:", read(id));
for (const id of ["2", "intro"]) assert.deepEqual(read(id), ["said at 1", "said at 3", "said at 5"]);
for (const id of ["footnote", "lifestyle", "region-2"]) assert.deepEqual(read(id), ["said at 1", "said at 5"]);
JS
timeout 60 node_modules/.bin/node look.mjs
