import { agent, fold, readModel, team, workflow } from "@armada/agents";
import { type AnyEventKind, ArmadaError, type Envelope, encodeBody, event, runFilter } from "@armada/contracts";
import { type Logger, MemoryMesh, type Message } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { Payloads } from "../journal/payloads.ts";
import { startReplica } from "../testing/replica.ts";
import { type RunView, readRun, viewOf } from "../view/run.ts";
import { ReadModels } from "./read-models.ts";
import { readModelStop } from "./stops.ts";

const noModels = { call: () => Promise.reject(new Error("no model")) };
const Id = z.object({ id: z.string() });
const Noted = event("alpha.thing.noted", { version: 1, id: (d) => d.id, data: Id });
const seen = readModel<readonly string[]>({
  name: "seen",
  version: 1,
  initial: () => [],
  folds: [fold(Noted, (ids, { data }) => [...ids, data.id])],
});
const noObjects = {
  put: () => Promise.reject(new Error("none")),
  get: () => Promise.reject(new Error("none")),
  getShown: () => Promise.reject(new Error("none")),
  drop: async () => undefined,
};

/** A copy of the fact `id` of alpha, which had the place `at` in its stream. */
function copy(seq: number, id: string, at: number): Message {
  const envelope = {
    specversion: "1.0" as const,
    id: `e-${id}`,
    source: "/teams/alpha",
    type: Noted.type,
    subject: id,
    time: "2026-01-01T00:00:00.000Z",
    data: { id },
    team: "alpha",
    correlationid: id,
    causationid: id,
    schemaversion: 1,
    hops: 0,
  };
  const origin = { stream: "TEAM_alpha", seq: at };
  return { subject: `evt.alpha.thing.noted.${id}.1`, seq, body: JSON.stringify(envelope), envelopes: [envelope], time: 0, origin };
}

test("copies are known by their event: a stream made anew has other facts at the places of the old ones", async () => {
  const models = new ReadModels(team({ name: "beta", readModels: [seen] }), new Payloads(noObjects, "beta"));
  const old = ["a", "b", "c", "d", "e"].map((id, i) => copy(i + 1, id, i + 1));
  const made = ["f", "g", "h", "i", "j", "k", "l"].map((id, i) => copy(i + 6, id, i + 1));
  const again = ["a", "b"].map((id, i) => copy(i + 13, id, i + 8)); // its history, by a source that was added again
  for (const message of [...old, ...made, ...again]) await models.fold(message);
  expect(models.views()[0]?.state).toEqual("abcdefghijkl".split(""));
  expect(models.views()[0]?.asOf).toBe(12);
});

/** Its fold throws on event `c`, until it is mended. */
let mended = false;
const breaks = readModel<readonly string[]>({
  name: "breaks",
  version: 1,
  initial: () => [],
  folds: [
    fold(Noted, (ids, { data }) => {
      if (data.id === "c" && !mended) throw new TypeError("no c");
      return [...ids, data.id];
    }),
  ],
});
const after = { ...seen, name: "after" };

test("an event is folded once into each model: one whose fold throws stops there with the state before, the others go on", async () => {
  const stopped: unknown[] = [];
  const three = team({ name: "beta", readModels: [seen, breaks, after] });
  const models = new ReadModels(three, new Payloads(noObjects, "beta"), (model, { seq, event }) => stopped.push([model, seq, event]));
  for (const [index, id] of ["a", "b", "c", "d"].entries()) await models.fold(copy(index + 1, id, index + 1));
  expect(models.views()).toMatchObject([
    { name: "seen", state: ["a", "b", "c", "d"], asOf: 4 },
    { name: "breaks", state: ["a", "b"], asOf: 2, stopped: { version: 1, seq: 3, event: "e-c", type: Noted.type, message: "no c" } },
    { name: "after", state: ["a", "b", "c", "d"], asOf: 4 },
  ]);
  expect(stopped).toEqual([["breaks", 3, "e-c"]]);
});

