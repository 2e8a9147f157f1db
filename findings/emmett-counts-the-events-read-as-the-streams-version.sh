#!/usr/bin/env bash
# @event-driven-io/emmett 0.42.0 (npm), the event store in memory: aggregateStream answers with the number of events that it
# read as the version of the stream.
#
# Guess, written down before: `currentStreamVersion` is the stream's, whatever part of it was read, as readStream answers it.
# Seen: with `read: { from: 2n }`, that is on top of a snapshot of the first two of four events, it is 2n, and 4n from readStream
# with the same options. An event that is appended at what aggregateStream said is refused as a conflict though nobody else wrote.
# And: an inline projection that throws leaves the events of the append that it fails in the stream. Whoever tries again has
# them there twice.
# Valid input: read options of the published types; a handler of a projection may throw.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E @event-driven-io/emmett@0.42.0
cat > look.mjs <<'JS'
import assert from "node:assert/strict";
import { getInMemoryEventStore, inlineProjections } from "@event-driven-io/emmett";

const added = (amount) => ({ type: "Added", data: { amount } });
const store = getInMemoryEventStore();
await store.appendToStream("account", [1, 2, 3, 4].map(added));
const read = { from: 2n };
const stream = await store.readStream("account", read);
const sum = { evolve: (total, { data }) => total + data.amount, initialState: () => 1 + 2 };
const aggregate = await store.aggregateStream("account", { ...sum, read });
console.log(`readStream:      ${stream.events.length} events, version ${stream.currentStreamVersion}`);
console.log(`aggregateStream: a total of ${aggregate.state}, version ${aggregate.currentStreamVersion}`);
assert.equal(stream.currentStreamVersion, 4n);
assert.equal(aggregate.state, 10);
assert.equal(aggregate.currentStreamVersion, 2n);
const append = (expectedStreamVersion) => store.appendToStream("account", [added(5)], { expectedStreamVersion });
await assert.rejects(append(aggregate.currentStreamVersion), (error) => console.log(`appended at it:  ${error.message}`) ?? true);
await append(stream.currentStreamVersion);

const failing = { name: "totals", canHandle: ["Added"], handle: () => Promise.reject(new Error("the projection fails")) };
const projected = getInMemoryEventStore({ projections: inlineProjections([failing]) });
for (let tries = 0; tries < 2; tries++) await assert.rejects(projected.appendToStream("account", [added(1)]), /the projection fails/);
const kept = await projected.readStream("account");
console.log(`two appends refused by a projection: ${kept.events.length} events in the stream`);
assert.equal(kept.events.length, 2);
JS
timeout 60 node look.mjs
