import { readFileSync } from "node:fs";
import { join } from "node:path";
import { copyCheckout } from "../harness/checkout.ts";
import { type OutsideEvent, sendEvents } from "../harness/gateway-events.ts";
import { armada, type MeshFile, type Place, pause, place, until, up } from "../harness/product.ts";
import { atLeast, atMost, count, type Figure, holds, none, type Proof } from "../harness/proof.ts";
import { copyTeam, outsideTeam, startOutside } from "../harness/teams.ts";
import { faultsOf, journalsOf } from "../judges/journals.ts";
import { connectAs, readTeam, type Stored, Streams } from "../judges/streams.ts";

const POKED = "com.example.beta.poked";
const OPENED = "com.example.late.opened";
const BATCH = 5;
const EVERY_MS = 250;
const SETTLED_MS = 60_000;

/**
 * Two replicas of each team run, one team under load. A team in a folder outside of the checkout joins by `provision --team` and
 * its own `main.ts`: what it asks first is answered, what it takes from outside is accepted, nothing is lost, and it goes again.
 */
export const run: Proof = async function* ({ say, short }): AsyncGenerator<Figure> {
  const asks = short ? 12 : 60;
  using copy = copyCheckout(["gateway"]);
  for (const name of ["beta", "quiet"]) copyTeam(copy, name);
  using at = place({}, copy.root);
  using late = outsideTeam(copy, "late");
  await using mesh = await up(["--only", "beta,quiet", "--replicas", "beta=2,quiet=2,gateway=2", "--port", "0"], at);
  const before = mesh.mesh();
  const gateways = await until("both gateways to listen", 10_000, () => {
    const urls = addressesIn(logOf(at, "gateway"));
    return urls.length === 2 ? urls : undefined;
  });
  const [gateway = ""] = gateways;
  const to = { gateway, key: before.key ?? "" };
  yield count("an event of the late team, before: answer", await post(to, event(OPENED, "early")), 422);

  await using streams = await Streams.open(before);
  const counted = async (team: string, filter: string): Promise<number> => countIn(streams, team, filter);
  const load = loadOn(to);
  try {
    await until("the load to be at work", SETTLED_MS, async () => (await counted("beta", "run.beta.end.>")) > BATCH);
    say("the late team is provisioned");
    const provisioned = await armada(["provision", "--team", late.folder], at);
    yield count("provision --team: exit code", provisioned.code, 0, provisioned.stdout + provisioned.stderr);
    yield none(
      "other teams that it names",
      ["beta", "quiet", "gateway"].filter((name) => provisioned.stderr.includes(`TEAM_${name}`)),
    );
    const replica = startOutside(late.folder, before, at);
    try {
      await replica.says(/ serves\b/u);
      for (const [i, url] of gateways.entries())
        yield count(
          `an event of the late team, at gateway ${i + 1} of those that ran before: answer`,
          await post({ ...to, gateway: url }, event(OPENED, `first${i}`)),
          202,
        );
      await until("the first asks to be answered", SETTLED_MS, async () => (await counted("late", "ans.late.beta.>")) >= 2);
      yield holds("the load goes on", !load.over());
      const rest = Array.from({ length: asks - 2 }, (_, i) => event(OPENED, `late${i}`));
      await sendEvents(to, rest);
      await until("all asks to be answered", SETTLED_MS, async () => (await counted("late", "ans.late.beta.>")) >= asks);
      await load.stop();
      await until("all runs to end", SETTLED_MS, async () => {
        const [beta, own] = await Promise.all([counted("beta", "run.beta.end.>"), counted("late", "run.late.end.>")]);
        return beta >= load.sent() + asks && own >= asks;
      });
      yield* judged(before, { asks, sent: load.sent(), short });
      const listed = await armada(["runs", "list", "--team", "late", "--limit", "1000", "--json"], at);
      yield count("runs list --team late", listed.lines.filter(({ status }) => status === "completed").length, asks, listed.stderr);
      const health = await armada(["health", "--json"], at);
      yield count("health: exit code", health.code, 0, health.stdout + health.stderr);
      yield holds("a team's credentials are refused by the server when they say something of the fleet", await isRefused(before));
    } finally {
      await replica.stop();
    }
  } finally {
    await load.stop();
  }
  const removed = await armada(["remove", "team", "late", "--drop"], at);
  yield count("remove team: exit code", removed.code, 0, removed.stdout + removed.stderr);
  await until("the gateway to know that it is gone", 10_000, async () => (await post(to, event(OPENED, "after"))) === 422);
  const after = mesh.mesh();
  yield holds(
    "the replicas are those that ran before",
    JSON.stringify(after.pids) === JSON.stringify(before.pids),
    JSON.stringify([before.pids, after.pids]),
  );
  yield none(
    "messages that a replica did not take",
    ["beta", "quiet", "gateway"].flatMap((name) => logOf(at, name).match(/[^\n]*(?:is not taken|is passed by)[^\n]*/gu) ?? []),
  );
};

