import { ArmadaError } from "@armada/contracts";
import { ModelError, type ModelRequest, type Models } from "@armada/models";
import { fitted } from "../journal/fitting.ts";

/** An answer, or what makes it of the request; `nth` counts the requests of its key from 1. */
export type Scripted<R> =
  | string
  | number
  | boolean
  | null
  | readonly unknown[]
  | Readonly<Record<string, unknown>>
  | ((request: R, nth: number) => unknown);

/**
 * Models that answer by task from a table: a value serves each time, a function is asked each time, `inTurn(…)` gives one after the
 * other. A task without an answer fails as the local model would; an answer that does not fit the request's schema throws.
 */
export function script(answers: Readonly<Record<string, Scripted<ModelRequest>>>): Models {
  const asked = new Map<string, number>();
  return {
    call: async (request) => {
      if (!Object.hasOwn(answers, request.task))
        throw new ModelError("LOCAL_MODEL_CANNOT", `the script has no answer for the task ${request.task}`);
      const value = fitted(
        request.schema,
        await nextAnswer(answers, request.task, asked, request),
        "OUTPUT_INVALID",
        `what script(…) has for the task ${request.task}`,
      );
      return { value, model: "script", usage: { inputTokens: 0, outputTokens: 0 }, costMicros: 0 };
    },
  };
}

/** One answer after the other; asked once more than there are, it throws. */
export function inTurn(...answers: readonly unknown[]): (request: unknown, nth: number) => unknown {
  return (_, nth) => {
    if (nth > answers.length)
      throw new ArmadaError("SCRIPT_EXHAUSTED", `the script has ${answers.length} answers and was asked for number ${nth}`, {
        hint: "give inTurn(…) one more, or a function",
      });
    return answers[nth - 1];
  };
}

/** What a table answers to the next request of `key`. */
export async function nextAnswer<R>(
  answers: Readonly<Record<string, Scripted<R>>>,
  key: string,
  asked: Map<string, number>,
  request: R,
): Promise<unknown> {
  const nth = (asked.get(key) ?? 0) + 1;
  asked.set(key, nth);
  const answer = answers[key];
  return typeof answer === "function" ? await answer(request, nth) : answer;
}
