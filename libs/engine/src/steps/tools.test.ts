import { agent, team, tool, workflow } from "@armada/agents";
import { testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const Text = z.string();

test("a later attempt that calls another tool first gets no result of the one before, and each effect has a key of its own", async () => {
  const done: string[] = [];
  const write = (name: string) =>
    tool({
      input: Text,
      output: Text,
      effect: "write",
      run: (text, { idempotencyKey }) => {
        done.push(`${name} ${idempotencyKey}`);
        return `${name} ${text}`;
      },
    });
  const clerk = agent({
    name: "clerk",
    does: "books, and in its second attempt mails first",
    tier: "worker",
    input: Text,
    output: z.array(Text),
    tools: { book: write("book"), mail: write("mail") },
    run: async ({ attempt, tools }) => {
      if (attempt > 1) return [await tools.mail("a"), await tools.book("b"), await tools.book("c")];
      await tools.book("b");
      throw new Error("not yet");
    },
  });
  const work = workflow({ name: "work", version: 1, input: Text, output: z.array(Text), run: (text, ctx) => ctx.ask(clerk, text) });
  await using t = testTeam(team({ name: "desk", agents: [clerk], workflows: [work] }), { seed: 1 });
  await t.start("work", "now", "r1");
  expect(t.run("r1")).toMatchObject({ status: "completed", output: ["mail a", "book b", "book c"] });
  expect(done).toEqual(["book r1-1.book.1", "mail r1-1.mail.1", "book r1-1.book.2"]);
  await t.expectReplays();
});
