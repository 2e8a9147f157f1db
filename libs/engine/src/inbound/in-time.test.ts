import { agent, team, workflow } from "@armada/agents";
import { capability, encodeBody, event } from "@armada/contracts";
import { startReplica } from "@armada/engine/testing";
import { HOSTILE, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { script } from "@armada/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readRun } from "../view/run.ts";

const None = z.object({});
const risk = capability("risk.check", { input: None, output: z.object({ fine: z.boolean() }) });
const Signed = event("one.note.signed", { version: 1, id: () => "a", data: z.object({ by: z.string() }) });
const idle = agent({ name: "idle", does: "nothing", tier: "worker", input: None, output: None, run: () => ({}) });
const asks = workflow({
  name: "asks",
  version: 1,
  input: None,
  output: z.string(),
  run: async (_, ctx) => {
    const { fine } = await ctx.ask(risk, {}, { within: "1h" });
    return fine ? "answered" : "refused";
  },
});
const waits = workflow({
  name: "waits",
  version: 1,
  input: None,
  output: z.string(),
  run: async (_, ctx) => {
    const { approved, expired } = await ctx.approval("may it?", { within: "1h", otherwise: "continue" });
    return expired ? "expired" : `approved ${approved}`;
  },
});
const bounded = workflow({
  name: "bounded",
  version: 1,
  input: z.object({ by: z.enum(["approval", "answer", "event"]) }),
  output: z.string(),
  run: ({ by }, ctx) =>
    ctx.deadline("1h", async () => {
      if (by === "approval") return `approved ${(await ctx.approval("may it?", { within: "2d", otherwise: "continue" })).approved}`;
      if (by === "answer") return `fine ${(await ctx.ask(risk, {}, { within: "2d" })).fine}`;
      return `signed ${(await ctx.waitFor(Signed, { id: "a" })).by}`;
    }),
});
const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

describe.each(SEEDS)("whatever is delivered first after the replicas were away over a deadline (seed %i)", (seed) => {
  test.each([
    { name: "waits", output: "approved true", subject: "ask.one.operator.run_approve.a1", about: "a1", data: { run: "r1", n: 1 } },
    {
      name: "waits",
      output: "approved false",
      subject: "ask.one.operator.run_approve.a1",
      about: "a1",
      data: { run: "r1", approved: false },
    },
    { name: "asks", output: "answered", subject: "ans.one.risk.r1.1", about: "r1-1", data: { output: { fine: true } } },
    {
      name: "bounded",
      input: { by: "approval" },
      output: "approved true",
      subject: "ask.one.operator.run_approve.a1",
      about: "a1",
      data: { run: "r1" },
    },
    {
      name: "bounded",
      input: { by: "answer" },
      output: "fine true",
      subject: "ans.one.risk.r1.1",
      about: "r1-1",
      data: { output: { fine: true } },
    },
    { name: "bounded", input: { by: "event" }, output: "signed her", subject: "evt.one.note.signed.a.k1", about: "a", data: { by: "her" } },
  ])("$name: $output", async ({ name, input = {}, output, ...said }) => {
    const clock = new VirtualClock();
    const random = seededRandom(seed);
    const mesh = new MemoryMesh(clock, random, HOSTILE);
    const stream = mesh.stream("one");
    const one = team({ name: "one", agents: [idle], workflows: [waits, asks, bounded], asks: [risk], emits: [Signed], awaits: [Signed] });
    const begin = () => startReplica(mesh, one, script({}), { clock, random, scheduler: clock.scheduler });
    const put = ({ subject, about, data }: { subject: string; about: string; data: unknown }): void => {
      const [kind, to, from] = subject.split(".");
      const by = (kind === "evt" ? to : from) ?? "";
      const type = kind === "evt" ? Signed.type : kind === "ans" ? "armada.answered" : "armada.asked";
      const rest = {
        specversion: "1.0",
        source: `/teams/${by}`,
        schemaversion: 1,
        hops: 0,
        time: new Date(clock.now()).toISOString(),
      } as const;
      const envelope = { ...rest, id: about, subject: about, team: by, type, data, correlationid: about, causationid: about };
      stream.append(subject, encodeBody([envelope]), clock.now());
    };
    const state = () => readRun(stream.messages.filter((message) => message.subject.split(".")[4] === "r1"));

    const first = begin();
    put({ subject: "ask.one.operator.run_start.r1", about: "r1", data: { workflow: name, input } });
    await clock.run(() => state().waits.get(1)?.open === true && mesh.quiet, 60_000);
    first.kill();
    await clock.run(() => false, 1_000);
    put(said);
    await clock.run(() => stream.messages.some(({ subject }) => subject.startsWith("tick.one.r1.")), 2 * 3_600_000);
    begin();
    await clock.run(() => state().ended !== undefined, 600_000);
    expect(state().ended).toMatchObject({ status: "completed", output });
  });
});
