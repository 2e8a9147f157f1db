import type { DocumentBlockParam, MessageCreateParamsStreaming, TextBlockParam } from "@anthropic-ai/sdk/resources/messages";
import type { AnswerShape } from "./answer-shape.ts";
import type { ModelRequest } from "./port.ts";

/** Thinking counts towards the answer's tokens, so the ceiling is well over what a schema needs. */
export const DEFAULT_MAX_TOKENS = 16_000;

export { KEY_HEADER, TASK_HEADER } from "./request-headers.ts";

/**
 * The body of one Messages request. `format` is the JSON Schema to hold the model to, absent where the provider cannot.
 * The order is from what changes least to what changes most, which is what prompt caching wants: system, material, parameters, prompt.
 * No tool is forced: the 5.5 models answer 400 to that (platform.claude.com, "Forced tool use is not supported").
 */
export function requestBody(
  request: ModelRequest,
  model: string,
  shape: AnswerShape,
  format: { [key: string]: unknown } | undefined,
): MessageCreateParamsStreaming {
  const content: (TextBlockParam | DocumentBlockParam)[] = request.material.map((passage) => document(passage.name, passage.text));
  if (request.params !== undefined) content.push(text(`<parameters>\n${JSON.stringify(request.params)}\n</parameters>`));
  if (request.prompt !== undefined && request.prompt !== "") content.push(text(`<prompt>\n${request.prompt}\n</prompt>`));
  content.push(text(`<task>${request.task}</task>${shape.enforced ? "" : shown(shape)}`));
  return {
    model,
    max_tokens: request.maxTokens ?? DEFAULT_MAX_TOKENS,
    stream: true,
    ...(request.system === undefined || request.system === "" ? {} : { system: request.system }),
    messages: [{ role: "user", content }],
    ...(format === undefined ? {} : { output_config: { format: { type: "json_schema", schema: format } } }),
  };
}

function text(value: string): TextBlockParam {
  return { type: "text", text: value };
}

/** The API refuses a document without text, and a title over 500 characters. */
function document(name: string, body: string): TextBlockParam | DocumentBlockParam {
  if (body.trim() === "") return text(`The document ${JSON.stringify(name)} is empty.`);
  return { type: "document", title: name.slice(0, 500), source: { type: "text", media_type: "text/plain", data: body } };
}

function shown(shape: AnswerShape): string {
  return `\nAnswer with one JSON value that fits this JSON Schema, and with nothing else:\n${JSON.stringify(shape.jsonSchema)}`;
}
