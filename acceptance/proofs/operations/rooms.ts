import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { copyCheckout } from "../harness/checkout.ts";
import { addTeam, smallDisk } from "../harness/own-teams.ts";
import { armada, type Place, pause, place, type Up, until, up } from "../harness/product.ts";
import { type About, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { faultsOf } from "../judges/journals.ts";
import { allEnded } from "../judges/runs.ts";
import { allStreams } from "../judges/streams.ts";

const MiB = 1024 * 1024;
/** Bounds follow what is free within two rounds of `up`. */
const FOLLOWS_MS = 30_000;
/** From room made to work done again. */
const AGAIN_MS = 30_000;
/** More than a stream of 1 MB has room for. */
const EVENTS = 20;
const WIDE = "The printer is down. ".repeat(2_800);

type Bounds = ReadonlyMap<string, { readonly bytes: number; readonly bound: number }>;

/** Many teams on a small disk: every stream is bounded by what is free, follows it, and work goes on after there was no room. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  const names = Array.from({ length: short ? 3 : 10 }, (_, i) => `team${i}`);
  const [last = ""] = names.slice(-1);
  using copy = copyCheckout();
  using at = place({}, copy.root);
  using disk = smallDisk(short ? "512m" : "2g");
  if (disk === undefined) say("no disk of its own: mounting one needs root, so streams are limited by configuration, and nothing fills up");
  const own: Place = disk === undefined ? { ...at, env: { ARMADA_ROOM_TOTAL: short ? "384MB" : "1.5GB" } } : at;
  const data = join(disk?.path ?? at.cwd, "data");
  const start = (teams: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Up> =>
    up(["--data", data, "--only", teams.join(",")], { ...own, env: { ...own.env, ...env } });
  const size = disk?.path ?? (short ? 384 : 1_536) * MiB;

  for (const name of names) await addTeam(copy, name);
  if (!short) {
    say("the first team, then all of them");
    await using first = await start(names.slice(0, 1));
    yield holds("one team serves", first.mesh().pids.team0?.length === 1, first.said());
  }
  {
    await using mesh = await start(names);
    yield count("own teams that serve", names.filter((name) => mesh.mesh().pids[name]?.length === 1).length, names.length, mesh.said());
    const wide = await boundsOf(mesh);
    yield* promised("all teams", wide, size);
    yield* events("at the start", ["team0"], 5, mesh, own);
    if (disk !== undefined) {
      say("other files grow and shrink beside them");
      const other = join(disk.path, "other");
      fill(other, short ? 300 : 1_400);
      const narrow = await until("the bounds to shrink", FOLLOWS_MS, async () => {
        const now = await boundsOf(mesh);
        return total(now) < total(wide) / 2 ? now : undefined;
      });
      yield* promised("beside other files", narrow, size);
      yield* events("beside other files", ["team0"], 5, mesh, own);
      rmSync(other);
      const again = await until("the bounds to grow", FOLLOWS_MS, async () => {
        const now = await boundsOf(mesh);
        return total(now) > total(wide) * 0.9 ? now : undefined;
      });
      yield* promised("without them again", again, size);
      yield* noRoom(join(disk.path, "all"), mesh, own, say);
    }
    const refused = await armada(["remove", "team", last, "--drop", "--json"], own);
    yield holds(
      "a team at work is not removed",
      refused.code === 3 && refused.stdout.includes("TEAM_RUNS"),
      refused.stdout + refused.stderr,
    );
  }
  // The short form runs beside other proofs; unit tests of engine, gateway and runtime hold the marks.
  if (!short) yield* marks(start, own, say);
  yield* removed(last, copy.root, data, own, say);
  {
    say("the others start, and have its room");
    await using mesh = await start(names.slice(0, -1));
    const bounds = await boundsOf(mesh);
    yield none(
      "streams of the team that was removed",
      [...bounds.keys()].filter((name) => name.endsWith(`_${last}`)),
    );
    yield* promised("after the removal", bounds, size);
    yield* events("after the removal", ["team1"], 5, mesh, own);
  }
}

/** Nothing is free for a while: what is under way waits, and goes on by itself once there is room. */
async function* noRoom(path: string, mesh: Up, at: Place, say: (line: string) => void): AsyncGenerator<Figure> {
  say("no room at all");
  const before = (await allEnded("team1", 0, mesh.mesh, 1_000)).size;
  const sent: Promise<number>[] = [];
  fill(path, 4_096);
  for (let i = 0; i < 20; i++) {
    sent.push(emit("team1", `full${i}`, mesh));
    await pause(100);
  }
  // Large bodies take what is left of the last blocks, so that writes fail in earnest.
  await Promise.allSettled(Array.from({ length: 40 }, (_, i) => emit("team1", `wide${i}`, mesh, "x".repeat(60_000))));
  await pause(3_000);
  rmSync(path);
  say("room again");
  const began = performance.now();
  // What was refused is sent again by its sender, as a client does; what was taken is not.
  const statuses = await Promise.all(sent);
  const again = statuses.map((status, i) => (status === 202 || status === 200 ? Promise.resolve() : resend("team1", `full${i}`, mesh)));
  await Promise.all(again);
  const journals = await allEnded("team1", before + 20, mesh.mesh, AGAIN_MS);
  yield atMost("room gone for a moment: work done again after, ms", Math.round(performance.now() - began), AGAIN_MS, mesh.said());
  yield none("runs without one end", faultsOf(journals.values()));
  yield holds("all of them ran", journals.size >= before + 20, `${journals.size} runs, ${before} before`);
  const { code, stdout } = await until("health to be well", AGAIN_MS, async () => {
    const health = await armada(["health"], at);
    return health.code === 0 ? health : undefined;
  }).catch(() => armada(["health"], at));
  yield holds("health is well again", code === 0, stdout + mesh.said());
}

/** A team whose room is used up takes no new runs and says so; what waits goes on where it gets more. */
async function* marks(
  start: (teams: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Up>,
  at: Place,
  say: (line: string) => void,
): AsyncGenerator<Figure> {
  say("a team's room is used up");
  let before = 0;
  {
    await using mesh = await start(["team0"], { ARMADA_ROOM_TEAMS_TEAM0: "1.7MB" });
    before = (await allEnded("team0", 0, mesh.mesh, 1_000)).size;
    for (let i = 0; i < EVENTS; i++) yield count("an event while there is room: status", await emit("team0", `mark${i}`, mesh, WIDE), 202);
    const trouble = await until("health to say so", FOLLOWS_MS, async () => {
      const { code, stdout } = await armada(["health"], at);
      return code === 1 && /TEAM_team0 holds .* of the .* that it may/.test(stdout) ? stdout : undefined;
    }).catch(() => "");
    yield holds("health names the stream, its bytes and what to do", trouble.includes("armada remove team"), trouble);
    const refused = await armada(["run", "team0.answer", "--input", '{"ticket":"t","text":"x"}', "--json"], at);
    yield holds("a new run is refused", refused.code === 1 && refused.stdout.includes('"BUSY"'), refused.stdout + refused.stderr);
  }
  await using mesh = await start(["team0"]);
  const journals = await allEnded("team0", before + EVENTS, mesh.mesh, 60_000);
  yield count("with more room, runs of the events that waited", journals.size - before, EVENTS, mesh.said());
  yield none("with more room, runs without one end", faultsOf(journals.values()));
}

async function* removed(team: string, root: string, data: string, at: Place, say: (line: string) => void): AsyncGenerator<Figure> {
  say(`armada remove team ${team}`);
  const file = join(at.cwd, `${team}.tar`);
  const usage = await armada(["remove", "team", team, "--data", data], at);
  yield count("without saying what becomes of its data: exit code", usage.code, 2, usage.stderr);
  rmSync(join(root, "services", team), { recursive: true });
  const { code, stdout, stderr } = await armada(["remove", "team", team, "--keep", file, "--data", data, "--json"], at);
  yield count("remove team: exit code", code, 0, stdout + stderr);
  const listed = spawnSync("tar", ["-tf", file], { encoding: "utf8" }).stdout.split("\n");
  yield holds("its backup is a tar archive of its streams", listed.includes(`TEAM_${team}/stream.tar.s2`), listed.join(" "));
  yield holds("its secret key is gone", !existsSync(join(at.cwd, `.armada/keys/${team}.nk`)));
  const keys = readFileSync(join(at.cwd, ".armada/keys/public.json"), "utf8");
  yield holds("its public key is none of the teams'", !keys.includes(`"${team}"`), keys);
  const twice = await armada(["remove", "team", team, "--drop", "--data", data, "--json"], at);
  yield holds("a second time there is nothing to remove", twice.stdout.includes("NO_SUCH_TEAM"), twice.stdout + twice.stderr);
}

/** `folder`: on the disk of the streams. Bounds follow its free space a moment later, and may promise 1 MiB a stream beyond it. */
function* promised(when: string, bounds: Bounds, folder: string | number): Generator<Figure> {
  yield none(
    `${when}: streams without a bound`,
    [...bounds].filter(([, { bound }]) => bound <= 0).map(([name]) => name),
  );
  const growth = [...bounds.values()].reduce((sum, { bytes, bound }) => sum + Math.max(0, bound - bytes), 0);
  const free = typeof folder === "number" ? folder : statfsSync(folder).bavail * statfsSync(folder).bsize;
  yield atMost(`${when}: promised beyond what is held, MB`, Math.round(growth / MiB), Math.round(free / MiB) + bounds.size);
}

async function* events(when: string, teams: readonly string[], each: number, mesh: Up, at: Place): AsyncGenerator<Figure> {
  for (const team of teams) {
    const before = (await allEnded(team, 0, mesh.mesh, 1_000)).size;
    const statuses = await Promise.all(Array.from({ length: each }, (_, i) => emit(team, `${when.replaceAll(" ", "-")}-${i}`, mesh)));
    yield none(`${when}: events refused`, statuses.filter((status) => status !== 202).map(String));
    const journals = await allEnded(team, before + each, mesh.mesh, 60_000);
    yield count(`${when}: runs`, journals.size - before, each, at.cwd);
    yield none(`${when}: runs without one end`, faultsOf(journals.values()));
  }
}

function fill(path: string, megabytes: number): void {
  spawnSync("dd", ["if=/dev/zero", `of=${path}`, "bs=1M", `count=${megabytes}`]);
}

/** Hands an event to the gateway as another system does. @returns the status; 0 where there was no answer */
async function emit(team: string, ticket: string, mesh: Up, text = "The printer is down."): Promise<number> {
  const { gateway = "", key = "" } = mesh.mesh();
  const body = { specversion: "1.0", id: ticket, source: "/desk", type: `com.example.${team}.opened`, data: { ticket, text } };
  const answer = await fetch(`${gateway}/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/cloudevents+json" },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status ?? 0;
}

async function resend(team: string, ticket: string, mesh: Up): Promise<void> {
  await until(`event ${ticket} to be taken`, AGAIN_MS, async () => {
    const status = await emit(team, ticket, mesh);
    if (status === 202 || status === 200) return true;
    await pause(500);
    return false;
  });
}

function total(bounds: Bounds): number {
  return [...bounds.values()].reduce((sum, { bound }) => sum + bound, 0);
}

async function boundsOf(mesh: Up): Promise<Bounds> {
  return new Map(
    (await allStreams(mesh.mesh())).map(({ config, state }) => [config.name, { bytes: state.bytes, bound: config.max_bytes }]),
  );
}
