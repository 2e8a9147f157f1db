import { ArmadaError, type Envelope, encodeBody } from "@armada/contracts";
import { MemoryMesh, type Registers } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { HEAD, Head } from "./run-index.ts";
import { keepRunIndex } from "./run-index-keeper.ts";
import { MOST_BEHIND, type RunFilter, readRunIndex } from "./run-index-reader.ts";

const quiet = { info: () => undefined, warn: () => undefined };
type Run = { readonly run: string; readonly workflow: string; status: string };

/** A team's stream in memory, its index, and which runs there are. */
function desk(seed: number) {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const mesh = new MemoryMesh(clock, random);
  const { registers } = mesh.connect("desk");
  const runs: Run[] = [];
  const append = (subject: string, run: string, events: readonly (readonly [type: string, data: object])[]): void => {
    const time = new Date(clock.now()).toISOString();
    const common = { specversion: "1.0" as const, source: "/teams/desk", subject: run, time, team: "desk", schemaversion: 1, hops: 0 };
    const body = events.map(
      ([type, data], i): Envelope => ({
        ...common,
        id: `${subject}.${i}`,
        type: `armada.${type}`,
        data,
        correlationid: run,
        causationid: run,
      }),
    );
    mesh.stream("desk").append(subject, encodeBody(body), clock.now());
  };
  const started = (workflow: string) =>
    ["run.started", { workflow, version: 1, source: "", input: {}, by: { kind: "ask", from: "operator", id: "x" } }] as const;
  return {
    clock,
    random,
    mesh,
    registers,
    runs,
    start: (run: string, workflow: string): void => {
      append(`run.desk.do.packer-a.${run}.1`, run, [started(workflow)]);
      runs.push({ run, workflow, status: "open" });
    },
    end: (one: Run, status: string): void => {
      append(`run.desk.end.${one.workflow}.${one.run}.7`, one.run, [["run.ended", { status }]]);
      one.status = status;
    },
    /** A message of the ledger: what calls cost, and which may have been billed. */
    spend: (events: readonly (readonly [type: string, data: object])[]): void => {
      const state = { limits: { team: {}, agents: {} }, spent: { micros: 0, tokens: 0 }, agents: {}, days: {}, blocks: {}, suspects: {} };
      const told = events.map(([type, data]) => [`ledger.${type}`, data] as const);
      append(`evt.desk.ledger.${events[0]?.[0]}.2026-01.${mesh.stream("desk").head + 1}`, "2026-01", [...told, ["ledger.state", state]]);
    },
    keep: (index: Pick<Registers, "get" | "put">, signal: AbortSignal): Promise<void> =>
      keepRunIndex({ name: "desk", agents: [] }, { log: mesh.connect("desk").log, index, clock, logger: quiet }, signal),
    read: () => {
      const { log } = mesh.connect("desk");
      const pendingAfter = async (filters: readonly string[], from: number): Promise<number> => {
        let n = 0;
        await log.scan(filters, from, () => n++);
        return n;
      };
      return readRunIndex("desk", { log, index: registers, pendingAfter, under: async () => [] });
    },
  };
}
type Desk = ReturnType<typeof desk>;

async function listed(of: Desk, filter: RunFilter): Promise<string[]> {
  const index = await of.read();
  const found: string[] = [];
  for await (const { run } of index.newest(filter)) found.push(run);
  expect([index.behind, index.count(filter)]).toEqual([0, found.length]);
  return found;
}

const FILTERS: readonly RunFilter[] = [
  {},
  { status: "failed" },
  { status: "open" },
  { workflow: "pack" },
  { workflow: "send", status: "completed" },
];
const wanted = ({ runs }: Desk, { status, workflow }: RunFilter): string[] =>
  runs
    .filter((one) => (status === undefined || one.status === status) && (workflow === undefined || one.workflow === workflow))
    .map(({ run }) => run)
    .reverse();

/** Registers whose writes take their time, are lost, or stored without an answer, each of the last two with the chance `faults`. */
function failing({ registers: index, random, clock }: Desk, faults: number): Pick<Registers, "get" | "put"> {
  const away = new ArmadaError("LOG_UNAVAILABLE", "no answer", { retryable: true });
  return {
    get: (key) => index.get(key),
    put: async (key, value, expected) => {
      const drawn = random.next();
      await clock.sleep(random.next() * 300);
      if (drawn < faults) throw away;
      const revision = await index.put(key, value, expected);
      if (drawn < 2 * faults) throw away;
      return revision;
    },
  };
}

test("tells the runs as they are, whatever its writers were told, and however many there are of them", async () => {
  for (const seed of [1, 2, 3]) {
    const of = desk(seed);
    const over = new AbortController();
    const keepers = [0.1, 0.1, 0].map((faults) => of.keep(failing(of, faults), over.signal));
    for (let i = 0; of.runs.length < 1_500; i++) {
      const open = of.runs.filter(({ status }) => status === "open");
      const oldest = open[Math.floor(of.random.next() * Math.min(open.length, 40))];
      if (of.random.next() < 0.55 || oldest === undefined) of.start(`r${i}`, i % 3 === 0 ? "pack" : "send");
      else of.end(oldest, of.random.next() < 0.02 ? "failed" : "completed");
      if (of.random.next() < 0.02) await of.clock.pass(of.random.next() * 15_000);
      if (i % 400 === 0) for (const filter of FILTERS) expect(await listed(of, filter), `seed ${seed}`).toEqual(wanted(of, filter));
    }
    await of.clock.pass(60_000);
    const head = Head.parse(JSON.parse((await of.registers.get(HEAD))?.value ?? ""));
    expect([head.upTo, head.rows]).toEqual([of.mesh.stream("desk").head, of.runs.length]);
    for (const filter of FILTERS) expect(await listed(of, filter), `seed ${seed}`).toEqual(wanted(of, filter));
    over.abort();
    await Promise.all([...keepers, of.clock.pass(1_000)]);
  }
});

