import { ArmadaError } from "@armada/contracts";
import { lengthOf, type Output } from "../output.ts";
import { type Problem, placeOf, RefusedCode } from "./problem.ts";
import type { TypeFault } from "./type-check.ts";

/** So many type errors are said; of more it is said how many. */
const MOST = 10;

/** Says what became of a change: a line each, errors with their place. */
export type Teller = {
  serves(service: string, how: "started" | "restarted", ms: number, files: readonly string[]): void;
  /** The code as it is now was refused. `runs`: what ran before goes on. */
  refuses(service: string, error: unknown, ms: number, files: readonly string[], runs: boolean): void;
  /** What stands in the way of `dev` itself. */
  failed(what: string, error: unknown): void;
  stopped(service: string): void;
  /** All that is wrong with types; said where it is not what was said before. */
  types(errors: readonly TypeFault[]): void;
  /** Settings that hold from the next start only. */
  settings(file: string, paths: readonly string[]): void;
};

export function tellerOf(out: Output): Teller {
  let told = "[]";
  return {
    serves: (service, how, ms, files) => {
      out.emit({ type: "restart", team: service, status: how, ms: Math.round(ms), files });
      out.say(`${service}: ${how} in ${seconds(ms)}${files.length === 0 ? "" : ` (${fewOf(files)})`}`);
    },
    refuses: (service, error, ms, files, runs) => {
      const problem = problemIn(error);
      out.emit({ type: "restart", team: service, status: "refused", ms: Math.round(ms), files, problem });
      const place = placeOf(problem);
      out.say(`${service}: ${place === "" ? "" : `${place} `}${problem.message} (${problem.code})`);
      if (problem.hint !== undefined) out.say(`  ${problem.hint}`);
      out.say(runs ? "  the version before goes on" : "  it starts once that is mended");
    },
    failed: (what, error) => {
      const { code, message, hint } = problemIn(error);
      out.emit({ type: "error", code, message, ...(hint === undefined ? {} : { hint }) });
      out.say(`${what}: ${message} (${code})${hint === undefined ? "" : `\n  ${hint}`}`);
    },
    stopped: (service) => {
      out.emit({ type: "restart", team: service, status: "stopped", ms: 0, files: [] });
      out.say(`${service}: stopped, for its folder is gone; its streams stay, \`armada remove team ${service}\` takes them away`);
    },
    types: (errors) => {
      const now = JSON.stringify(errors);
      if (now === told) return;
      told = now;
      out.emit({ type: "types", errors });
      if (errors.length === 0) out.say("types: no errors any more");
      for (const error of errors.slice(0, MOST)) out.say(`types: ${placeOf(error)} ${error.message} (${error.code})`);
      if (errors.length > MOST) out.say(`types: and ${errors.length - MOST} more; \`npx tsc --noEmit\` shows all`);
    },
    settings: (file, paths) => {
      out.emit({ type: "settings", file, changed: paths });
      if (paths.length > 0) out.say(`${file}: ${paths.join(", ")} will hold once this is started again: Ctrl-C, then \`armada dev\``);
    },
  };
}

function problemIn(error: unknown): Problem {
  if (error instanceof RefusedCode) return error.problem;
  if (!(error instanceof ArmadaError)) return { code: "UNEXPECTED", message: error instanceof Error ? error.message : String(error) };
  return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
}

function fewOf(files: readonly string[]): string {
  const [first = "", ...more] = files;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

/** `0.6 s`. */
function seconds(ms: number): string {
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : lengthOf(ms);
}
