import { agent, team, tool, workflow } from "@armada/agents";
import { capability, event } from "@armada/contracts";
import { answers, script, testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { fitted } from "./fitting.ts";

const Note = z.object({ note: z.object({ text: z.string() }) });
const wrong = { note: { text: 7 } } as unknown as z.infer<typeof Note>;
const WHY = "note.text: Invalid input: expected string, received number";
const Noted = event("desk.note.noted", { version: 1, id: () => "a", data: Note });
const judge = capability("risk.judge", { input: Note, output: Note });
const about = { does: "is wrong", tier: "worker", input: z.object({}), output: Note, limits: { attempts: 1 } } as const;
const writer = agent({ ...about, name: "writer", run: () => wrong });
const caller = agent({
  ...about,
  name: "caller",
  tools: { look: tool({ input: z.object({}), output: Note, effect: "read", run: () => wrong }) },
  run: ({ tools }) => tools.look({}),
});
const giver = agent({
  ...about,
  name: "giver",
  tools: { mark: tool({ input: Note, output: Note, effect: "write", run: (note) => note }) },
  run: ({ tools }) => tools.mark(wrong),
});
const reader = agent({
  ...about,
  name: "reader",
  run: ({ model }) => model.ask({ task: "read", material: [], schema: Note }),
});
const each = [writer, caller, giver, reader];
const asks = workflow({
  name: "asks",
  version: 1,
  input: z.object({}),
  output: z.null(),
  run: async (_, ctx) => {
    await Promise.all(each.map((one) => ctx.ask(one, {})));
    return null;
  },
});
const own = (name: string, run: Parameters<typeof workflow<Record<string, never>, unknown>>[0]["run"]) =>
  workflow({ name, version: 1, input: z.object({}), output: z.unknown(), run });
const desk = team({
  name: "desk",
  agents: each,
  workflows: [
    asks,
    own("emits", (_, ctx) => ctx.emit(Noted, wrong)),
    own("looks_back", (_, ctx) => ctx.waitFor(Noted, { id: "a", since: "1" })),
    own("judges", (_, ctx) => ctx.ask(judge, wrong)),
    own("told", (_, ctx) => ctx.ask(judge, { note: { text: "a" } })),
  ],
  emits: [Noted],
  awaits: [Noted],
  asks: [judge],
});

test("what does not fit its schema is told by who gave it and path, not as a dump", async () => {
  await using t = testTeam(desk, { seed: 1, models: script({ read: wrong }), teams: answers({ "risk.judge": wrong }) });
  await t.start("asks", {}, "r1");
  expect(t.run("r1").steps.map(({ lastFailure }) => lastFailure)).toEqual([
    { code: "OUTPUT_INVALID", message: `the output of agent writer does not fit its schema: ${WHY}` },
    { code: "OUTPUT_INVALID", message: `the result of tool look does not fit its schema: ${WHY}` },
    { code: "INPUT_INVALID", message: `the input of tool mark does not fit its schema: ${WHY}` },
    { code: "OUTPUT_INVALID", message: `what script(…) has for the task read does not fit its schema: ${WHY}` },
  ]);
  for (const [name, code, message] of [
    ["emits", "EVENT_INVALID", `the data of desk.note.noted does not fit its schema: ${WHY}`],
    ["looks_back", "BAD_TIME", 'a wait for desk.note.noted looks since "1", which is no time'],
    ["judges", "INPUT_INVALID", `the input of risk.judge does not fit its schema: ${WHY}`],
  ] as const) {
    await t.start(name, {}, name);
    expect(t.run(name).reason).toMatchObject({ code, message });
  }
  await expect(t.given(Noted, wrong)).rejects.toThrow(`the data of desk.note.noted, given to the test, does not fit its schema: ${WHY}`);
  await expect(t.start("told", {})).rejects.toThrow(`what answers(…) has for risk.judge does not fit its schema: ${WHY}`);
});

test("what a schema's own code throws stays the cause", () => {
  const thrown = new TypeError("of a refinement");
  const schema = z.string().refine(() => {
    throw thrown;
  });
  expect(() => fitted(schema, "a", "OUTPUT_INVALID", "it")).toThrow(
    expect.objectContaining({ message: "it does not fit its schema: of a refinement", code: "OUTPUT_INVALID", cause: thrown }),
  );
});