async function* judged(mesh: MeshFile, about: { asks: number; sent: number; short: boolean }): AsyncGenerator<Figure> {
  const { asks, sent, short } = about;
  const [beta, late] = await Promise.all([readTeam("beta", mesh), readTeam("late", mesh)]);
  const asked = beta.filter(({ subject }) => subject.startsWith("ask.beta.late.help."));
  yield count("asks of the late team", asked.length, asks);
  yield count("answers to it", answersIn(late).length, asks);
  const [first] = asked;
  const id = first?.subject.split(".")[4] ?? "";
  const answer = answersIn(late).find(({ subject }) => subject.split(".").slice(3).join("-") === id);
  // The short form shares two cores with others: there it only holds that nobody waits for a restart or a second delivery.
  yield atMost("the first ask was answered after, ms", Math.round((answer?.time ?? Infinity) - (first?.time ?? 0)), short ? 5_000 : 1_000);
  const runs = { beta: journalsOf("beta", beta), late: journalsOf("late", late) };
  yield none("steps and runs without one outcome", [...faultsOf(runs.beta.values()), ...faultsOf(runs.late.values())]);
  yield count("runs of the load and of the asks", runs.beta.size, sent + asks);
  yield atLeast("runs of the load", sent, 2 * BATCH);
  yield count("runs of the late team", runs.late.size, asks);
  yield none(
    "runs that did not complete",
    [...runs.beta.values(), ...runs.late.values()].flatMap(({ run: name, ends }) =>
      ends.join() === "completed" ? [] : [`${name}: ${ends.join()}`],
    ),
  );
}

function event(type: string, id: string): OutsideEvent {
  return { id, type, data: { text: id } };
}

/** What the gateway answers to one event. */
async function post(to: { gateway: string; key: string }, body: OutsideEvent): Promise<number> {
  const answer = await fetch(`${to.gateway}/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${to.key}`, "content-type": "application/cloudevents+json" },
    body: JSON.stringify({ specversion: "1.0", source: "/prove", ...body }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Events for `beta`, some every moment until it is told to stop. `sent`: those that were accepted. */
function loadOn(to: { gateway: string; key: string }): { sent(): number; over(): boolean; stop(): Promise<void> } {
  let sent = 0;
  let stopped = false;
  const feeding = (async () => {
    while (!stopped) {
      const batch = Array.from({ length: BATCH }, (_, i) => event(POKED, `load${sent + i}`));
      await sendEvents(to, batch);
      sent += batch.length;
      await pause(EVERY_MS);
    }
  })();
  return {
    sent: () => sent,
    over: () => stopped,
    stop: () => {
      stopped = true;
      return feeding;
    },
  };
}

function logOf({ cwd }: Place, service: string): string {
  return readFileSync(join(cwd, `.armada/logs/${service}.log`), "utf8");
}

function addressesIn(log: string): string[] {
  return [...new Set([...log.matchAll(/listens at (http:[^"\s]+)/gu)].map(([, url]) => url ?? ""))];
}

function answersIn(late: readonly Stored[]): Stored[] {
  return late.filter(({ subject }) => subject.startsWith("ans.late.beta."));
}

/** The subjects of a team's stream under a filter. */
async function countIn(streams: Streams, team: string, filter: string): Promise<number> {
  const stream = `TEAM_${team}`;
  const { state } = await (await streams.managerOf(stream)).streams.info(stream, { subjects_filter: filter });
  return Object.keys(state.subjects ?? {}).length;
}

/** By the plain client, in the late team's name. */
async function isRefused(mesh: MeshFile): Promise<boolean> {
  const connection = await connectAs("late", mesh);
  try {
    const refused: string[] = [];
    void (async () => {
      for await (const status of connection.status()) if (status.type === "error") refused.push(status.error.message);
    })();
    for (const subject of ["fleet.late", "fleet.beta", "$JS.API.STREAM.PURGE.FLEET"]) connection.publish(subject, "{}");
    await connection.flush();
    await until("the server to refuse them", 5_000, () => refused.length === 3);
    return refused.every((line) => /permissions violation/iu.test(line));
  } finally {
    await connection.close();
  }
}
