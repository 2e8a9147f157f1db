import { z } from "zod";
import { KEY_HEADER, TASK_HEADER } from "../anthropic-request.ts";
import type { Passage } from "../port.ts";

const TextBlock = z.object({ type: z.literal("text"), text: z.string().min(1) });
const DocumentBlock = z.object({
  type: z.literal("document"),
  title: z.string().max(500).nullish(),
  source: z.object({ type: z.literal("text"), media_type: z.literal("text/plain"), data: z.string().min(1) }),
});
const Content = z.union([z.string().min(1), z.array(z.union([TextBlock, DocumentBlock]))]);
const JsonSchema = z.record(z.string(), z.unknown());

/** The parts of a Messages request that this server serves; anything malformed in them is a 400, as at the API. */
export const Body = z.object({
  model: z.string().min(1),
  max_tokens: z.number().int().positive(),
  stream: z.boolean().default(false),
  system: z.union([z.string(), z.array(TextBlock)]).optional(),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: Content })).min(1),
  tools: z.array(z.object({ name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/), input_schema: JsonSchema })).default([]),
  tool_choice: z.object({ type: z.string(), name: z.string().optional() }).optional(),
  output_config: z.object({ format: z.object({ type: z.literal("json_schema"), schema: JsonSchema }).nullish() }).optional(),
});
export type Body = z.infer<typeof Body>;

/** A request as a script sees it: what the adapter was asked, read back from the wire. */
export type ApiRequest = {
  readonly model: string;
  readonly task: string;
  readonly idempotencyKey: string | undefined;
  readonly system: string | undefined;
  readonly prompt: string;
  readonly material: readonly Passage[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  readonly forcedTool: string | undefined;
  readonly maxTokens: number;
  readonly stream: boolean;
};

export function apiRequest(body: Body, headers: (name: string) => string | undefined): ApiRequest {
  const blocks = body.messages.flatMap(({ content }) =>
    typeof content === "string" ? [{ type: "text" as const, text: content }] : content,
  );
  const texts = blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
  const inside = (tag: string): string | undefined => {
    const marked = texts.find((text) => text.startsWith(`<${tag}>`) && text.includes(`</${tag}>`));
    return marked?.slice(tag.length + 2, marked.lastIndexOf(`</${tag}>`)).trim();
  };
  const forcedTool = body.tool_choice?.type === "tool" ? body.tool_choice.name : undefined;
  const system = typeof body.system === "string" ? body.system : body.system?.map((block) => block.text).join("\n");
  return {
    model: body.model,
    task: headers(TASK_HEADER) ?? inside("task") ?? forcedTool ?? "",
    idempotencyKey: headers(KEY_HEADER),
    system,
    prompt: inside("prompt") ?? "",
    material: blocks.flatMap((block) => (block.type === "document" ? [{ name: block.title ?? "", text: block.source.data }] : [])),
    params: paramsOf(inside("parameters")),
    schema: body.output_config?.format?.schema ?? body.tools.find((tool) => tool.name === forcedTool)?.input_schema,
    forcedTool,
    maxTokens: body.max_tokens,
    stream: body.stream,
  };
}

function paramsOf(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : {};
}

/** About four characters a token: enough for sums that must agree, not for a bill. */
export function roughTokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}
