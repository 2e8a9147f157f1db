import type { CallOptions, ModelRequest, Tier } from "@armada/models";
import { z } from "zod";
import { CHARACTERS } from "./answers.ts";
import type { Call } from "./calls.ts";
import type { Measures } from "./measures.ts";
import type { Task, Workload } from "./workload.ts";

const Answer = z.object({ text: z.string() });
type Answer = z.infer<typeof Answer>;

/** An author allows an answer so many times its usual length. */
const ROOM = 3;

/** How long the provider takes in the bench, which no list says: the first token after a second, then 60 a second. */
export const FIRST_TOKEN_MS = 1_000;
export const TOKENS_PER_SECOND = 60;

/** The request of a call: what its task's calls in a team share is the system text, what a burst shares is material. */
export function requestOf(call: Call, tier: Tier): ModelRequest<Answer> {
  const { task, context, contextTokens } = call;
  const long = textOf(`${context} `, contextTokens);
  return {
    tier,
    task: task.name,
    prompt: textOf(`${call.prompt} (answer of ${call.answerTokens} tokens) `, call.promptTokens),
    ...(task.contextOf === "team" ? { system: long } : {}),
    material: task.contextOf === "burst" ? [{ name: "source", text: long }] : [],
    schema: Answer,
    maxTokens: task.answerTokens * ROOM,
  };
}

export function tierOfTask({ tier }: Task, { unoptimisedTier }: Workload, measures: Measures): Tier {
  return measures.has("tiers") ? tier : unoptimisedTier.tier;
}

/** How an agent of the task would have its calls made. */
export function optionsOf(task: Task, measures: Measures): Pick<CallOptions, "cache" | "batch"> {
  const max = measures.has("joint") && task.batchable ? jointOf(task) : 1;
  return {
    ...(measures.has("results") ? { cache: { ttlMs: task.repeatHours * 3_600_000, scope: "team" } } : {}),
    ...(max > 1 ? { batch: { max, withinMs: task.burst.withinSeconds * 1_000 } } : {}),
  };
}

/** The most of a burst that, gathered over its seconds and answered in one, are still in time. */
function jointOf({ burst, answerTokens, toleranceSeconds }: Task): number {
  const longest = 2 * answerTokens; // no answer of a workload is longer than 1.5 times its mean
  const left = toleranceSeconds - burst.withinSeconds - FIRST_TOKEN_MS / 1_000;
  return Math.max(1, Math.min(burst.calls, Math.floor((left * TOKENS_PER_SECOND) / longest)));
}

function textOf(start: string, tokens: number): string {
  return start.padEnd(tokens * CHARACTERS, "some words of the text that stands here ");
}
