import { z } from "zod";
import { copyCheckout } from "../harness/checkout.ts";
import { sendEvents } from "../harness/gateway-events.ts";
import { armada, type Ended, type Place, pause, place, type Up, until, up } from "../harness/product.ts";
import { type About, atLeast, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { journalsOf } from "../judges/journals.ts";
import { readTeam } from "../judges/streams.ts";
import { type Came, type FailingEnd, failingEnd } from "./failing-end.ts";

const TEAMS = ["carriers", "hauliers"] as const;
type Team = (typeof TEAMS)[number];
const REPLICAS = 2;
/** Every process obeys within so long of the command's end, ms. */
const OBEYED_MS = 1_000;
const LOADS = 20;
/** What one that is isolated by its length is so for, s. */
const LENGTH_S = 8;
const LONG_MS = 120_000;

type With = { readonly mesh: Up; readonly end: FailingEnd; readonly at: Place; readonly say: About["say"]; readonly busy: Busy };

/** Two teams at work, of which one agent, and then a whole team, is isolated by command and returned. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  using copy = copyCheckout(["gateway"]);
  for (const team of TEAMS) {
    copyTeam(copy, "carriers", team);
    copy.write(`services/${team}/src/settings.ts`, `export const NAME = "${team}";\n`);
  }
  using at = place({}, copy.root);
  await using mesh = await up(["--replicas", TEAMS.map((team) => `${team}=${REPLICAS}`).join(",")], at);
  await using end = await failingEnd();
  const busy = keepBusy(mesh, end);
  const about: With = { mesh, end, at, say, busy };
  await until("both teams to be at work", LONG_MS, () => TEAMS.every((team) => of(team, end.came).length >= 100));
  for (let round = 1; round <= (short ? 1 : 5); round++) {
    say(`round ${round}`);
    yield* agentOf(about, `agent, ${round}`, short ? 4_000 : 8_000);
    yield* teamBy(about, `team, ${round}`);
  }
  const runs = await busy.stop();
  yield* judged(about, runs);
}

/** One agent, with a replica that is started meanwhile, until it is returned. */
async function* agentOf({ mesh, end, at, busy }: With, name: string, ms: number): AsyncGenerator<Figure> {
  const isolated = await isolate(at, "carriers.carry", "--for", "30m", "--why", "odd loads", "--by", "ada");
  yield holds(`${name}: isolated by command`, isolated.ended.code === 0, isolated.ended.stderr);
  await pause(2 * OBEYED_MS);
  const killed = (mesh.mesh().pids.carriers ?? [])[0] ?? 0;
  process.kill(killed, "SIGKILL");
  await until("a replica that came later", LONG_MS, () => {
    const pids = mesh.mesh().pids.carriers ?? [];
    return pids.length === REPLICAS && !pids.includes(killed) && pids.every(isAlive);
  });
  const began = busy.begun();
  await pause(ms);
  yield atLeast(`${name}: runs that came meanwhile`, busy.begun() - began, 1);
  const health = await armada(["health", "--json"], at);
  yield holds(
    `${name}: health says so, by whom and why`,
    health.code === 1 && /ISOLATED/.test(health.stdout) && /by ada: odd loads/.test(health.stdout),
  );
  yield holds(`${name}: a run says what it waits for`, await someRunSays(mesh, at, "carriers.carry is isolated until"));
  const returning = Date.now();
  yield* obeyed(end, name, "carriers", isolated.at, returning);
  yield atLeast(`${name}: calls of the other team meanwhile`, of("hauliers", end.came).filter((call) => call.at > isolated.at).length, 100);
  const returned = await isolate(at, "--undo", "carriers.carry", "--why", "mended", "--by", "ada");
  yield holds(`${name}: returned by command`, returned.ended.code === 0, returned.ended.stderr);
  const first = await until("its calls to go on", LONG_MS, () => of("carriers", end.came).find((call) => call.at > returning));
  yield atMost(`${name}: from the return to its first call, ms`, Math.max(0, first.at - returned.at), 3 * OBEYED_MS);
}

/** A whole team, which is back by itself. */
async function* teamBy({ mesh, end, at }: With, name: string): AsyncGenerator<Figure> {
  const isolated = await isolate(at, "hauliers", "--for", `${LENGTH_S}s`, "--why", "odd loads");
  yield holds(`${name}: isolated by command`, isolated.ended.code === 0, isolated.ended.stderr);
  const over = Until.parse(isolated.ended.lines[0]).until;
  await pause(OBEYED_MS);
  const before = (await readTeam("hauliers", mesh.mesh(), "run.hauliers.lead.>")).length;
  await pause(Math.max(0, Date.parse(over) - Date.now() - OBEYED_MS));
  const begun = (await readTeam("hauliers", mesh.mesh(), "run.hauliers.lead.>")).length - before;
  yield count(`${name}: runs of it that began meanwhile`, begun, 0);
  yield* obeyed(end, name, "hauliers", isolated.at, Date.parse(over));
  const first = await until("its calls to go on", LONG_MS, () => of("hauliers", end.came).find((call) => call.at > Date.parse(over)));
  yield atMost(`${name}: from its end to its first call, ms`, first.at - Date.parse(over), 3 * OBEYED_MS);
}

const Until = z.object({ until: z.iso.datetime() });

function* obeyed(end: FailingEnd, name: string, team: Team, from: number, to: number): Generator<Figure> {
  const meanwhile = of(team, end.came).filter(({ at }) => at >= from && at < to);
  const last = Math.max(0, ...meanwhile.map(({ at }) => at - from));
  yield atMost(`${name}: from the command's end to its last call, ms`, last, OBEYED_MS, `${meanwhile.length} calls came after it`);
}

/** All that was begun is done, once, and nothing was charged. */
async function* judged({ mesh, end }: With, runs: number): AsyncGenerator<Figure> {
  for (const team of TEAMS) {
    const journals = [...journalsOf(team, await readTeam(team, mesh.mesh())).values()];
    yield count(`${team}: runs`, journals.length, runs);
    yield none(
      `${team}: runs without one end that is completed`,
      journals.filter(({ ends }) => ends.join() !== "completed").map(({ run, ends }) => `${run}: ${ends.join() || "open"}`),
    );
    const steps = journals.flatMap(({ events }) =>
      events.filter(({ type }) => /^armada\.step\.(attempt_failed|worker_lost|parked)$/.test(type)),
    );
    yield none(
      `${team}: attempts spent, lost or parked`,
      steps
        .filter(({ type, data }) => type === "armada.step.parked" || Counts.parse(data).counts !== false)
        .map(({ id, time, type, data }) => `${id} at ${time}: ${type} ${JSON.stringify(data)}`),
    );
    const times = Map.groupBy(of(team, end.came), ({ body }) => body);
    yield count(`${team}: loads that were carried`, times.size, runs * LOADS);
    yield none(
      `${team}: loads that were carried twice`,
      [...times].filter(([, calls]) => calls.length > 1).map(([body]) => body),
    );
  }
}

const Counts = z.object({ counts: z.boolean().optional() });

/** `at`: when the command had ended, ms since 1970. */
async function isolate(at: Place, ...args: readonly string[]): Promise<{ readonly ended: Ended; readonly at: number }> {
  const ended = await armada(["isolate", ...args, "--json"], at);
  return { ended, at: Date.now() };
}

async function someRunSays(mesh: Up, at: Place, text: string): Promise<boolean> {
  const journals = journalsOf("carriers", await readTeam("carriers", mesh.mesh()));
  const open = [...journals.values()].filter(({ ends }) => ends.length === 0).slice(0, 3);
  for (const { run } of open) if ((await armada(["runs", "show", run, "--json"], at)).stdout.includes(text)) return true;
  return false;
}

function of(team: Team, came: readonly Came[]): readonly Came[] {
  return came.filter(({ body }) => body.startsWith(`${team} `));
}

type Busy = { begun(): number; stop(): Promise<number> };

/** Rounds of loads for both teams, new ones as they are carried. */
function keepBusy(mesh: Up, end: FailingEnd): Busy {
  let over = false;
  let sent = 0;
  const rounds = (async (): Promise<void> => {
    while (!over) {
      // The one that is isolated must not be without work, nor the other.
      const least = Math.min(...TEAMS.map((team) => of(team, end.came).length));
      const most = Math.max(...TEAMS.map((team) => of(team, end.came).length));
      if (sent * LOADS - most < 400 && sent * LOADS - least < 40_000) {
        const events = Array.from({ length: 10 }, (_, i) => {
          const round = `r${sent + i}`;
          return { id: round, type: "com.example.loads.handed", data: { url: end.url, round, loads: LOADS } };
        });
        await sendEvents(mesh.mesh(), events);
        sent += events.length;
      }
      await pause(100);
    }
  })();
  return {
    begun: () => sent,
    stop: async () => {
      over = true;
      await rounds;
      await until("all runs to end", LONG_MS + sent * 500, async () => {
        await pause(500);
        const ends = Promise.all(TEAMS.map((team) => readTeam(team, mesh.mesh(), `run.${team}.end.>`)));
        return (await ends.catch(() => [])).filter(({ length }) => length >= sent).length === TEAMS.length;
      }).catch(() => undefined); // what is open is judged
      return sent;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
