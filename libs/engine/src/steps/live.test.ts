import { agent, liveOrder, team, workflow } from "@armada/agents";
import { type Envelope, encodeBody, type LiveText } from "@armada/contracts";
import { startReplica } from "@armada/engine/testing";
import { MemoryMesh } from "@armada/event-sourcing";
import { immediateScheduler, seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { ModelError, type Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";

const Text = z.object({ text: z.string() });
const writer = agent({
  name: "writer",
  does: "writes",
  tier: "worker",
  input: Text,
  output: Text,
  run: async ({ input, model }) => {
    const first = await model.ask({ task: "write", prompt: input.text, material: [], schema: Text });
    return model.ask({ task: "write", prompt: first.text, material: [], schema: Text });
  },
});
const write = workflow({ name: "write", version: 1, input: Text, output: Text, run: (input, ctx) => ctx.ask(writer, input) });

test("a watcher is told each call's text; after a failed attempt it begins again; the streams have the answer alone", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  let calls = 0;
  const models: Models = {
    call: async (request, _signal, options) => {
      const json = JSON.stringify({ text: `${request.prompt}!` });
      for (const piece of json.match(/.{1,4}/g) ?? []) {
        if (++calls === 6) throw new ModelError("MODEL_STREAM_BROKEN", "the stream broke"); // in the middle of the second call
        options?.onText?.(piece);
        await clock.sleep(20);
      }
      return { value: request.schema.parse(JSON.parse(json)), model: "m", usage: { inputTokens: 1, outputTokens: 1 }, costMicros: 0 };
    },
  };
  const { ports } = startReplica(mesh, team({ name: "desk", agents: [writer], workflows: [write] }), models, {
    clock,
    random,
    scheduler: immediateScheduler,
  });
  const got: LiveText[] = [];
  void ports.live?.watch("r1", (piece) => void got.push(piece), new AbortController().signal);
  mesh.stream("desk").append("ask.desk.operator.run_start.r1", started({ text: "abc" }), clock.now());
  const bodies = (): string[] => mesh.stream("desk").messages.map(({ body }) => body);
  await clock.run(() => bodies().some((body) => body.includes("armada.run.ended")), 600_000);

  const order = liveOrder();
  const heard = got.map((piece) => ({ is: order(piece), ...piece }));
  expect(heard.filter(({ is }) => is === "again").map(({ n, attempt, call, seq }) => [n, attempt, call, seq])).toEqual([[1, 2, 1, 0]]);
  expect(heard.every(({ is }) => is === "again" || is === "next")).toBe(true);
  const said = (attempt: number, call: number): string =>
    got
      .filter((piece) => piece.attempt === attempt && piece.call === call)
      .map(({ text }) => text)
      .join("");
  expect([said(1, 1), said(1, 2), said(2, 1), said(2, 2)]).toEqual(['{"text":"abc!"}', '{"te', '{"text":"abc!"}', '{"text":"abc!!"}']);
  expect(bodies().filter((body) => body.includes("armada.step.completed"))).toHaveLength(1);
  expect(bodies().filter((body) => body.includes('"{\\"te'))).toEqual([]);
});

function started(input: unknown): string {
  const envelope: Envelope = {
    specversion: "1.0",
    id: "r1.run_start",
    source: "/operator",
    type: "armada.asked",
    subject: "r1",
    time: "2026-01-01T00:00:00.000Z",
    data: { workflow: "write", input },
    team: "operator",
    correlationid: "r1",
    causationid: "r1",
    schemaversion: 1,
    hops: 0,
  };
  return encodeBody([envelope]);
}
