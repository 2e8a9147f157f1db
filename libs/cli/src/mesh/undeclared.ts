import type { Team } from "@armada/agents";

/**
 * What a team takes from outside by an `external(…)` that no contract exports: the gateway reads contracts only, and refuses
 * its events. A line for each.
 */
export function undeclared(teams: readonly Team[], declared: ReadonlySet<string>): readonly string[] {
  return teams.flatMap(({ name, awaits, subscriptions, readModels }) => {
    const kinds = [...awaits, ...subscriptions.map(({ on }) => on), ...readModels.flatMap(({ folds }) => folds.map(({ on }) => on))];
    const types = new Set(kinds.flatMap(({ kind, type }) => (kind === "external" && !declared.has(type) ? [type] : [])));
    return [...types].map(
      (type) =>
        `team ${name} takes ${type} from outside, and no contract declares it: the gateway refuses its events; export its external(…) from services/${name}/src/contract.ts`,
    );
  });
}
