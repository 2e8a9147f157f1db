import { ArmadaError } from "@armada/contracts";
import { z } from "zod";

const count = z.number().int().min(0);
const Tokens = z.object({ input: count, output: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count });
const Calls = z.object({
  data: z.array(z.object({ call: z.string().nullable(), tokens: Tokens, costMicros: count, billed: z.boolean(), open: z.boolean() })),
});

/** What a provider billed for one call, and whether it still works on it. */
export type ProviderCall = { readonly micros: number; readonly tokens: number; readonly open: boolean };

const TIMEOUT_MS = 10_000;

/**
 * The calls that a local provider keeps an account of (`GET /v1/armada/calls`), by their ids; undefined where the server
 * has no such account. `base`: its address, with or without `/v1`. @throws ArmadaError `USAGE_UNREADABLE`
 */
export async function providerCalls(base: string, since: number): Promise<ReadonlyMap<string, ProviderCall> | undefined> {
  const url = `${base.replace(/\/+$/, "").replace(/\/v1$/, "")}/v1/armada/calls?since=${new Date(since).toISOString()}`;
  const answer = await get(url);
  if (answer.status !== 200) return undefined;
  const parsed = Calls.safeParse(answer.body);
  if (!parsed.success) return undefined;
  return new Map(
    parsed.data.data.flatMap(({ call, tokens, costMicros, open }): [string, ProviderCall][] => {
      const all = tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
      return call === null ? [] : [[call, { micros: costMicros, tokens: all, open }]];
    }),
  );
}

/** @throws ArmadaError `USAGE_UNREADABLE` where nobody answers */
export async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; body: unknown }> {
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: answer.status, body: await answer.json().catch(() => undefined) };
  } catch (cause) {
    throw new ArmadaError("USAGE_UNREADABLE", `the provider's usage at ${new URL(url).origin} cannot be read`, {
      cause,
      hint: "is the server up? name another by --usage URL; nothing was changed, and suspects stay suspect",
      retryable: true,
    });
  }
}
