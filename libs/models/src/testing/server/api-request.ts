import { z } from "zod";
import type { Passage } from "../../port.ts";
import { KEY_HEADER, TASK_HEADER } from "../../providers/anthropic/request.ts";

/** Names the paid call: what a ledger's draw is compared with. */
export const CALL_HEADER = "x-armada-call";

/** A request as a script sees it: what the adapter was asked, read back from the wire. */
export type ApiRequest = {
  readonly model: string;
  readonly task: string;
  readonly idempotencyKey: string | undefined;
  /** The header `x-armada-call`, or the `custom_id` of an item of a batch. */
  readonly call?: string | undefined;
  readonly system: string | undefined;
  readonly prompt: string;
  /** All that the messages and their documents say. */
  readonly text: string;
  readonly material: readonly Passage[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  readonly forcedTool: string | undefined;
  readonly maxTokens: number;
  readonly stream: boolean;
  /** Of a stream of chat completions: its last chunk is to tell the usage. */
  readonly streamUsage?: boolean;
};

/** What the model would have said: the value asked for, as plain JSON. */
export type ApiScript = (task: string, request: ApiRequest) => unknown;

/** A request's headers by their names in lower case. */
export type Headers = (name: string) => string | undefined;

/** What both protocols have, from which the rest of an `ApiRequest` is read. */
export type Said = Pick<ApiRequest, "model" | "system" | "schema" | "forcedTool" | "maxTokens" | "stream"> & {
  readonly texts: readonly string[];
  readonly documents: readonly Passage[];
  readonly streamUsage?: boolean;
};

export function apiRequest({ texts, documents, ...said }: Said, headers: Headers): ApiRequest {
  const inside = (tag: string): string | undefined => {
    const has = (text: string): boolean => text.includes(`<${tag}>`) && text.includes(`</${tag}>`);
    const marked = texts.find((text) => text.startsWith(`<${tag}>`) && has(text)) ?? texts.find(has);
    return marked?.slice(marked.indexOf(`<${tag}>`) + tag.length + 2, marked.lastIndexOf(`</${tag}>`)).trim();
  };
  return {
    ...said,
    task: headers(TASK_HEADER) ?? inside("task") ?? said.forcedTool ?? "",
    idempotencyKey: headers(KEY_HEADER),
    call: headers(CALL_HEADER),
    prompt: inside("prompt") ?? "",
    text: [...documents.map((document) => document.text), ...texts].join("\n"),
    material: documents,
    params: paramsOf(inside("parameters")),
  };
}

function paramsOf(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  const parsed = z.record(z.string(), z.unknown()).safeParse(jsonOf(text));
  return parsed.success ? parsed.data : {};
}

/** @returns undefined where it is no JSON */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
