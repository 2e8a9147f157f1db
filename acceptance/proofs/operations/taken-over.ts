import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { identitiesOfOneAccount } from "@armada/nats/testing";
import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { armada, type Place, place, type Up, until, up } from "../harness/product.ts";
import { type About, atLeast, count, type Figure, holds, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { faultsOf, type Journal, journalsOf } from "../judges/journals.ts";
import { differences, heard, type Kept, runsOf, says, tooEarly, uneven, unevenIds } from "../judges/kept.ts";
import { startRun } from "../judges/runs.ts";
import { readTeam, type Stored } from "../judges/streams.ts";

const TEAMS = ["herald", "keeper", "gatekeeper", "asker", "answerer"] as const;
/** They are stopped while others go on to them: what comes waits in their queues, or in their hands. */
const STOPPED = ["keeper", "answerer"] as const;
/** One falls due while the mesh is down or soon after, the other behind the walls. */
const RESTS = [20_000, 90_000] as const;
const SETTLED_MS = 150_000;

/** What is under way when the mesh of an older build is killed. */
type Work = {
  readonly opened: readonly string[];
  readonly told: readonly string[];
  readonly rested: readonly { readonly id: string; readonly ms: number }[];
  /** Ids of runs. */
  readonly approvals: readonly string[];
  readonly asks: readonly string[];
};

type Held = ReadonlyMap<(typeof TEAMS)[number], readonly Stored[]>;

/**
 * A folder of one account, as older builds have made it, whose mesh is killed with open runs of each kind. `armada separate`
 * takes it over, once as a whole and once cut off midway; behind the walls all go on.
 */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  for (const name of TEAMS) copyTeam(copy, name);
  patient(copy);
  using at = place({}, copy.root);
  await identitiesOfOneAccount(join(at.cwd, ".armada/keys"), ["operator"]);
  const streams = join(at.cwd, ".armada/data/jetstream");
  const { work, before, said } = await killedAtWork(short ? 6 : 30, at, say);
  yield holds("up said that there is one account, and the command", said.includes("`armada separate`"), said);
  const open = journalsIn(before).filter(({ ends }) => ends.length === 0);
  yield atLeast("open runs", open.length, 3 * work.opened.length + 1);
  yield atLeast("timers that have not fired", RESTS.length - startingWith(before, "keeper", "tick.").length, 1);
  yield none("facts that somebody has handled already", startingWith(before, "keeper", "evt.keeper.thing.noted."));
  yield none("asks that somebody has answered already", startingWith(before, "asker", "ans.asker."));

  say("armada separate");
  const separated = await armada(["separate", "--json"], at);
  yield count("armada separate: exit code", separated.code, 0, separated.stdout + separated.stderr);
  yield none("streams that are left in the one account", readdirSync(join(streams, "$G/streams")));
  yield none("teams without a stream in an account of their own", missingIn(streams));
  // As it is where it was cut off: of one team the streams are where they were.
  for (const name of readdirSync(join(streams, "keeper/streams")))
    renameSync(join(streams, "keeper/streams", name), join(streams, "$G/streams", name));

  await using mesh = await up(["--only", TEAMS.join(",")], at);
  yield none("teams without a stream in an account of their own, after a start", missingIn(streams));
  const now: Kept = { nats: mesh.mesh().nats, keys: mesh.mesh().keys, at };
  await says({ closed: work.opened }, now);
  for (const id of work.approvals) yield count(`approving ${id}: exit code`, (await armada(["runs", "approve", id], at)).code, 0);
  const wanted = work.opened.length + work.told.length + work.rested.length;
  await until("all runs to end", SETTLED_MS, async () => {
    const kept = await runsOf(now);
    const all = journalsIn(await readAll(mesh));
    return kept.length >= wanted && all.every(({ ends }) => ends.length > 0);
  }).catch(() => say("not all runs ended"));
  yield* judged(work, before, now, mesh);
}

/** An asker that waits for longer than the mesh is down. */
function patient(copy: Checkout): void {
  const path = "services/asker/src/team.ts";
  copy.write(path, readFileSync(join(copy.root, path), "utf8").replace('"20s"', '"10m"'));
}

