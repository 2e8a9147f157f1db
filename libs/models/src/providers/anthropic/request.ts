import type { DocumentBlockParam, MessageCreateParamsStreaming, TextBlockParam } from "@anthropic-ai/sdk/resources/messages";
import type { ModelRequest } from "../../port.ts";
import type { AnswerShape } from "../answer-shape.ts";
import { DEFAULT_MAX_TOKENS, instructions } from "../request-parts.ts";

export { KEY_HEADER, TASK_HEADER } from "../request-headers.ts";

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
  content.push(...instructions(request, shape, shape.enforced).map(text));
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
