import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { ModelRequest, Passage } from "../../port.ts";
import type { AnswerShape } from "../answer-shape.ts";
import { DEFAULT_MAX_TOKENS, instructions } from "../request-parts.ts";
import { strictSchema } from "./schema.ts";

/** The body of one chat completion. `newer`: OpenAI's own API, whose models refuse the name `max_tokens` that the others know. */
export function chatBody(request: ModelRequest, model: string, shape: AnswerShape, newer: boolean): ChatCompletionCreateParamsStreaming {
  const strict = shape.enforced ? strictSchema(shape.jsonSchema) : undefined;
  const texts = [...request.material.map(document), ...instructions(request, shape, strict !== undefined)];
  const { system } = request;
  return {
    model,
    stream: true,
    stream_options: { include_usage: true },
    [newer ? "max_completion_tokens" : "max_tokens"]: maxTokensOf(request),
    messages: [
      ...(system === undefined || system === "" ? [] : [{ role: "system" as const, content: system }]),
      { role: "user", content: texts.map((text) => ({ type: "text", text })) },
    ],
    ...formatOf(request, shape, strict),
  };
}

export function maxTokensOf(request: ModelRequest): number {
  return request.maxTokens ?? DEFAULT_MAX_TOKENS;
}

/** Held to the schema where it can be said strictly; shown it by most servers where it cannot; else it stands in the text alone. */
function formatOf(
  { task }: ModelRequest,
  { enforced, jsonSchema }: AnswerShape,
  strict: Record<string, unknown> | undefined,
): Pick<ChatCompletionCreateParamsStreaming, "response_format"> {
  if (!enforced) return {};
  const schema = strict ?? { ...jsonSchema };
  return { response_format: { type: "json_schema", json_schema: { name: task, schema, strict: strict !== undefined } } };
}

/** This protocol has no documents; nothing in a text may end its own. */
function document({ name, text }: Passage): string {
  return `<document name=${JSON.stringify(name)}>\n${text.replaceAll("</document>", "<\\/document>")}\n</document>`;
}