/** `before`: what the streams held when nothing moved any more; `said`: by `up`. */
async function killedAtWork(each: number, at: Place, say: About["say"]): Promise<{ work: Work; before: Held; said: string }> {
  const ids = (kind: string): string[] => Array.from({ length: each }, (_, i) => `${kind}${i}`);
  const [opened, told] = [ids("open"), ids("told")];
  const rested = RESTS.map((ms, i) => ({ id: `rest${i}`, ms }));
  const mesh = await up(["--only", TEAMS.join(",")], at);
  const kept: Kept = { nats: mesh.mesh().nats, keys: mesh.mesh().keys, at };
  const stopped = STOPPED.flatMap((name) => mesh.mesh().pids[name] ?? []);
  try {
    const approvals: string[] = [];
    const asks: string[] = [];
    for (const _ of opened) approvals.push(await startRun("gatekeeper.once", '{"within":"600s","otherwise":"fail"}', at));
    await says({ opened, rested }, kept);
    await until(
      "the runs to wait",
      SETTLED_MS,
      async () => (await runsOf(kept)).filter(({ journal }) => journal.events.length > 1).length === each + RESTS.length,
    );
    for (const pid of stopped) process.kill(pid, "SIGSTOP");
    for (const text of opened) asks.push(await startRun("asker.ask", JSON.stringify({ text }), at));
    await says({ told }, kept);
    const before = await until("facts and asks to wait", SETTLED_MS, async () => {
      const all = await readAll(mesh);
      const copies = startingWith(all, "keeper", "evt.herald.thing.told.");
      const asked = startingWith(all, "answerer", "ask.answerer.asker.");
      return copies.length === each && asked.length === each ? all : undefined;
    });
    say("kill -9 of the mesh");
    await mesh.kill();
    return { work: { opened, told, rested, approvals, asks }, before, said: mesh.said() };
  } finally {
    await mesh.kill();
    for (const pid of stopped) process.kill(pid, "SIGKILL"); // one that is stopped does not hear that its mesh is gone
  }
}

async function* judged(work: Work, before: Held, kept: Kept, mesh: Up): AsyncGenerator<Figure> {
  const after = await readAll(mesh);
  for (const name of TEAMS)
    yield none(`${name}: messages with another sequence, subject or time`, differences(before.get(name) ?? [], after.get(name) ?? []));
  const runs = await runsOf(kept);
  const all = [...work.opened, ...work.told, ...work.rested.map(({ id }) => id)];
  yield none("keeper: runs without a start, or with two", unevenIds(runs, all));
  yield none("keeper: sleeps that ended early", runs.flatMap(tooEarly));
  const noted = startingWith(after, "keeper", "evt.keeper.thing.noted.").map((subject) => ({ id: subject.split(".")[4] ?? "" }));
  yield none("keeper: facts of its own that are not there once", unevenIds(noted, work.told));
  yield none("keeper: facts that the read model holds not once", uneven(await heard(kept), work.told));
  const journals = journalsIn(after);
  yield none(
    "runs that did not complete",
    journals.filter(({ ends }) => ends.join() !== "completed").map(({ run: id, ends }) => `${id}: ${ends.join()}`),
  );
  yield none("journals with gaps, steps or ends that are none or two", faultsOf(journals));
  const answers = startingWith(after, "asker", "ans.asker.");
  yield count("answers", answers.length, work.asks.length, answers.join(" "));
  yield count("runs that answer", journalsOf("answerer", after.get("answerer") ?? []).size, work.asks.length);
  yield none("messages that a replica did not take", notTaken(kept.at));
  const health = await armada(["health"], kept.at);
  yield count("health: exit code", health.code, 0, health.stdout + health.stderr);
}

async function readAll(mesh: Up): Promise<Held> {
  return new Map(await Promise.all(TEAMS.map(async (name) => [name, await readTeam(name, mesh.mesh())] as const)));
}

function journalsIn(held: Held): Journal[] {
  return [...held].flatMap(([name, stored]) => [...journalsOf(name, stored).values()]);
}

function startingWith(held: Held, team: (typeof TEAMS)[number], start: string): string[] {
  return (held.get(team) ?? []).flatMap(({ subject }) => (subject.startsWith(start) ? [subject] : []));
}

function missingIn(streams: string): string[] {
  return TEAMS.filter((name) => !existsSync(join(streams, name, "streams", `TEAM_${name}`)));
}

function notTaken({ cwd }: Place): string[] {
  return TEAMS.flatMap((name) => {
    const log = readFileSync(join(cwd, `.armada/logs/${name}.log`), "utf8");
    return log.match(/[^\n]*(?:is not taken|is passed by)[^\n]*/gu) ?? [];
  });
}
