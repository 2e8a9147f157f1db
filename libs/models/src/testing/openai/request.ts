import { z } from "zod";
import type { Passage } from "../../port.ts";
import { type Accepted, type Known, placeOf, type Refused } from "../anthropic/messages-request.ts";
import { apiRequest, type Headers, jsonOf } from "../server/api-request.ts";

const Part = z.object({ type: z.literal("text"), text: z.string() });
const Body = z.object({
  model: z.string().min(1),
  messages: z
    .array(z.object({ role: z.enum(["developer", "system", "user", "assistant"]), content: z.union([z.string(), z.array(Part).min(1)]) }))
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
  response_format: z
    .discriminatedUnion("type", [
      z.object({ type: z.literal("text") }),
      z.object({ type: z.literal("json_object") }),
      z.object({
        type: z.literal("json_schema"),
        json_schema: z.object({
          name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
          schema: z.record(z.string(), z.unknown()).optional(),
          strict: z.boolean().nullish(),
        }),
      }),
    ])
    .optional(),
});

const NO_CEILING = 1_000_000;

/** Reads the body of a chat completion. Prefixes are cached without being asked, so each message ends in a breakpoint. */
export function acceptChat(value: unknown, headers: Headers, models: Known | undefined): Accepted | Refused {
  const parsed = Body.safeParse(value ?? {});
  if (!parsed.success) return { refused: "invalid", message: placeOf(parsed.error) };
  const body = parsed.data;
  if (models !== undefined && !models.has(body.model))
    return { refused: "not_found", message: `The model \`${body.model}\` does not exist or you do not have access to it.` };
  const said = body.messages.map(({ role, content }) => ({
    role,
    texts: typeof content === "string" ? [content] : content.map(({ text }) => text),
  }));
  const system = said.flatMap(({ role, texts }) => (role === "system" || role === "developer" ? texts : []));
  const texts = said.flatMap((message) => (message.role === "user" || message.role === "assistant" ? message.texts : []));
  const schema = body.response_format?.type === "json_schema" ? body.response_format.json_schema.schema : undefined;
  const request = apiRequest(
    {
      model: body.model,
      system: system.length === 0 ? undefined : system.join("\n"),
      schema,
      forcedTool: undefined,
      maxTokens: body.max_completion_tokens ?? body.max_tokens ?? NO_CEILING,
      stream: body.stream === true,
      streamUsage: body.stream_options?.include_usage === true,
      texts,
      documents: texts.flatMap(documentsIn),
    },
    headers,
  );
  const segments = [
    ...(schema === undefined ? [] : [{ text: JSON.stringify(schema), cache: "5m" as const }]),
    ...said.flatMap((message) => message.texts.map((text) => ({ text: `${message.role}\n${text}`, cache: "5m" as const }))),
  ];
  return { request, segments };
}

/** This protocol has no documents: `<document name="…">…</document>` in a text is read as one. */
function documentsIn(text: string): Passage[] {
  return Array.from(text.matchAll(/<document (?:name|title)=("(?:[^"\\]|\\.)*")>\n?([\s\S]*?)\n?<\/document>/g), ([, name, body]) => ({
    name: z
      .string()
      .catch(name ?? "")
      .parse(jsonOf(name ?? "")),
    text: (body ?? "").replaceAll("<\\/document>", "</document>"),
  }));
}
