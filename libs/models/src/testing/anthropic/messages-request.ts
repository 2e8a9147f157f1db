import { z } from "zod";
import { type ApiRequest, apiRequest, type Headers } from "../server/api-request.ts";
import type { Refusal } from "../server/wire.ts";
import { BREAKPOINTS, type Segment } from "./prompt-cache.ts";

const CacheControl = z.object({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).default("5m") }).nullish();
const TextBlock = z.object({ type: z.literal("text"), text: z.string().min(1), cache_control: CacheControl });
const DocumentBlock = z.object({
  type: z.literal("document"),
  title: z.string().max(500).nullish(),
  context: z.string().nullish(),
  source: z.object({ type: z.literal("text"), media_type: z.literal("text/plain"), data: z.string().min(1) }),
  cache_control: CacheControl,
});
const Content = z.union([z.string().min(1), z.array(z.discriminatedUnion("type", [TextBlock, DocumentBlock]))]);
const JsonSchema = z.record(z.string(), z.unknown());

/** The parts of a Messages request that this server serves; anything malformed in them is a 400, as at the API. */
const Body = z.object({
  model: z.string().min(1),
  max_tokens: z.number().int().positive(),
  stream: z.boolean().default(false),
  /** A breakpoint at the prompt's end. */
  cache_control: CacheControl,
  system: z.union([z.string(), z.array(TextBlock)]).optional(),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: Content })).min(1),
  tools: z
    .array(
      z.object({
        name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
        description: z.string().optional(),
        input_schema: JsonSchema,
        cache_control: CacheControl,
      }),
    )
    .default([]),
  tool_choice: z.object({ type: z.string(), name: z.string().optional() }).optional(),
  output_config: z.object({ format: z.object({ type: z.literal("json_schema"), schema: JsonSchema }).nullish() }).optional(),
});
type Body = z.infer<typeof Body>;

/** A request that the server answers, and its prompt in blocks. */
export type Accepted = { readonly request: ApiRequest; readonly segments: readonly Segment[] };
/** The models of a server, by name. */
export type Known = Pick<ReadonlySet<string>, "has">;
export type Refused = { readonly refused: Refusal; readonly message: string };

/** These answer 400 to a forced tool; source: their "what's new" pages at platform.claude.com, 2026-11. */
const NO_FORCED_TOOL = /^claude-(opus|sonnet)-5-5|^claude-fable-5-[12]/;

/** Reads the body of a Messages request, of an item of a batch too. */
export function acceptMessage(value: unknown, headers: Headers, models: Known): Accepted | Refused {
  const parsed = Body.safeParse(value ?? {});
  if (!parsed.success) return { refused: "invalid", message: placeOf(parsed.error) };
  const body = parsed.data;
  if (!models.has(body.model)) return { refused: "not_found", message: `model: ${body.model}` };
  const request = requestOf(body, headers);
  if (request.forcedTool !== undefined && NO_FORCED_TOOL.test(request.model))
    return { refused: "invalid", message: "tool_choice: forced tool use is not supported for this model" };
  const segments = segmentsOf(body);
  const marks = segments.flatMap(({ cache }) => cache ?? []);
  if (marks.length > BREAKPOINTS)
    return { refused: "invalid", message: `A maximum of ${BREAKPOINTS} blocks with cache_control may be provided. Found ${marks.length}.` };
  if (marks.includes("5m") && marks.lastIndexOf("1h") > marks.indexOf("5m"))
    return { refused: "invalid", message: "cache_control: a ttl='1h' block must not come after a ttl='5m' block" };
  return { request, segments };
}

/** The first thing that is wrong, and where. */
export function placeOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
}

function requestOf(body: Body, headers: Headers): ApiRequest {
  const blocks = body.messages.flatMap(({ content }) =>
    typeof content === "string" ? [{ type: "text" as const, text: content }] : content,
  );
  const forcedTool = body.tool_choice?.type === "tool" ? body.tool_choice.name : undefined;
  return apiRequest(
    {
      model: body.model,
      system: typeof body.system === "string" ? body.system : body.system?.map(({ text }) => text).join("\n"),
      schema: body.output_config?.format?.schema ?? body.tools.find((tool) => tool.name === forcedTool)?.input_schema,
      forcedTool,
      maxTokens: body.max_tokens,
      stream: body.stream,
      texts: blocks.flatMap((block) => (block.type === "text" ? [block.text] : [])),
      documents: blocks.flatMap((block) => (block.type === "document" ? [{ name: block.title ?? "", text: block.source.data }] : [])),
    },
    headers,
  );
}

/**
 * The prompt in the order in which a prefix of it can be cached: the answer's format, of which a change makes all new, tools,
 * system, messages. Source: platform.claude.com, "Prompt caching" and "Structured outputs", 2026-11.
 */
function segmentsOf(body: Body): Segment[] {
  const segments: Segment[] = [];
  const add = (text: string, control?: z.infer<typeof CacheControl>): void => void segments.push({ text, cache: control?.ttl });
  const format = body.output_config?.format?.schema;
  if (format !== undefined) add(JSON.stringify(format));
  for (const { cache_control, ...tool } of body.tools) add(JSON.stringify(tool), cache_control);
  if (typeof body.system === "string") add(body.system);
  else for (const { text, cache_control } of body.system ?? []) add(text, cache_control);
  for (const { role, content } of body.messages) {
    if (typeof content === "string") add(`${role}\n${content}`);
    else
      for (const block of content)
        add(
          block.type === "text" ? `${role}\n${block.text}` : documentText(role, block.title, block.context, block.source.data),
          block.cache_control,
        );
  }
  const last = segments.at(-1);
  if (body.cache_control && last !== undefined && last.cache === undefined)
    segments[segments.length - 1] = { ...last, cache: body.cache_control.ttl };
  return segments;
}

function documentText(role: string, title: string | null | undefined, context: string | null | undefined, data: string): string {
  return [role, title ?? "", context ?? "", data].join("\n");
}
