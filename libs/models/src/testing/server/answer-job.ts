import type { Accepted } from "../anthropic/messages-request.ts";
import { type CacheUse, type PromptCache, roughTokens } from "../anthropic/prompt-cache.ts";
import { type ApiUsage, overridden } from "../books/api-usage.ts";
import type { ApiRequest, ApiScript } from "./api-request.ts";
import type { Fault } from "./faults.ts";
import type { Job, Refuse } from "./serve.ts";
import type { Reply, Wire } from "./wire.ts";

/** One answer as it was planned before its request is served: a text word for word, or a refusal. */
export type Plan = {
  readonly text: string;
  /** Instead of what is counted. */
  readonly usage?: Partial<ApiUsage>;
  /** Instead of the server's own, milliseconds. */
  readonly delayMs?: number | undefined;
  readonly pieceMs?: number | undefined;
  /** The connection is cut in the middle of it. */
  readonly breaks?: boolean | undefined;
  readonly refuse?: Refuse | undefined;
};

/** What answers requests: a script or plans, and what a test wants to be told as usage. */
export type Answering = {
  readonly script?: ApiScript | undefined;
  /** Instead of a script. */
  readonly plan?: ((request: ApiRequest) => Plan) | undefined;
  readonly usage?: ((request: ApiRequest) => Partial<ApiUsage>) | undefined;
  /** Deltas of one streamed answer. */
  readonly pieces: number;
  readonly cache: PromptCache;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** A message or a chat completion as a job. */
export function answerJob({ request, segments }: Accepted, wire: Wire, id: string, fault: Fault | undefined, how: Answering): Job {
  const use = how.cache.look(request.model, segments, how.now());
  const plan = how.plan?.(request);
  const asked = wire.provider === "openai" ? readOnly(use) : usageOf(use);
  return {
    about: {
      id,
      provider: wire.provider,
      model: request.model,
      task: request.task,
      ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
      ...(request.call === undefined ? {} : { call: request.call }),
    },
    wire,
    stream: request.stream,
    fault: plan?.breaks === true ? "brokenStream" : fault,
    asked,
    refuse: plan?.refuse,
    delayMs: plan?.delayMs,
    pieceMs: plan?.pieceMs,
    async make(cut) {
      const made = await replyOf(id, request, asked, how, plan);
      const reply = cut ? { ...made, cut, json: made.json.slice(0, Math.floor(made.json.length / 2)) } : made;
      return {
        usage: reply.usage,
        whole: () => JSON.stringify(wire.whole(reply)),
        frames: () => wire.frames(reply, how.pieces),
      };
    },
    onBilled: () => use.commit(how.now()),
  };
}

/** @throws what the script throws, and Error for a refusal that was planned */
export async function replyOf(
  id: string,
  request: ApiRequest,
  asked: ApiUsage,
  how: Answering,
  plan = how.plan?.(request),
): Promise<Reply> {
  if (plan?.refuse !== undefined) throw new Error(plan.refuse.message);
  const json = plan?.text ?? JSON.stringify(await how.script?.(request.task, request));
  const counted = { ...asked, output_tokens: roughTokens(json) };
  return { id, request, json, usage: overridden(counted, plan?.usage ?? how.usage?.(request)), cut: false };
}

export function usageOf(use: CacheUse): ApiUsage {
  return {
    input_tokens: use.input,
    output_tokens: 0,
    cache_read_input_tokens: use.read,
    cache_creation_input_tokens: use.write5m + use.write1h,
    cache_creation: { ephemeral_5m_input_tokens: use.write5m, ephemeral_1h_input_tokens: use.write1h },
  };
}

/** Where writing to the cache costs nothing, what is written is input like any other. */
function readOnly(use: CacheUse): ApiUsage {
  return {
    input_tokens: use.input + use.write5m + use.write1h,
    output_tokens: 0,
    cache_read_input_tokens: use.read,
    cache_creation_input_tokens: 0,
  };
}
