import type { ShadowCall } from "@armada/engine/shadow/shadow-calls";
import type { ShadowNext, ShadowOutcome } from "@armada/engine/shadow/shadow-step";
import type { Session } from "@armada/operations/mesh/session";
import { type DryRun, dryRun } from "@armada/operations/parked/dry-run";
import { loadSettings } from "@armada/runtime/config";
import { modelsFrom } from "@armada/runtime/models";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { fitted } from "../render/fitted.ts";
import { oneLine } from "../render/one-line.ts";
import { settingsFor } from "../settings.ts";
import { definitionOf } from "../teams.ts";
import { filterOf, type ParkedFlags } from "./parked-flags.ts";
import { meantBy } from "./settle-parked.ts";

/** `from`: the folder of a team's code, where that is not in `services/`. */
export type DryRunFlags = ParkedFlags & { readonly dryRun?: boolean; readonly withReads?: boolean; readonly from?: string };

const TIERS = ["worker", "specialist", "orchestrator"] as const;

/** What today's code would do with parked steps, one after the other; fails where a step would fail again, or its run stop. */
export async function dryRunCommand(
  session: Parameters<typeof meantBy>[0] & Pick<Session, "objects" | "answers" | "teams" | "manifests" | "mesh">,
  teams: readonly string[],
  runs: readonly string[],
  { withReads = false, from, ...flags }: DryRunFlags,
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  const { steps, messages } = await meantBy(session, teams, runs, filterOf(flags), out);
  const definitions = new Map<string, ReturnType<typeof definitionOf>>();
  const definition = (team: string): ReturnType<typeof definitionOf> => {
    const known = definitions.get(team) ?? definitionOf(session, team, from);
    definitions.set(team, known);
    return known;
  };
  let failed = 0;
  for (const step of steps) {
    const { team, run } = step;
    const about = { ...(await modelsOf(session.mesh, team)), reads: withReads };
    const found = await dryRun(session, await definition(team), step, about, signal);
    if (found.outcome.kind === "failed" || found.next.some(({ does }) => does === "stop")) failed++;
    out.emit({ type: "dry-run", team, run, ...found });
    out.say(fitted(`${run}  ${team}  step ${found.n} ${found.agent}, attempt ${found.attempt}`));
    for (const call of found.calls) out.say(fitted(`  ${callSaid(call)}`));
    if (found.onRecord.length > 0) out.say(fitted(`  on record, and not done again: ${found.onRecord.join(", ")}`));
    for (const line of outcomeSaid(found.outcome)) out.say(fitted(`  ${line}`));
    for (const next of found.next) out.say(fitted(`  then ${nextSaid(next)}`));
  }
  for (const { team, seq } of messages) out.complain(`${team}:${seq} belongs to no run, and has no dry run`);
  if (steps.length === 0) out.say("nothing that is parked is meant: there is nothing to do");
  else out.say("nothing was changed: no tool was called that writes, and no provider was asked");
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

/** What a team's tiers mean on this mesh, and the local model where that is what it asks. */
async function modelsOf(mesh: Session["mesh"], team: string): Promise<Pick<DryRun, "tiers" | "local">> {
  const settings = mesh?.settings;
  const { models } = (settings === undefined ? await settingsFor({}) : await loadSettings({ file: undefined, env: {}, flags: {} })).config;
  const said = (path: string): string | undefined => settings?.find((one) => one.path === path)?.value.toString();
  const tiers = Object.fromEntries(TIERS.map((tier) => [tier, said(`models.tiers.${tier}`) ?? models.tiers[tier]]));
  const found = (name: string): unknown => mesh?.environment?.find((one) => one.name === name)?.value;
  const isLocal = (found(`models of ${team}`) ?? found("models")) === "local";
  return { tiers: { ...models.tiers, ...tiers }, local: isLocal ? modelsFrom({}, { ...models, tiers: LOCAL }).models : undefined };
}

const LOCAL = { worker: "local", specialist: "local", orchestrator: "local" } as const;

function callSaid(call: ShadowCall): string {
  if (call.kind === "tool") {
    const { tool, effect, how, input } = call;
    return `${how === "held" ? "would call" : "called"} tool ${tool} (${effect}) with ${valueSaid(input)}`;
  }
  const { task, tier, tokens } = call;
  const what = `${task} (${tier}, about ${tokens} tokens)`;
  if (call.how === "held") return `would ask the model: ${what}`;
  if (call.how === "local") return `asked the local model: ${what}`;
  return `the model's answer of ${call.at ?? "before"} serves: ${what}`;
}

function outcomeSaid(outcome: ShadowOutcome): string[] {
  switch (outcome.kind) {
    case "completed":
      return [`completes with ${valueSaid(outcome.output)}`];
    case "refused":
      return [`refuses: ${oneLine(outcome.message)} (${outcome.code})`];
    case "held":
      return ["what comes after that is not known here"];
    case "failed": {
      const { code, message, hint, stack, terminal, fallback } = outcome;
      const last = terminal ? ", and no other attempt is made" : "";
      return [
        `fails: ${oneLine(message)} (${code})${last}`,
        ...(hint === undefined ? [] : [hint]),
        ...(stack === undefined ? [] : stack.split("\n").slice(0, 3)),
        ...(fallback === undefined
          ? []
          : "output" in fallback
            ? [`its fallback answers ${valueSaid(fallback.output)}`]
            : [`its fallback fails as well: ${oneLine(fallback.message)} (${fallback.code})`]),
      ];
    }
    default:
      return outcome satisfies never;
  }
}

function nextSaid({ does, what, data }: ShadowNext): string {
  return `${does} ${what}${data === undefined ? "" : ` ${valueSaid(data)}`}`;
}

const valueSaid = (value: unknown): string => oneLine(JSON.stringify(value) ?? "nothing");
