import { team as defineTeam } from "armada-mesh";
import { answers, localModel, type TestTeam, testTeam } from "armada-mesh/testing";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { editor } from "../agents/editor.ts";
import { factChecker } from "../agents/fact-checker.ts";
import { illustrator } from "../agents/illustrator.ts";
import { publisher } from "../agents/publisher.ts";
import { seoArchive } from "../agents/seo-archive.ts";
import { seoOptimizer } from "../agents/seo-optimizer.ts";
import { writer } from "../agents/writer.ts";
import { Article, type Brief } from "../contract.ts";
import { STOCK_COVER } from "../page/cover.ts";
import content from "../team.ts";
import { drive } from "../testing/drive.ts";
import { createArticle } from "./create-article.ts";
import { createArticleV1 } from "./create-article-v1.ts";

const mill = [
  "The tide mill at Orne grinds flour with the sea.",
  "The tide mill at Orne has four wooden wheels, and each wheel is six metres wide.",
  "The tide mill at Orne was built in 1684 by the monks of Lund.",
];
const history = [
  "Ice broke two paddles of the tide mill at Orne in the winter of 1893.",
  "The tide mill at Orne was closed in 1962 and opened again in 1988.",
  "The millers of the tide mill at Orne work only when the tide falls.",
];
/** Small: what it makes stands in the journal itself. */
const brief: Brief = {
  topic: "The tide mill at Orne",
  documents: [
    { name: "mill.md", text: mill.join(" ") },
    { name: "history.md", text: history.join(" ") },
  ],
};

/** The agents whose every call fails. */
const down = new Set<string>();
const calls: string[] = [];
for (const agent of content.agents) {
  const { run } = agent;
  vi.spyOn(agent, "run").mockImplementation((about) => {
    calls.push(agent.name);
    if (down.has(agent.name)) throw new Error(`${agent.name} does not answer`);
    return run(about);
  });
}
// What is loaded when it is first used takes real time, which virtual time does not wait for.
beforeAll(() => drive(createArticle, brief));
afterEach(() => {
  down.clear();
  calls.length = 0;
});

function newsroom(team = content): TestTeam {
  return testTeam(team, { seed: 1, models: localModel(), teams: answers({}) });
}

/** A run's article, with the codes for which its steps are degraded. */
async function made(t: TestTeam, id: string, input: Brief = brief): Promise<{ article: Article; codes: Record<string, string> }> {
  await t.start("create_article", input, id);
  await t.idle();
  await t.advance("1m");
  return articleOf(t, id);
}

function articleOf(t: TestTeam, id: string): { article: Article; codes: Record<string, string> } {
  const { output, steps } = t.run(id);
  const codes = steps.flatMap(({ agent, degraded }) => (degraded === undefined ? [] : [[agent, degraded.code]]));
  return { article: Article.parse(output), codes: Object.fromEntries(codes) };
}

/** Both forms of the page say so. */
function says({ article, html, degraded }: Article, agent: string, words: string): void {
  expect(degraded).toEqual([{ agent, what: expect.stringContaining(words) }]);
  expect(article).toMatch(new RegExp(`^> \\*.*${words}`, "mu"));
  expect(html).toContain(`data-degraded="${agent}"`);
  expect(html).toContain(words);
}

test("only those wait without which there is no article", () => {
  expect(content.agents.filter(({ fallback }) => fallback === undefined)).toMatchObject([{ name: "writer" }, { name: "publisher" }]);
});

test("a page of which nothing is missing says nothing of it", async () => {
  await using t = newsroom();
  const { article, codes } = await made(t, "r");
  expect(t.run("r").status).toBe("completed");
  expect({ codes, degraded: article.degraded }).toEqual({ codes: {}, degraded: [] });
  expect(article.html).not.toContain("data-degraded");
});

test("without the editor the draft goes out unedited, and is checked like any other", async () => {
  await using t = newsroom();
  down.add(editor.name);
  const { article, codes } = await made(t, "r");
  expect(t.run("r").status).toBe("degraded");
  expect(codes).toEqual({ editor: "AGENT_FAILED" });
  says(article, "editor", "not edited");
  expect(article.statements.length).toBeGreaterThan(5);
  await t.expectReplays();
});

