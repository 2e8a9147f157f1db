import type { Agent, AgentRun, WorkflowContext } from "armada-mesh";
import { localModel } from "armada-mesh/testing";
import { describe, expect, it } from "vitest";
import { emailWriter } from "./agents/email-writer.ts";
import { socialWriter } from "./agents/social-writer.ts";
import type { Post, Promotion } from "./contract.ts";
import { MOST } from "./posts.ts";
import team from "./team.ts";
import { promoteArticle } from "./workflows/promote.ts";

const promotion: Promotion = {
  article: "r1",
  topic: "Beavers",
  title: "Beavers of Ellerby",
  description: "Fourteen beaver families lived on the River Oss in 2024.",
  keywords: ["beavers", "flow pipes"],
  points: ["Fourteen beaver families lived on the River Oss in 2024.", "A flow pipe costs 1,400 euros."],
};

async function write(agent: Agent<Promotion, Post>, answer?: string): Promise<Post> {
  const run = {
    input: promotion,
    model: {
      ask: async (question: Parameters<AgentRun<Promotion>["model"]["ask"]>[0]) =>
        answer === undefined
          ? (await localModel().call({ tier: agent.tier, ...question }, new AbortController().signal)).value
          : { text: answer },
    },
  };
  return await agent.run(run as unknown as AgentRun<Promotion>);
}

describe("marketing", () => {
  it("refuses to promote what says nothing", async () => {
    const ctx = { ask: () => Promise.reject(new Error("nobody is asked")) };
    const nothing = { ...promotion, description: " ", points: [] };
    await expect(promoteArticle.run(nothing, ctx as unknown as WorkflowContext)).rejects.toMatchObject({ code: "NOTHING_TO_SAY" });
  });

  it("writes posts from the article's own sentences", async () => {
    expect(await write(socialWriter)).toEqual({
      channel: "social",
      text: "Beavers of Ellerby\nFourteen beaver families lived on the River Oss in 2024.\n#beavers #flowpipes",
    });
    expect((await write(emailWriter)).text).toContain("- A flow pipe costs 1,400 euros.");
  });

  it("replaces a post that says more than the article, or is too long", async () => {
    const plain = "Beavers of Ellerby\nFourteen beaver families lived on the River Oss in 2024.\nA flow pipe costs 1,400 euros.";
    expect(await write(socialWriter, "Beavers saved 9 million euros!")).toEqual({ channel: "social", text: plain });
    expect(await write(socialWriter, "Mayor Quent loves beavers.")).toEqual({ channel: "social", text: plain });
    expect((await write(socialWriter, "beavers ".repeat(60))).text.length).toBeLessThanOrEqual(MOST.social);
    expect(await write(socialWriter, "A flow pipe costs 1,400 euros #beavers")).toEqual({
      channel: "social",
      text: "A flow pipe costs 1,400 euros #beavers",
    });
  });

  it("has the article's own sentences, and says so, where a writer is down", async () => {
    for (const { name, fallback } of team.agents) {
      const post = (await fallback?.(promotion)) as Post | undefined;
      expect(post?.text, name).toContain("Fourteen beaver families lived on the River Oss in 2024.");
      expect(post?.degraded, name).toBe(`The post for ${post?.channel} is made of the article's own sentences: nobody wrote one.`);
    }
  });

  it("starts from a published article only where nobody has asked for its posts", () => {
    const [subscription] = team.subscriptions;
    const fact = (promoted: "ask" | "event") => ({
      data: { ...promotion, promoted },
      key: "e1",
      id: "e1",
      source: "/teams/content",
      type: "content.article.completed",
      subject: "r1",
      time: "2025-01-01T00:00:00Z",
      arrived: "2025-01-01T00:00:00Z",
      datacontenttype: undefined,
      dataschema: undefined,
      extensions: {},
      team: "content",
    });
    expect(subscription?.input(fact("ask"))).toBeUndefined();
    expect(subscription?.input(fact("event"))).toMatchObject({ article: "r1", points: promotion.points });
  });
});
