import type { Passage } from "@armada/models";
import type { Tagger } from "@armada/text";

/** What a task gets: no prompt, no clock, no chance. */
export type TaskInput = {
  readonly material: readonly Passage[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly tagger: Tagger;
};
/** A pure function from material to an answer that the request's schema is then asked about; undefined where the material gives none. */
export type Task = (input: TaskInput) => object | undefined;

export function textParam(params: TaskInput["params"], name: string): string {
  const value = params[name];
  return typeof value === "string" ? value : "";
}

export function listParam(params: TaskInput["params"], name: string): string[] {
  const value = params[name];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

export function numberParam(params: TaskInput["params"], name: string, otherwise: number): number {
  const value = params[name];
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}
