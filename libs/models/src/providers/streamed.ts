import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { ModelError } from "../errors.ts";
import type { PricedUsage } from "../pricing/prices.ts";
import type { AnswerShape } from "./answer-shape.ts";
import { jsonReadings } from "./answer-text.ts";
import { fitted } from "./fitted.ts";

/** What a stream gave, as far as it came. */
export type Streamed = {
  text: string;
  /** As the provider names it; the asked model until the first event. */
  model: string;
  usage: PricedUsage;
  /** `max_tokens`, `refusal` or `model_context_window_exceeded`; others need no care. */
  stopReason: string | undefined;
  stopDetail: string | undefined;
  /** The first event arrived: from here on the call is billed. */
  begun: boolean;
  /** The last event arrived. */
  complete: boolean;
  /** `usage` is all that will be billed; a server that does not count never says so. */
  counted: boolean;
};

export function nothingYet(model: string): Streamed {
  const usage = { inputTokens: 0, outputTokens: 0 };
  return { text: "", model, usage, stopReason: undefined, stopDetail: undefined, begun: false, complete: false, counted: false };
}

/** Tells a watcher each piece. One that throws hears no more: the answer is paid for, and goes on. */
export function teller(onText: ((piece: string) => void) | undefined): (piece: string | undefined) => void {
  let listening = onText !== undefined;
  return (piece) => {
    if (!listening || piece === undefined) return;
    try {
      onText?.(piece);
    } catch {
      listening = false;
    }
  };
}

/** The value of a complete answer. @throws ModelError `MODEL_REFUSED`, `MODEL_BAD_REQUEST`, `MODEL_ANSWER_INVALID` */
export function answerOf<T>(streamed: Streamed, shape: AnswerShape, schema: z.ZodType<T>): T {
  if (streamed.stopReason === "refusal")
    throw new ModelError(
      "MODEL_REFUSED",
      `${streamed.model} refused to answer${streamed.stopDetail === undefined ? "" : `: ${streamed.stopDetail}`}`,
    );
  if (streamed.stopReason === "model_context_window_exceeded")
    throw new ModelError("MODEL_BAD_REQUEST", `material and answer are longer than the context window of ${streamed.model}`);
  let misfit: { readonly error: z.ZodError; readonly why: string } | undefined;
  for (const values of jsonReadings(streamed.text)) {
    const fits: { readonly value: T }[] = [];
    for (const json of values) {
      const read = fitted(schema, shape.wrapped ? unwrapped(json) : json);
      if ("error" in read) misfit ??= read;
      else if (!fits.some(({ value }) => isDeepStrictEqual(value, read.value))) fits.push(read);
    }
    const [fit, another] = fits;
    if (another !== undefined)
      throw new ModelError(
        "MODEL_ANSWER_INVALID",
        `the answer of ${streamed.model} holds ${fits.length} different values that fit its schema`,
      );
    if (fit !== undefined) return fit.value;
  }
  if (misfit !== undefined)
    throw new ModelError("MODEL_ANSWER_INVALID", `the answer of ${streamed.model} does not fit its schema: ${misfit.why}`, {
      cause: misfit.error,
    });
  const why = streamed.stopReason === "max_tokens" ? "it was cut at maxTokens" : "it is not JSON";
  throw new ModelError("MODEL_ANSWER_INVALID", `the answer of ${streamed.model} cannot be read: ${why}`);
}

function unwrapped(json: unknown): unknown {
  return typeof json === "object" && json !== null && "value" in json ? json.value : json;
}