test("of a stream that the index is up to nothing is read, and of one that it nearly is only what is new", async () => {
  const of = desk(4);
  const over = new AbortController();
  const keeping = of.keep(of.registers, over.signal);
  for (let i = 0; i < 20; i++) of.start(`r${i}`, "pack");
  await of.clock.pass(20_000);
  const { log } = of.mesh.connect("desk");
  const scans: number[] = [];
  const scan: typeof log.scan = (filters, from, handler) => {
    scans.push(from);
    return log.scan(filters, from, handler);
  };
  const ports = {
    log: { ...log, scan },
    index: of.registers,
    pendingAfter: () => Promise.reject(new Error("the server counts what is new")),
    under: async () => [],
  };
  expect((await readRunIndex("desk", ports)).count({})).toBe(20);
  expect(scans).toEqual([]);
  over.abort();
  await Promise.all([keeping, of.clock.pass(1_000)]);
  of.start("r20", "pack");
  const { behind, count } = await readRunIndex("desk", ports);
  expect([behind, count({}), scans]).toEqual([0, 21, [20]]);
});

test("adds up what was spent and saved, once, whatever its writers were told", async () => {
  for (const seed of [1, 2, 3]) {
    const of = desk(seed);
    const over = new AbortController();
    const keeping = of.keep(failing(of, seed === 1 ? 0 : 0.02), over.signal);
    const spent: { at: number; agent: string; micros: number }[] = [];
    const suspects: string[] = [];
    const ceiling = { micros: 100, tokens: 10 };
    const call = (n: number) => ({
      call: `c${n}`,
      account: "*",
      agent: `a${n % 3}`,
      workflow: "pack",
      run: "r",
      tier: "worker",
      model: "m",
      ceiling,
    });
    for (let n = 0; n < 300; n++) {
      const at = Math.floor(of.clock.now() - of.random.next() * 20 * 3_600_000);
      if (n % 10 === 3) {
        of.spend([["suspected", { block: "b", at, calls: [call(n)] }]]);
        suspects.push(`c${n}`);
      } else if (n % 40 === 9) {
        const [known = ""] = suspects.splice(0, 1);
        of.spend([["cleared", { call: known, at, micros: 7, tokens: 1, by: "x" }]]);
        spent.push({ at, agent: `a${Number(known.slice(1)) % 3}`, micros: 7 });
      } else {
        of.spend([["settled", { block: "b", at, calls: [{ ...call(n), micros: n, tokens: 1 }] }]]);
        spent.push({ at, agent: `a${n % 3}`, micros: n });
      }
      if (of.random.next() < 0.3) await of.clock.pass(of.random.next() * (of.random.next() < 0.95 ? 400 : 18_000_000));
      if (n % 60 === 7) await agree(n);
    }
    async function agree(n: number): Promise<void> {
      const asked = spent[Math.floor(of.random.next() * spent.length)]?.at ?? 0;
      const told = await (await of.read()).costs(asked, of.clock.now());
      const recent = spent.filter(({ at }) => at >= asked - (asked % 60_000));
      const sums = Map.groupBy(recent, ({ agent }) => agent);
      const wanted = [...sums].map(([agent, all]) => [
        agent,
        { calls: all.length, micros: all.reduce((sum, { micros }) => sum + micros, 0) },
      ]);
      const found = told.map(({ agent, calls, micros }) => [agent, { calls, micros }]);
      expect(Object.fromEntries(found), `seed ${seed}, call ${n}`).toEqual(Object.fromEntries(wanted));
    }
    over.abort();
    await Promise.all([keeping, of.clock.pass(1_000)]);
  }
});

test("is built anew where the stream is another one, and takes nothing of the one before", async () => {
  const of = desk(1);
  const over = new AbortController();
  const keeping = of.keep(of.registers, over.signal);
  for (let i = 0; i < 600; i++) of.start(`old${i}`, "pack");
  await of.clock.pass(1_000);
  of.mesh.remake("desk");
  of.runs.length = 0;
  for (let i = 0; i < 700; i++) of.start(`new${i}`, "send");
  expect(await listed(of, {})).toEqual(wanted(of, {}));
  await of.clock.pass(30_000);
  expect(await listed(of, {})).toEqual(wanted(of, {}));
  expect(Head.parse(JSON.parse((await of.registers.get(HEAD))?.value ?? "")).rows).toBe(700);
  over.abort();
  await Promise.all([keeping, of.clock.pass(1_000)]);
});

test("says how far behind it is, and tells the newest all the same", async () => {
  const of = desk(1);
  for (let i = 0; i < MOST_BEHIND + 500; i++) of.start(`r${i}`, "pack");
  const index = await of.read();
  expect(index.behind).toBe(500);
  for await (const { run } of index.newest({})) {
    expect(run).toBe(`r${MOST_BEHIND + 499}`);
    break;
  }
});
