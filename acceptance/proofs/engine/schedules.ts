import { z } from "zod";
import { type Draw, drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { copyCheckout } from "../harness/checkout.ts";
import { pause, place, type Up, until, up } from "../harness/product.ts";
import { type About, atLeast, count, type Figure, none } from "../harness/proof.ts";
import { copyTeam } from "../harness/teams.ts";
import { type Journal, journalsOf } from "../judges/journals.ts";
import { readTeam } from "../judges/streams.ts";
import { yearIn, ZONES } from "./schedules-year.ts";

const DAY_MS = 86_400_000;
const YEAR = [Date.parse("2026-01-01T00:00:00Z"), Date.parse("2027-01-01T00:00:00Z")] as const;
/** Around which both changes of each of the zones are, in days from the year's begin. */
const CHANGES = { "Europe/London": [87, 297], "America/Santiago": [94, 248], "Australia/Lord_Howe": [93, 275] } as const;

/** As the team's schedule has it: an hour's minutes in five minutes. */
const EVERY_MS = 5_000;
const HOUR = 60;
/** What a lost replica held goes to another after 8 s, and one that ends again and again is started again after 10. */
const SETTLED_MS = 60_000;
/** Whatever would come a second time has come so much later. */
const AGAIN_MS = 10_000;

/** Each firing of a schedule starts one run: over a year in eight zones, and whatever is killed at the very moment. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const draw = drawing(seed);
  yield* short
    ? years(
        Object.entries(CHANGES).map(([zone, days]) => [zone, days.map((day) => around(YEAR[0] + day * DAY_MS))]),
        draw,
        say,
      )
    : years(
        ZONES.map((zone) => [zone, [YEAR]]),
        draw,
        say,
      );
  yield* kills(short ? 5 : HOUR, draw, say);
}

function around(day: number): readonly [number, number] {
  return [day - DAY_MS, day + DAY_MS];
}

type Times = readonly [zone: string, times: readonly (readonly [number, number])[]];

async function* years(all: readonly Times[], draw: Draw, say: About["say"]): AsyncGenerator<Figure> {
  for (const [zone, times] of all) {
    say(`virtual time in ${zone}`);
    const year = await yearIn(zone, draw.integer(0, 2 ** 30), times);
    const figure = (one: Figure): Figure => ({ ...one, name: `${zone}: ${one.name}` });
    yield figure(count("changes of its clocks", year.changes, 2));
    yield figure({ name: "firings by the calendar", value: year.wanted, target: "any", ok: true });
    yield figure(none("firings without a run", year.lost));
    yield figure(none("runs that the calendar does not know", year.wrong));
    yield figure(none("firings with more than one run", year.twice));
    yield figure(count("runs without an end", year.open, 0));
  }
}

async function* kills(firings: number, draw: Draw, say: About["say"]): AsyncGenerator<Figure> {
  using copy = copyCheckout([]);
  copyTeam(copy, "clockwork");
  using at = place({}, copy.root);
  await using mesh = await up(["--replicas", "clockwork=3"], at);
  const killed: string[] = [];
  const next = Math.ceil(Date.now() / EVERY_MS) * EVERY_MS;
  for (let firing = 0; firing < firings; firing++) {
    // From a moment before the timer is due until the run has long begun.
    await pause(Math.max(0, next + firing * EVERY_MS + draw.integer(-50, 450) - Date.now()));
    const victim = firing % 6 === 3 ? "nats" : "clockwork";
    const pid = alive(mesh, victim);
    if (pid === undefined) continue; // all of them are being started again
    process.kill(pid, "SIGKILL");
    killed.push(victim);
    say(`firing ${firing + 1} of ${firings}: ${victim} killed`);
  }
  const end = Math.floor(Date.now() / EVERY_MS) * EVERY_MS;
  const read = async (): Promise<readonly Begun[]> =>
    begunIn(journalsOf("clockwork", await readTeam("clockwork", mesh.mesh()))).filter(({ planned }) => planned <= end);
  const known = await read();
  const first = Math.min(...known.map(({ planned }) => planned));
  const wanted = Array.from({ length: (end - first) / EVERY_MS + 1 }, (_, index) => first + index * EVERY_MS);
  const lacking = (all: readonly Begun[]): number[] => wanted.filter((one) => !all.some(({ planned }) => planned === one));
  const settled = async (): Promise<boolean> => {
    const all = await read();
    return lacking(all).length === 0 && all.every(({ ends }) => ends !== "");
  };
  await until("all runs to have begun and ended", SETTLED_MS, settled).catch(() => undefined); // what is missing is judged
  await pause(AGAIN_MS);
  const all = await read();
  yield atLeast("processes killed at a firing", killed.length, Math.floor(firings * 0.8), killed.join(" "));
  yield atLeast("firings up to the last kill", wanted.length, firings - 1);
  yield none("firings without a run, in the stream", lacking(all).map(text));
  const twice = all.filter(({ planned }, index) => all.findIndex((other) => other.planned === planned) !== index);
  yield none(
    "firings with more than one run",
    twice.map(({ planned }) => text(planned)),
  );
  yield none(
    "runs of no firing",
    all.filter(({ planned }) => !wanted.includes(planned)).map(({ run }) => run),
  );
  yield none(
    "runs without one end",
    all.filter(({ ends }) => ends !== "completed").map(({ run, ends }) => `${run}: ${ends || "open"}`),
  );
}

function text(at: number): string {
  return new Date(at).toISOString();
}

const Started = z.object({ input: z.object({ planned: z.string() }), by: z.object({ kind: z.literal("schedule") }) });

/** A run and the instant that it says it was started for. */
type Begun = { readonly run: string; readonly planned: number; readonly ends: string };

function begunIn(journals: ReadonlyMap<string, Journal>): Begun[] {
  return [...journals.values()].flatMap(({ run, events, ends }) =>
    events.flatMap(({ type, data }) =>
      type === "armada.run.started" ? [{ run, planned: Date.parse(Started.parse(data).input.planned), ends: ends.join() }] : [],
    ),
  );
}

function alive(mesh: Up, service: string): number | undefined {
  return (mesh.mesh().pids[service] ?? []).find((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
}
