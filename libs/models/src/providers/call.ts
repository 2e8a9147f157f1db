import type { Amount } from "@armada/contracts";
import { ModelError } from "../errors.ts";
import type { CallCost, CallOptions, ModelAnswer, ModelRequest, Usage } from "../port.ts";
import { tokensOf } from "../pricing/ceiling.ts";
import { type Ended, metered } from "../pricing/metered.ts";
import { costMicros, costOfAll, type Price, type PricedUsage } from "../pricing/prices.ts";
import type { AnswerShape } from "./answer-shape.ts";
import { costOfFailure, modelError } from "./errors.ts";
import { requestHeaders } from "./request-headers.ts";
import { answerOf, nothingYet, type Streamed } from "./streamed.ts";

/** One request to a provider, ready to be sent. */
export type ProviderCall<T> = {
  readonly request: ModelRequest<T>;
  readonly model: string;
  readonly price: Price;
  /** Of another model that had a part in the answer. @throws ModelError `MODEL_PRICE_MISSING` */
  readonly priceFor: (model: string) => Price;
  readonly ceiling: Amount;
  readonly shape: AnswerShape;
  /** Sends it and folds what comes into `streamed`, to its end. Throws what the SDK throws. */
  readonly stream: (headers: Record<string, string>, streamed: Streamed) => Promise<void>;
};

/** Pays for one provider call, makes it, and answers its parsed value. @throws ModelError, or the signal's reason */
export async function providerCall<T>(
  about: ProviderCall<T>,
  signal: AbortSignal,
  options: CallOptions | undefined,
): Promise<ModelAnswer<T>> {
  const { request, model, ceiling } = about;
  return metered(options?.meter, { tier: request.tier, model, ceiling }, signal, (call) => made(about, signal, call));
}

async function made<T>(about: ProviderCall<T>, signal: AbortSignal, call: string | undefined): Promise<Ended<ModelAnswer<T>>> {
  const { request, model, shape } = about;
  const streamed = nothingYet(model);
  try {
    await about.stream(requestHeaders(request, call), streamed);
    // An SDK ends the iteration quietly when it was aborted.
    signal.throwIfAborted();
    if (!streamed.complete) throw new ModelError("MODEL_STREAM_BROKEN", `the answer of ${model} broke off before its end`);
    const value = answerOf(streamed, shape, request.schema);
    const answer = { value, model: streamed.model, usage: plain(streamed.usage), costMicros: microsOf(about, streamed) };
    return { value: answer, cost: costOf(about, streamed) };
  } catch (thrown) {
    if (signal.aborted) return { error: signal.reason, cost: costOf(about, streamed, "given up before its end") };
    if (!streamed.begun) return { error: modelError(thrown, model), cost: costOfFailure(thrown) };
    const usage = plain(streamed.usage);
    const spent = { model: streamed.model, usage, costMicros: microsOf(about, streamed), exact: streamed.counted };
    const error = modelError(thrown, model, spent);
    return { error, cost: costOf(about, streamed, error.message) };
  }
}

type Pricing = Pick<ProviderCall<unknown>, "price" | "priceFor">;

/** A part whose model has no price is left out here, and `costOf` says that the whole is not known. */
function microsOf({ price, priceFor }: Pricing, { usage }: Streamed): number {
  try {
    return costOfAll(price, usage, priceFor);
  } catch {
    return costMicros(price, usage);
  }
}

/** An answer that the provider has counted to its end is billed, whether or not anyone can use it. */
function costOf({ price, priceFor }: Pricing, streamed: Streamed, reason = "the provider did not count it"): CallCost {
  const { model, usage } = streamed;
  if (!streamed.counted && !(streamed.complete && free(price))) return { kind: "unknown", reason };
  try {
    return billed(model, usage, costOfAll(price, usage, priceFor), price);
  } catch (error) {
    return { kind: "unknown", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The exact bill of a call. */
export function billed(model: string, usage: PricedUsage, micros: number, { since }: Pick<Price, "since">): CallCost {
  return { kind: "billed", model, usage: plain(usage), amount: { micros, tokens: tokensOf(plain(usage)) }, priced: since };
}

/** Whether everything at this price costs nothing. */
function free(price: Price): boolean {
  return price.input === 0 && price.output === 0 && price.above === undefined;
}

/** The usage as the port gives it. */
export function plain({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, others = [] }: PricedUsage): Usage {
  const own: Usage = {
    inputTokens,
    outputTokens,
    ...(cacheReadTokens === undefined ? {} : { cacheReadTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
  };
  return others.reduce((sum, { usage }) => together(sum, plain(usage)), own);
}

function together(a: Usage, b: Usage): Usage {
  const read = (a.cacheReadTokens ?? 0) + (b.cacheReadTokens ?? 0);
  const written = (a.cacheWriteTokens ?? 0) + (b.cacheWriteTokens ?? 0);
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    ...(read === 0 ? {} : { cacheReadTokens: read }),
    ...(written === 0 ? {} : { cacheWriteTokens: written }),
  };
}
