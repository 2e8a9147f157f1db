import { event } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { agent, workflow } from "../authoring.ts";
import { team } from "../team.ts";
import { testTeam } from "./index.ts";

const Note = z.object({ text: z.string() });
const Published = event("desk.note.published", { version: 1, id: (data) => data.text, data: Note });
let broken = true;
const writer = agent({
  name: "writer",
  does: "writes",
  tier: "worker",
  input: Note,
  output: Note,
  run: ({ input }) => {
    if (broken) throw new Error("not yet");
    return { text: input.text.toUpperCase() };
  },
});
const publish = workflow({
  name: "publish",
  version: 1,
  input: Note,
  output: Note,
  run: async (input, ctx) => {
    const written = await ctx.ask(writer, input);
    await ctx.approval("publish?", { within: "4h", otherwise: "cancel" });
    await ctx.emit(Published, written);
    return written;
  },
});
const desk = team({ name: "desk", agents: [writer], workflows: [publish], emits: [Published] });

test("idle retries what fails, and lets no approval expire; advance does", async () => {
  broken = true;
  await using t = testTeam(desk, { seed: 1 });
  await t.start("publish", { text: "a" }, "r1");
  expect(t.run("r1")).toMatchObject({ status: "parked", steps: [{ attempts: 4 }] });
  broken = false;
  await t.start("publish", { text: "b" }, "r2");
  expect(t.run("r2").waitingFor).toMatchObject([{ kind: "approval", what: "publish?" }]);
  await t.approve("r2");
  expect(t.run("r2").status).toBe("completed");
  t.expectEvents([[Published, { text: "B" }]]);
  await t.start("publish", { text: "c" }, "r3");
  await t.advance(5 * 3_600_000);
  expect(t.run("r3").status).toBe("cancelled");
  expect(() => t.expectEvents([])).toThrow();
  await t.expectReplays();
});
