#!/usr/bin/env bash
# moleculer 0.15.2 (npm), an action with `cache: true`: parameters that are nested differently share one cache entry, so a call
# is answered with what another call asked for.
#
# Guess, written down before: parameters that are not deeply equal have keys of their own.
# Seen: an object inside another is written into the key without a mark where it ends, so that { where: { state: "open" },
# limit: 10 } and { where: { state: "open", limit: 10 } } are one key. The second call never reaches the action. Lists and texts
# do have their marks: [1] and 1, "1" and 1 are apart; and the same parameters in another order are two keys.
# Valid input: two plain objects, both of which the action's own validator takes.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E node@24.21.0 moleculer@0.15.2
cat > look.mjs <<'JS'
import assert from "node:assert/strict";
import { ServiceBroker } from "moleculer";

const broker = new ServiceBroker({ logger: false, cacher: "Memory" });
const asked = [];
broker.createService({
  name: "orders",
  actions: {
    find: {
      cache: true,
      params: { where: { type: "object" }, limit: { type: "number", optional: true } },
      handler({ params }) {
        asked.push(params);
        return `at most ${params.limit ?? "all"} of those where ${JSON.stringify(params.where)}`;
      },
    },
    get: { cache: true, handler: ({ params }) => typeof params.id },
  },
});
await broker.start();
const [outside, inside] = [{ where: { state: "open" }, limit: 10 }, { where: { state: "open", limit: 10 } }];
const first = await broker.call("orders.find", outside);
const second = await broker.call("orders.find", inside);
console.log(JSON.stringify(outside), "is answered with:", first);
console.log(JSON.stringify(inside), "is answered with:", second);
console.log("calls that reached the action:", asked.length);
assert.equal(first, 'at most 10 of those where {"state":"open"}');
assert.equal(second, first);
assert.deepEqual(asked, [outside]);
assert.deepEqual([await broker.call("orders.get", { id: 1 }), await broker.call("orders.get", { id: "1" })], ["number", "string"]);
assert.deepEqual([await broker.call("orders.get", { id: [1] }), await broker.call("orders.get", { id: 1 })], ["object", "number"]);
await broker.call("orders.find", { limit: 10, where: { state: "open" } });
assert.equal(asked.length, 2);
console.log("the first in another order reached the action too");
await broker.stop();
JS
timeout 60 node_modules/.bin/node look.mjs
