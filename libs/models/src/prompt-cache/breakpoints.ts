import { createHash } from "node:crypto";
import type { CacheControlEphemeral, MessageCreateParams, MessageCreateParamsStreaming } from "@anthropic-ai/sdk/resources/messages";
import type { CacheLife } from "../pricing/ceiling.ts";
import type { PrefixUse } from "./prefix-use.ts";

/** A request with its prefixes marked for the provider's cache. */
export type Marked = {
  readonly body: MessageCreateParamsStreaming;
  /** The longest life that is asked for. */
  readonly life: CacheLife;
  /** To be called when the answer begins: what was marked can be read from now on. */
  readonly began: () => void;
  /** The longest prefix that lives an hour, and how long it is worth renewing after this use, ms. */
  readonly renewable?: { readonly digest: string; readonly at: Boundary["at"]; readonly forMs: number };
};

/** Where a prefix ends: after the system text, or after a document of the first message. */
export type Boundary = { readonly at: "system" | number; readonly digest: string };

/** What is marked of a body that is sent as a stream, or in a batch. */
type Body = Pick<MessageCreateParams, "model" | "output_config" | "system" | "messages">;

/** At most so many marks in a request; source: platform.claude.com/docs/en/build-with-claude/prompt-caching, 2026-11. */
const MARKS = 4;

/**
 * The shortest prefix that is cached, in tokens; a mark on a shorter one has no effect and costs nothing, so the least is
 * enough where a model's own number is not known. Source: as above, "Cache limitations", and the models' overview pages, 2026-11.
 */
const SHORTEST: readonly (readonly [model: RegExp, tokens: number])[] = [
  [/^claude-(opus-4-[567]|haiku-4-5)/, 4_096],
  [/^/, 1_024],
];
/** A token of ordinary text has more bytes. */
const LEAST_BYTES_PER_TOKEN = 3;

export function unmarked(body: MessageCreateParamsStreaming): Marked {
  return { body, life: "none", began: () => undefined };
}

/** Marks the prefixes that pay: those that come again, where what follows them differs, and the longest. `task` tells which are used alike. */
export function marked(body: MessageCreateParamsStreaming, uses: PrefixUse, now: number, task: string): Marked {
  const { model, output_config } = body;
  const kind = JSON.stringify([model, task, output_config ?? null]);
  const decided = boundariesOf(body).map((boundary) => ({ ...boundary, ...uses.decide(now, boundary.digest, `${boundary.at} ${kind}`) }));
  const wanted = decided.filter(({ life }) => life !== "none");
  const ends = wanted.filter(({ uses: count }, i) => count > (wanted[i + 1]?.uses ?? 0));
  const kept = ends.length > MARKS ? [...ends.slice(0, MARKS - 1), ...ends.slice(-1)] : ends;
  if (kept.length === 0) return unmarked(body);
  // A longer life may not stand behind a shorter one: what is before it lives as long.
  const lives = kept.map((_, i): "5m" | "1h" => (kept.slice(i).some(({ life }) => life === "1h") ? "1h" : "5m"));
  const marks = new Map(kept.map(({ at }, i) => [at, control(lives[i] ?? "5m")]));
  kept.forEach(({ digest }, i) => {
    uses.sent(now, digest, lives[i] ?? "5m");
  });
  const last = kept.at(-1);
  const forMs = last === undefined || lives.at(-1) !== "1h" ? 0 : uses.renewFor(last.digest);
  return {
    body: withMarks(body, marks),
    life: lives[0] ?? "5m",
    ...(last === undefined ? {} : { renewable: { digest: last.digest, at: last.at, forMs } }),
    began: () => {
      for (const { digest } of kept) uses.began(digest);
    },
  };
}

/** The ends of the prefixes that are long enough, from the shortest on. The answer's format comes before all of them. */
export function boundariesOf({ model, output_config, system, messages }: Body): Boundary[] {
  const shortest = (SHORTEST.find(([name]) => name.test(model))?.[1] ?? 0) * LEAST_BYTES_PER_TOKEN;
  const head = JSON.stringify([model, output_config ?? null, system ?? null]);
  const hash = createHash("sha256").update(head);
  let bytes = Buffer.byteLength(head);
  const found: Boundary[] = [];
  const end = (at: Boundary["at"]): void => {
    if (bytes >= shortest) found.push({ at, digest: hash.copy().digest("base64url") });
  };
  if (system !== undefined) end("system");
  const content = messages[0]?.content;
  if (!Array.isArray(content)) return found;
  for (const [i, block] of content.entries()) {
    if (block.type !== "document") break;
    const text = JSON.stringify(block);
    hash.update(text);
    bytes += Buffer.byteLength(text);
    end(i);
  }
  return found;
}

/** The shortest request that reads the prefix, and so renews its life. */
export function renewal(body: MessageCreateParamsStreaming, at: Boundary["at"]): MessageCreateParamsStreaming {
  const content = body.messages[0]?.content;
  const documents = typeof at === "number" && Array.isArray(content) ? content.slice(0, at + 1) : [];
  const { system } = body;
  const plain = { ...body, ...(Array.isArray(system) ? { system: system.map(({ text }) => text).join("") } : {}), max_tokens: 1 };
  const bare = documents.map((block) => (block.type === "document" ? { ...block, cache_control: null } : block));
  return markedAt({ ...plain, messages: [{ role: "user", content: [...bare, { type: "text", text: "Say nothing." }] }] }, at);
}

/** The body with the one prefix marked to live an hour. */
export function markedAt<B extends Body>(body: B, at: Boundary["at"]): B {
  return withMarks(body, new Map([[at, control("1h")]]));
}

function withMarks<B extends Body>(body: B, marks: ReadonlyMap<Boundary["at"], CacheControlEphemeral>): B {
  const { system, messages } = body;
  const [first, ...others] = messages;
  const content = first?.content;
  if (first?.role !== "user" || !Array.isArray(content)) return body;
  const onSystem = marks.get("system");
  return {
    ...body,
    ...(onSystem === undefined || typeof system !== "string"
      ? {}
      : { system: [{ type: "text" as const, text: system, cache_control: onSystem }] }),
    messages: [
      {
        ...first,
        content: content.map((block, i) => {
          const mark = marks.get(i);
          return mark === undefined || block.type !== "document" ? block : { ...block, cache_control: mark };
        }),
      },
      ...others,
    ],
  };
}

function control(ttl: "5m" | "1h"): CacheControlEphemeral {
  return { type: "ephemeral", ttl };
}
