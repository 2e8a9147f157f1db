import type { TeamManifest } from "@armada/contracts";
import type { Finding } from "../health/trouble.ts";

/**
 * What teams want of others that nobody has, a finding each: capabilities that they ask, and facts that they take. `there`: the
 * teams that are known with what they offer. `named`: those that are known by name alone, as the ones that `up --only` leaves out.
 */
export function wantedInVain(
  wanting: Iterable<Pick<TeamManifest, "team" | "asks" | "sources">>,
  there: ReadonlyMap<string, Pick<TeamManifest, "capabilities">>,
  named: ReadonlySet<string>,
): Finding[] {
  return [...wanting].flatMap(({ team, asks, sources }) => [
    ...asks.flatMap((ask) => {
      const asked = ask.split(".")[0] ?? "";
      const offered = there.get(asked)?.capabilities;
      if (offered === undefined && named.has(asked)) return [];
      if (offered?.some(({ name }) => name === ask) === true) return [];
      const [code, why] =
        offered === undefined
          ? ["ASKED_TEAM_MISSING", `there is no team ${asked}`]
          : ["ASKED_CAPABILITY_MISSING", `${asked} offers ${offered.map(({ name }) => name).join(", ") || "nothing"}`];
      return [finding(`${team}: ${code}`, `it asks ${ask}, and ${why}`, "such an ask ends when its time is over")];
    }),
    ...sources
      .filter((source) => !there.has(source.team) && !named.has(source.team))
      .map((source) =>
        finding(
          `${team}: SOURCE_TEAM_MISSING`,
          `it takes facts of ${source.team}, and there is no team ${source.team}`,
          "none of them comes",
        ),
      ),
  ]);
}

function finding(name: string, value: string, then: string): Finding {
  return { name, value, ok: false, next: `${then}: mend the name, or provision the team: armada provision --team PATH` };
}
