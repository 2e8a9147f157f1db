import { readFileSync } from "node:fs";
import { drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { fillStream } from "../harness/filling.ts";
import { sendEvents } from "../harness/gateway-events.ts";
import { armada, type MeshFile, type Place, place, until, up } from "../harness/product.ts";
import { type About, atMost, count, type Figure, none } from "../harness/proof.ts";
import { type RawMessage, rawMessages } from "../judges/raw-messages.ts";
import { briefFile, startRun } from "../judges/runs.ts";
import { Streams } from "../judges/streams.ts";
import { causesInTheLog, causesInTheTree, judgeSpans, kindsMissing, Trace } from "../judges/trace-judge.ts";
import { type Receiver, startReceiver } from "./otlp.ts";

const TEAMS = ["gateway", "content", "marketing"] as const;
const MOST_MS = 1_000;
/** Messages of a chain are read once to climb and once to come down, at most. */
const MOST_READS = 2;

/** What caused what is told from the log alone, however much else it holds, and the spans say the same. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const others = short ? 5_000 : 100_000;
  using at = place();
  await using receiver = await startReceiver(at.cwd);
  const traced: Place = { ...at, env: receiver.env };
  // What is measured is reading: the log is filled with fewer fsyncs.
  await using mesh = await up(["--port", "0", "--sync-interval", "100ms"], traced);
  const { nats, keys } = mesh.mesh();
  await using streams = await Streams.open({ nats, keys });
  const draw = drawing(seed);
  say(`filling the log with ${others} other messages`);
  for (const team of TEAMS) await fillStream(team, { nats, keys }, Math.round((others * (team === "content" ? 0.6 : 0.2)) / 2), draw);
  const chains = await start(mesh.mesh(), traced);
  say("waiting for three chains of runs to end");
  for (const { ends, key } of chains) await until(`the chain of ${key} to end`, 60_000, () => ended(streams, key, ends));
  for (const team of TEAMS) await fillStream(team, { nats, keys }, Math.round((others * (team === "content" ? 0.6 : 0.2)) / 2), draw);

  const log = (await Promise.all(TEAMS.map((team) => rawMessages(streams, `TEAM_${team}`)))).flat();
  yield { name: "messages in the log", value: log.length, target: `>= ${others}`, ok: log.length >= others };
  const judged = chains.map((chain) => ({ ...chain, messages: chainOf(log, chain.key) }));
  for (const chain of judged) yield* judgeTree(chain, traced);
  await mesh.stop();
  yield* judgeReceived(judged, receiver);
}

type Chain = { readonly name: string; readonly key: string; readonly ends: number; readonly teams: readonly string[] };

/** An article wanted from outside, promoted by its fact and by an ask, and one started by command. */
async function start(mesh: MeshFile, at: Place): Promise<Chain[]> {
  const events = ["event", "ask"].map((promote) => ({
    id: promote,
    type: "com.example.article.requested",
    data: JSON.parse(readFileSync(briefFile(at, { promote }).slice(1), "utf8")),
  }));
  const [byEvent = "", byAsk = ""] = await sendEvents(mesh, events);
  const byCommand = await startRun("content.create_article", briefFile(at, { promote: "ask" }), at);
  return [
    { name: "event, fact", key: byEvent, ends: 2, teams: TEAMS },
    { name: "event, ask", key: byAsk, ends: 2, teams: TEAMS },
    { name: "command, ask", key: byCommand, ends: 2, teams: ["content", "marketing"] },
  ];
}

async function ended(streams: Streams, key: string, ends: number): Promise<boolean> {
  const found = await Promise.all(TEAMS.map((team) => rawMessages(streams, `TEAM_${team}`, `run.${team}.end.>`)));
  return chainOf(found.flat(), key).length >= ends;
}

function chainOf(log: readonly RawMessage[], key: string): RawMessage[] {
  return log.filter(({ envelopes }) => envelopes.some(({ correlationid }) => correlationid === key));
}

async function* judgeTree(
  { name, key, messages }: Chain & { readonly messages: readonly RawMessage[] },
  at: Place,
): AsyncGenerator<Figure> {
  const wanted = causesInTheLog(messages);
  const runs = wanted.flatMap((cause) => / > run \S+ (.*)$/u.exec(cause)?.[1] ?? []);
  for (const id of new Set([key, ...runs])) {
    const where = `${name}: trace of ${runs.includes(id) ? `run ${runs.indexOf(id) + 1}` : "the event"}`;
    const { lines, ms: wall, stdout, stderr } = await armada(["trace", id, "--json"], at);
    const parsed = Trace.safeParse(lines.at(-1));
    if (!parsed.success) {
      yield count(where, 0, 1, `${stdout}${stderr}`);
      continue;
    }
    const { messagesRead, ms, root, correlation } = parsed.data;
    const told = causesInTheTree(root);
    yield none(`${where}: what the log has and the tree has not`, without(wanted, told));
    yield none(`${where}: what the tree has and the log has not`, without(told, wanted));
    yield count(`${where}: its correlation is the chain's`, correlation === key ? 1 : 0, 1);
    yield atMost(`${where}, ms`, ms, MOST_MS, `the whole command took ${Math.round(wall)} ms`);
    yield atMost(`${where}: messages read`, messagesRead, MOST_READS * messages.length, `the chain has ${messages.length}`);
  }
}

function without(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((one) => some.indexOf(one) !== some.lastIndexOf(one) || !others.includes(one));
}

function* judgeReceived(chains: readonly (Chain & { readonly messages: readonly RawMessage[] })[], receiver: Receiver): Generator<Figure> {
  const spans = receiver.spans();
  for (const { name, messages, teams } of chains) yield* judgeSpans(name, messages, spans, teams);
  yield none("kinds of span that never arrived", kindsMissing(spans));
}