test("what an event refers to and cannot be read now is folded into no model until it can", async () => {
  let away = true;
  const objects = {
    ...noObjects,
    getShown: () =>
      away
        ? Promise.reject(new ArmadaError("LOG_UNAVAILABLE", "away", { retryable: true }))
        : Promise.resolve(new TextEncoder().encode('{"id":"a"}')),
  };
  const models = new ReadModels(team({ name: "beta", readModels: [seen, after] }), new Payloads(objects, "beta"));
  const message = copy(1, "a", 1);
  const large = { ...message, envelopes: message.envelopes.map((one) => ({ ...one, data: { $object: "x", size: 9, team: "alpha" } })) };
  await expect(models.fold(large)).rejects.toMatchObject({ code: "LOG_UNAVAILABLE" });
  away = false;
  await models.fold(large);
  expect(models.views().map(({ state }) => state)).toEqual([["a"], ["a"]]);
});

test("a stop is in the log and in the stream, an agent that declares the model fails by name, and the next start takes it back", async () => {
  const Own = event("gamma.thing.noted", { version: 1, id: (d) => d.id, data: Id });
  const tells = (model: typeof breaks) => ({ ...model, folds: model.folds.map((one) => ({ ...one, on: Own as unknown as AnyEventKind })) });
  const reads = agent({
    name: "reads",
    does: "reads",
    tier: "worker",
    input: Id,
    output: z.object({ ids: z.array(z.string()) }),
    context: [tells(breaks)],
    limits: { attempts: 1 },
    run: ({ context }) => ({ ids: [...(context.breaks ?? [])] }),
  });
  const ask = workflow({ name: "ask", version: 1, input: Id, output: reads.output, run: (input, ctx) => ctx.ask(reads, input) });
  const gamma = team({ name: "gamma", agents: [reads], workflows: [ask], readModels: [tells(breaks)], emits: [Own] });
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  const lines: unknown[] = [];
  const logger: Logger = { info: () => undefined, warn: (message, fields) => lines.push({ message, ...fields }) };
  const env = { clock, random, scheduler: clock.scheduler, logger };
  const put = (subject: string, type: string, id: string, data: unknown): void => {
    const envelope = {
      ...copy(1, id, 1).envelopes[0],
      id,
      type,
      subject: id,
      data,
      team: subject.startsWith("ask") ? "operator" : "gamma",
    };
    mesh.stream("gamma").append(subject, encodeBody([envelope as Envelope]), clock.now());
  };
  const settle = (): Promise<unknown> => clock.run(() => mesh.quiet, 60_000);
  const start = async (run: string): Promise<RunView> => {
    put(`ask.gamma.operator.run_start.${run}`, "armada.asked", run, { workflow: "ask", input: { id: "a" } });
    await settle();
    const loaded = mesh.stream("gamma").load(runFilter("gamma", run), mesh.stream("gamma").head);
    return viewOf("gamma", run, readRun(loaded.kind === "loaded" ? loaded.messages : []));
  };
  const stop = () => readModelStop(mesh.connect("gamma").log, "gamma", "breaks");

  mended = false;
  const broken = startReplica(mesh, gamma, noModels, env);
  for (const id of ["a", "c", "d"]) put(`evt.gamma.thing.noted.${id}.${id}`, Own.type, id, { id });
  await settle();
  expect(lines).toMatchObject([
    { model: "breaks", event: "c", seq: 2, code: "READ_MODEL_STOPPED", stack: expect.stringContaining("read-models.test.ts") },
  ]);
  expect(await stop()).toMatchObject({ version: 1, seq: 2, event: "c" });
  expect(await start("r1")).toMatchObject({ status: "parked", steps: [{ lastFailure: { code: "READ_MODEL_STOPPED" } }] });
  broken.kill();

  mended = true;
  startReplica(mesh, gamma, noModels, env);
  await settle();
  expect(await stop()).toBeUndefined();
  expect(await start("r2")).toMatchObject({ status: "completed" });
});
