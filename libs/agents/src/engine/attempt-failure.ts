import type { ArmadaError } from "@armada/contracts";

export function hintOf({ hint }: ArmadaError): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "AGENT_FAILED";
}

export function isTerminal(error: unknown): boolean {
  return typeof error === "object" && error !== null && "terminal" in error && error.terminal === true;
}

export function retryAfterOf(error: unknown): number | undefined {
  return typeof error === "object" && error !== null && "retryAfter" in error && typeof error.retryAfter === "number"
    ? error.retryAfter
    : undefined;
}
