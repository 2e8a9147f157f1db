import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Figure, holds } from "../harness/proof.ts";
import type { Journal } from "../judges/journals.ts";
import type { Stored, StoredEvent } from "../judges/streams.ts";

/** What `demo --json` and `run --wait --json` say of an article; its texts themselves, or the paths of their files. */
export const Result = z.looseObject({
  type: z.literal("result"),
  run: z.string(),
  status: z.string(),
  degraded: z.array(z.looseObject({ agent: z.string(), code: z.string() })),
  output: z.looseObject({
    article: z.string(),
    html: z.string(),
    cover: z.string(),
    metadata: z.looseObject({ title: z.string(), description: z.string(), keywords: z.array(z.string()) }),
    statements: z.array(z.unknown()),
    posts: z.array(z.looseObject({ channel: z.string(), text: z.string() })),
    degraded: z.array(z.object({ agent: z.string(), what: z.string() })),
  }),
});
export type Result = z.infer<typeof Result>;

/** An article as what it made and what the streams hold tell it. */
export type Made = { readonly result: Result; readonly journal: Journal; readonly facts: readonly Stored[] };

/** `label`: who the page says was missing, and in which words. */
type Rule = { readonly label: string; readonly words: RegExp; readonly name: string; holds(made: Made): boolean };

const Requested = z.looseObject({ n: z.number(), agent: z.string(), input: z.unknown() });
const Completed = z.looseObject({ n: z.number(), output: z.unknown(), degraded: z.looseObject({ code: z.string() }).optional() });
const Recommended = z.looseObject({
  title: z.string(),
  description: z.string(),
  keywords: z.array(z.string()),
  degraded: z.unknown().optional(),
});

/** What becomes of an article without an agent. */
export const RULES: Readonly<Record<string, Rule>> = {
  editor: {
    label: "editor",
    words: /not edited/u,
    name: "what is checked is the draft as the writer wrote it",
    holds: ({ journal }) => {
      const draft = answerOf(journal, "writer");
      const checked = z.looseObject({ draft: z.unknown() }).parse(requestOf(journal, "fact_checker")).draft;
      return draft !== undefined && isDeepStrictEqual(checked, draft);
    },
  },
  seo_optimizer: {
    label: "seo_optimizer",
    words: /last article on this topic/u,
    name: "title, description and keywords are those of the last article that was whole",
    holds: ({ result: { output }, journal, facts }) => {
      const whole = facts.flatMap(({ events: [event] }) => {
        const { title, description, keywords, degraded } = Recommended.parse(event?.data);
        return degraded === undefined && isBefore(event, journal) ? [{ title, description, keywords }] : [];
      });
      const { title, description, keywords } = output.metadata;
      return keywords.length > 0 && isDeepStrictEqual({ title, description, keywords }, whole.at(-1));
    },
  },
  illustrator: {
    label: "illustrator",
    words: /stock/u,
    name: "its cover has no words of its own",
    holds: ({ result: { output } }) => /^<svg/u.test(textOf(output.cover)) && !textOf(output.cover).includes("<text"),
  },
  fact_checker: {
    label: "fact_checker",
    words: /Nothing on this page was checked .*approved/u,
    name: "a person approved it before anything was set or published",
    holds: ({ result: { output }, journal: { events } }) => {
      const at = (type: string, agent?: string): number =>
        events.findIndex((event) => event.type === type && (agent === undefined || Requested.parse(event.data).agent === agent));
      const [asked, given] = [at("armada.approval.asked"), at("armada.approval.given")];
      return asked >= 0 && asked < given && given < at("armada.step.requested", "publisher") && output.statements.length === 0;
    },
  },
  social_writer: {
    label: "marketing, social",
    words: /the article's own sentences/u,
    name: "its post says what the article says",
    holds: ({ result: { output } }) => {
      const [post] = output.posts.filter(({ channel }) => channel === "social");
      const lines = post?.text.split("\n").slice(1) ?? [];
      return lines.length > 0 && lines.every((line) => textOf(output.article).includes(line));
    },
  },
};

/** One article that was made without an agent. `team`: the agent's. */
export function* judgeArticle(when: string, agent: string, codes: readonly string[], made: Made): Generator<Figure> {
  const rule = RULES[agent];
  if (rule === undefined) throw new Error(`there is no rule for ${agent}`);
  const { result, journal } = made;
  const { output } = result;
  const [label] = output.degraded;
  yield holds(`${when}: ${rule.name}`, rule.holds(made), JSON.stringify(output.metadata));
  yield holds(
    `${when}: the answer, the page and its HTML say so, and nothing else`,
    output.degraded.length === 1 &&
      label?.agent === rule.label &&
      rule.words.test(label.what) &&
      textOf(output.article).includes(`> *${label.what}*`) &&
      textOf(output.html).includes(`data-degraded="${rule.label}"`),
    JSON.stringify(output.degraded),
  );
  if (agent === "social_writer") return; // its step is of a run of its team's
  const told = degradedIn(journal);
  yield holds(
    `${when}: the journal has it degraded with ${codes.join(" or ")}, run and step`,
    journal.ends.join() === "degraded" && told.length === 1 && told[0]?.agent === agent && codes.includes(told[0].code),
    `${journal.ends.join()} ${JSON.stringify(told)}`,
  );
}

/** The steps of a journal that a fallback answered. */
export function degradedIn({ events, steps }: Journal): { readonly agent: string; readonly code: string }[] {
  return events.flatMap((event) => {
    if (event.type !== "armada.step.completed") return [];
    const { n, degraded } = Completed.parse(event.data);
    return degraded === undefined ? [] : [{ agent: steps.get(n)?.agent ?? "", code: degraded.code }];
  });
}

/** When a run's time is over by its journal, and when it ended, ms since 1970; undefined where it has no time. */
export function timesOf({ events }: Journal): { readonly until: number; readonly ended: number } | undefined {
  const set = events.find(({ type }) => type === "armada.sleep.set");
  const end = events.find(({ type }) => type === "armada.run.ended");
  if (set === undefined || end?.time === undefined) return undefined;
  return { until: Date.parse(z.looseObject({ until: z.string() }).parse(set.data).until), ended: Date.parse(end.time) };
}

function isBefore(event: StoredEvent | undefined, { events: [start] }: Journal): boolean {
  return event?.time !== undefined && start?.time !== undefined && event.time < start.time;
}

function requestOf({ events }: Journal, agent: string): unknown {
  return events.flatMap((event) => {
    if (event.type !== "armada.step.requested") return [];
    const requested = Requested.parse(event.data);
    return requested.agent === agent ? [requested.input] : [];
  })[0];
}

function answerOf({ events, steps }: Journal, agent: string): unknown {
  return events.flatMap((event) => {
    if (event.type !== "armada.step.completed") return [];
    const { n, output } = Completed.parse(event.data);
    return steps.get(n)?.agent === agent ? [output] : [];
  })[0];
}

function textOf(said: string): string {
  return !said.includes("\n") && existsSync(said) ? readFileSync(said, "utf8") : said;
}
