import { team, workflow } from "@armada/agents";
import { type ArmadaError, CodedError, Refusal } from "@armada/contracts";
import { testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

class Useless extends CodedError {
  readonly terminal = true;
}
const thrown: Readonly<Record<string, () => unknown>> = {
  'count the "parcels"': () => new Error("no scale"),
  useless: () => new Useless("NO_SCALE", "there is none"),
  refused: () => new Refusal("NOT_TODAY", "come again"),
};
const any = z.object({}).loose();
const weigh = workflow({
  name: "weigh",
  version: 1,
  input: any,
  output: any,
  run: async (_, ctx) => {
    const said: Record<string, unknown> = {};
    for (const [name, error] of Object.entries(thrown))
      await ctx
        .step(name, () => {
          throw error();
        })
        .catch(({ code, message }: ArmadaError) => (said[name] = [code, message]));
    await ctx.step("left alone", () => new Map()).catch(({ code, message }: ArmadaError) => (said.value = [code, message]));
    return said;
  },
});
const fails = workflow({
  ...weigh,
  name: "fails",
  run: (_, ctx) =>
    ctx.step("count", () => {
      throw new Error("no scale");
    }),
});

test("a step that fails is named with the attempts that it took; a refusal says what it says", async () => {
  await using t = testTeam(team({ name: "desk", workflows: [weigh, fails] }), { seed: 1 });
  await t.start("weigh", {}, "r1");
  expect(t.run("r1").output).toEqual({
    'count the "parcels"': ["WORKFLOW_FAILED", 'step "count the \\"parcels\\"" failed after 4 attempts: no scale'],
    useless: ["NO_SCALE", 'step "useless" failed after 1 attempt: there is none'],
    refused: ["NOT_TODAY", "come again"],
    value: ["VALUE_NOT_JSON", expect.stringMatching(/^the result of step "left alone"/u)],
  });
  await t.start("fails", {}, "r2");
  expect(t.run("r2")).toMatchObject({ status: "failed", reason: { message: 'step "count" failed after 4 attempts: no scale' } });
});
