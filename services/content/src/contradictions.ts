import type { Source } from "./documents.ts";
import type { Contradiction } from "./draft.ts";

export function findContradictions(_sources: readonly Source[]): Contradiction[] {
  return [];
}
