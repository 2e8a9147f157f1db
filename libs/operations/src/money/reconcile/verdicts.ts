import { ArmadaError } from "@armada/contracts";
import type { Price } from "@armada/models";
import type { LedgerCall } from "../account.ts";
import { byCall, type Verdict } from "./by-call.ts";
import { byHour, hoursOf } from "./by-hour.ts";
import type { Draw } from "./draws.ts";
import { providerCalls } from "./provider-account.ts";
import { usageByHour } from "./usage-report.ts";

/** Whose account of calls or usage report suspects are judged by. */
export type Provider = {
  /** Whose usage it is, whatever the environment names. */
  readonly usage?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked for where a usage report is to be read: what the provider takes for its tokens. */
  prices(): Promise<readonly Price[]>;
};

/** `draws`: how the suspects were drawn. `now`: ms since 1970. */
type About = Provider & { readonly draws: ReadonlyMap<string, Draw>; readonly now: number };

const ANTHROPIC = "https://api.anthropic.com";
/** How long before it was suspected a call may have come to the provider: a batch lives a day. */
const BEFORE_MS = 48 * 3_600_000;

/**
 * What each suspect turns out to be, by the provider that serves its model: by its account of calls where it has one, as a
 * local provider does; else by its usage report, which wants an admin key.
 * @throws ArmadaError `USAGE`, `USAGE_UNREADABLE`, `USAGE_REFUSED`
 */
export async function verdictsOf(
  suspects: readonly LedgerCall[],
  settled: readonly LedgerCall[],
  about: About,
): Promise<ReadonlyMap<LedgerCall, Verdict>> {
  const { env, now, draws } = about;
  const usage = about.usage === undefined ? undefined : addressOf("--usage", about.usage);
  const verdicts = new Map<LedgerCall, Verdict>();
  for (const [claude, ofProvider] of Map.groupBy(suspects, ({ model }) => model.startsWith("claude"))) {
    const base = usage ?? (claude ? (addressIn(env, "ANTHROPIC_BASE_URL") ?? ANTHROPIC) : addressIn(env, "OPENAI_BASE_URL"));
    const since = Math.min(...ofProvider.map(({ at }) => at)) - BEFORE_MS;
    const calls = base === undefined || base === ANTHROPIC ? undefined : await providerCalls(base, since);
    const found =
      calls !== undefined
        ? byCall(ofProvider, settled, calls, (call) => now - (draws.get(call.call)?.at ?? call.at))
        : claude
          ? await reported(ofProvider, settled, { ...about, base: base ?? ANTHROPIC })
          : stay(ofProvider, "its provider has no account of calls and no usage report that is read here: --usage URL names one");
    for (const [call, verdict] of found)
      verdicts.set(call, draws.get(call.call)?.batch === "open" && verdict.became !== "settled" ? MAY_COME : verdict);
  }
  return verdicts;
}

const MAY_COME: Verdict = { became: "suspect", why: "its step is open and may still send it in a batch" };

async function reported(
  suspects: readonly LedgerCall[],
  settled: readonly LedgerCall[],
  { base, env, now, draws, prices }: About & { readonly base: string },
): Promise<ReadonlyMap<LedgerCall, Verdict>> {
  const key = env.ANTHROPIC_ADMIN_KEY?.trim() ?? "";
  if (key === "") return stay(suspects, "ANTHROPIC_ADMIN_KEY is not set: the usage report wants an admin key of the organisation");
  const { from, to } = hoursOf(suspects.map(({ at }) => at));
  const usage = await usageByHour({ base, key, prices: await prices() }, from, Math.min(to, now));
  const inBatches = suspects.filter(({ call }) => draws.get(call)?.batch !== undefined);
  const live = suspects.filter(({ call }) => draws.get(call)?.batch === undefined);
  return new Map([...byHour(live, settled, usage, now), ...stay(inBatches, "it is in a batch, whose hour cannot be told")]);
}

function stay(suspects: readonly LedgerCall[], why: string): ReadonlyMap<LedgerCall, Verdict> {
  return new Map(suspects.map((call) => [call, { became: "suspect", why }]));
}

function addressIn(env: About["env"], name: string): string | undefined {
  const text = env[name]?.trim() ?? "";
  return text === "" ? undefined : addressOf(name, text);
}

/** @throws ArmadaError `USAGE` */
export function addressOf(name: string, text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new ArmadaError("USAGE", `${name} ${text} is no address`, { hint: "write http://127.0.0.1:4790 or https://api.anthropic.com" });
}