test("without the illustrator the cover is the stock one; with its breaker open at once", async () => {
  await using t = newsroom();
  down.add(illustrator.name);
  const first = await made(t, "r1");
  expect(first.article.cover).toBe(STOCK_COVER);
  says(first.article, "illustrator", "stock");
  expect((await made(t, "r2")).codes).toEqual({ illustrator: "BREAKER_OPEN" });
  expect(calls.filter((name) => name === illustrator.name)).toHaveLength(5);
  expect((await made(t, "r3")).codes).toEqual({ illustrator: "BREAKER_OPEN" });
  down.delete(illustrator.name);
  await t.advance("1m");
  const after = await made(t, "r4");
  expect(t.run("r4").status).toBe("completed");
  expect(after.article.cover).not.toBe(STOCK_COVER);
  await t.expectReplays();
});

test("without the SEO optimizer the last good recommendations for the topic serve, else the article's own words", async () => {
  await using t = newsroom();
  down.add(seoOptimizer.name);
  const first = await made(t, "r1");
  says(first.article, "seo_optimizer", "own words");
  expect(first.article.metadata.keywords).toEqual([]);
  down.delete(seoOptimizer.name);
  await t.advance("2m");
  const good = (await made(t, "r2", { ...brief, topic: brief.topic.toUpperCase() })).article;
  expect(good.metadata.keywords.length).toBeGreaterThan(2);
  down.add(seoOptimizer.name);
  const { article, codes } = await made(t, "r3");
  expect(codes).toEqual({ seo_optimizer: "AGENT_FAILED" });
  says(article, "seo_optimizer", "the last article");
  expect(article.metadata).toEqual(good.metadata);
  // What a degraded article says of itself is recommended to no other.
  expect(t.state("recommendations")).toMatchObject([{ title: good.metadata.title, keywords: good.metadata.keywords }]);
  down.add(seoArchive.name);
  says((await made(t, "r4")).article, "seo_optimizer", "own words");
  await t.expectReplays();
});

test("without the fact checker nothing is published until a person approves it", async () => {
  await using t = newsroom();
  down.add(factChecker.name);
  await t.start("create_article", brief, "held");
  await t.advance("1h");
  expect(t.run("held").waitingFor).toMatchObject([{ kind: "approval", what: "publish this article, of which nothing was checked?" }]);
  t.expectEvents([]);
  await t.approve("held");
  await t.idle();
  const { article, codes } = articleOf(t, "held");
  expect(codes).toEqual({ fact_checker: "AGENT_FAILED" });
  says(article, "fact_checker", "Nothing on this page was checked against its sources");
  expect(article.degraded[0]?.what).toMatch(/; \S+ approved it all the same\.$/u);
  expect(article.statements).toEqual([]);
  expect(article.article).toContain("[1]");
  await t.start("create_article", brief, "refused");
  await t.advance("1h");
  await t.approve("refused", { approved: false });
  await t.idle();
  expect(t.run("refused").status).toBe("cancelled");
  await t.expectReplays();
});

test("the first version, which would publish it, waits for the fact checker", async () => {
  const { name, agents, subscriptions: _, asks, emits, readModels } = content;
  await using t = newsroom(defineTeam({ name, agents, workflows: [createArticleV1], asks, emits, readModels }));
  down.add(factChecker.name);
  await t.start("create_article", brief, "r");
  await t.advance("1h");
  expect(t.run("r")).toMatchObject({ status: "parked", version: 1 });
  t.expectEvents([]);
  down.delete(factChecker.name);
  down.add(illustrator.name);
  const { article } = await made(t, "r2");
  expect(article.cover).toBe(STOCK_COVER);
  await t.expectReplays();
});

test.each([
  ["writer", writer],
  ["publisher", publisher],
] as const)("without the %s there is no article: it waits, and has as long as its brief gives it", async (_name, agent) => {
  await using t = newsroom();
  down.add(agent.name);
  await t.start("create_article", { ...brief, within: "30m" }, "late");
  await t.start("create_article", brief, "r");
  await t.advance("1h");
  expect(t.run("late")).toMatchObject({ status: "failed", reason: { code: "DEADLINE_EXCEEDED" } });
  expect(["waiting", "parked"]).toContain(t.run("r").status);
  t.expectEvents([]);
});

test("in time an article is as without a time", async () => {
  await using t = newsroom();
  const { article } = await made(t, "r1");
  expect((await made(t, "r2", { ...brief, within: "2m" })).article).toEqual(article);
  await t.expectReplays();
});
