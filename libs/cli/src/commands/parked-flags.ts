import { ArmadaError } from "@armada/contracts";
import type { ParkedFilter } from "@armada/operations/parked/list";
import { lengthOf } from "../arguments/length.ts";

/** Which parked steps are meant. */
export type ParkedFlags = {
  readonly team?: string;
  readonly agent?: string;
  readonly code?: string;
  readonly workflow?: string;
  readonly older?: string;
  readonly limit?: string;
};

/** @throws ArmadaError `USAGE` */
export function filterOf({ agent, code, workflow, older, limit }: ParkedFlags): ParkedFilter {
  return {
    ...(agent === undefined ? {} : { agent }),
    ...(code === undefined ? {} : { code }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(older === undefined ? {} : { olderThan: Date.now() - lengthOf("--older", older) }),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  };
}

/** Whoever means all of them says so. @throws ArmadaError `USAGE` */
export function checkMeant(runs: readonly string[], { all, ...flags }: ParkedFlags & { readonly all?: boolean }): void {
  const { team, agent, code, workflow, older } = flags;
  if (runs.length > 0 || all === true || [team, agent, code, workflow, older].some((one) => one !== undefined)) return;
  throw new ArmadaError("USAGE", "which of what is parked?", {
    hint: "name runs, or --team, --agent, --code, --workflow, --older, or --all of it; see `armada parked list`",
  });
}
