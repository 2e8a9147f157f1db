import type { z } from "zod";
import type { AnswerShape } from "./answer-shape.ts";
import { ModelError } from "./errors.ts";
import type { PricedUsage } from "./prices.ts";

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
  let json: unknown;
  try {
    json = JSON.parse(unfenced(streamed.text));
  } catch (cause) {
    const why = streamed.stopReason === "max_tokens" ? "it was cut at maxTokens" : "it is not JSON";
    throw new ModelError("MODEL_ANSWER_INVALID", `the answer of ${streamed.model} cannot be read: ${why}`, { cause });
  }
  const parsed = schema.safeParse(shape.wrapped ? unwrapped(json) : json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 3).map((issue) => `${["$", ...issue.path].join(".")}: ${issue.message}`);
  throw new ModelError("MODEL_ANSWER_INVALID", `the answer of ${streamed.model} does not fit its schema: ${issues.join("; ")}`, {
    cause: parsed.error,
  });
}

/** A model that is not held to a schema likes to put its JSON into a Markdown fence. */
function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
}

function unwrapped(json: unknown): unknown {
  return typeof json === "object" && json !== null && "value" in json ? json.value : json;
}
