import { agent, team, tool, workflow } from "@armada/agents";
import { knowSecrets, Refusal } from "@armada/contracts";
import { testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const SECRET = "canary-engine-0123456789";
const KEY = ["ghp", "a1B2".repeat(9)].join("_");
const Text = z.string();

const look = tool({ input: Text, output: Text, effect: "write", run: (text) => `${text}: ${SECRET}` });

/** Does as its input says, with a secret in whatever it brings about. */
const clerk = agent({
  name: "clerk",
  does: "leaks",
  tier: "worker",
  input: Text,
  output: Text,
  tools: { look },
  limits: { attempts: 1 },
  run: async ({ input, tools }) => {
    if (input === "looks") return tools.look(input);
    if (input === "refuses") throw new Refusal("NO", `not with ${SECRET}`, { hint: KEY, details: { [SECRET]: [KEY] } });
    throw new Error(`${"x".repeat(4_020)} ${SECRET} and ${KEY}`);
  },
});

const work = workflow({
  name: "work",
  version: 1,
  input: z.object({ how: Text, secret: Text.optional() }),
  output: z.unknown(),
  run: async ({ how, secret }, ctx) => {
    if (how === "throws") throw new Error(`with ${secret} and ${KEY}`);
    if (how === "branches") return { same: (await ctx.ask(clerk, "looks")) === "looks: [hidden]", seen: secret };
    return ctx.ask(clerk, how);
  },
});

test.each(["looks", "refuses", "fails", "throws", "branches"])(
  "a run that %s keeps no secret of the process, nor a key in an error",
  async (how) => {
    using _ = knowSecrets([SECRET]);
    await using t = testTeam(team({ name: "desk", agents: [clerk], workflows: [work] }), { seed: 1 });
    await t.start("work", { how, secret: SECRET }, "r1");
    const kept = JSON.stringify(t.run("r1"));
    expect(kept).toContain("[hidden]");
    expect(kept).not.toContain("canary-engine");
    expect(kept).not.toContain("ghp_");
    if (how === "branches") expect(t.run("r1")).toMatchObject({ status: "completed", output: { same: true } });
    await t.expectReplays();
  },
);
