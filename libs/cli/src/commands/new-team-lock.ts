import { z } from "zod";

const Lock = z.looseObject({ packages: z.record(z.string(), z.unknown()) });

/**
 * The lock file of before with the packages that came, in npm's order. npm also rewrites lines of others as it sees them on this
 * machine: those are nobody's change.
 */
export function withNewPackages(before: string, after: string): string {
  const written: object = JSON.parse(before); // its keys stay in their order, which a parsed one's do not
  const old = Lock.parse(written);
  const fresh = Lock.parse(JSON.parse(after)).packages;
  const came = Object.keys(fresh).filter((name) => !(name in old.packages));
  if (came.length === 0) return before;
  const names = [...Object.keys(old.packages), ...came].sort((a, b) => a.localeCompare(b, "en"));
  const packages = Object.fromEntries(names.map((name) => [name, old.packages[name] ?? fresh[name]]));
  return `${JSON.stringify({ ...written, packages }, undefined, 2)}\n`;
}
