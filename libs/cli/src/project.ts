import { existsSync, realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Team } from "@armada/agents";
import { ArmadaError, joinErrors } from "@armada/contracts";

/** The checkout that this command line belongs to. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), "../../..");

export type Service = { readonly name: string; readonly main: string; readonly team: Team };

/** What `services/` says of a team: its definition, or why it cannot be loaded. */
export type Definition = { readonly team: Team } | { readonly broken: ArmadaError };

/** The names of the project's services, which are the folders with a team, or of those with another file. */
export async function serviceNames(file = "src/team.ts"): Promise<readonly string[]> {
  const folder = join(projectRoot, "services");
  return (await readdir(folder)).filter((name) => existsSync(join(folder, name, file))).sort();
}

/** @throws ArmadaError `NO_SUCH_TEAM` */
async function checkTeam(name: string): Promise<string> {
  const names = await serviceNames();
  if (names.includes(name)) return name;
  throw new ArmadaError("NO_SUCH_TEAM", `there is no team ${name} in services/`, {
    hint: `there are ${names.join(", ")}; \`armada new team ${name}\` makes one`,
  });
}

/** The services of the project, by name. `only` names the wanted ones. @throws ArmadaError `NO_SUCH_TEAM`, `BAD_TEAM`, of all that cannot be loaded */
export async function loadServices(only?: readonly string[]): Promise<readonly Service[]> {
  const names = await serviceNames();
  for (const name of only ?? []) await checkTeam(name);
  const loaded = await Promise.allSettled((only === undefined ? names : names.filter((name) => only.includes(name))).map(loadService));
  const failed = loaded.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  const [first, ...more] = failed.filter((reason) => reason instanceof ArmadaError);
  if (first !== undefined && failed.length === more.length + 1) throw joinErrors(first, ...more);
  return loaded.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

/** Every team of the project by name; one that cannot be loaded does not take the others away. */
export async function loadDefinitions(): Promise<ReadonlyMap<string, Definition>> {
  const loaded = (await serviceNames()).map(async (name): Promise<[string, Definition]> => {
    try {
      return [name, { team: (await loadService(name)).team }];
    } catch (error) {
      if (error instanceof ArmadaError) return [name, { broken: error }];
      throw error;
    }
  });
  return new Map(await Promise.all(loaded));
}

/**
 * To provision it would make a team of the project another one. The project's own folder is no other place.
 * @throws ArmadaError `TEAM_TAKEN` where the name of a team from elsewhere is that of one in `services/`
 */
export async function refuseTaken({ name, main }: Service): Promise<void> {
  if (!(await serviceNames()).includes(name)) return;
  const own = join(projectRoot, "services", name);
  const given = dirname(main);
  if (realpathSync(given) === realpathSync(join(own, "src"))) return;
  throw new ArmadaError("TEAM_TAKEN", `the team in ${given} is called ${name}, as is the one in ${own}`, {
    hint: `call one of the two otherwise; \`armada provision\` without --team provisions that in ${own}`,
  });
}

/** A team whose code is anywhere: `path` is its folder, with `src/team.ts` and `src/main.ts`, or with these two itself. @throws ArmadaError `BAD_TEAM`, `BAD_NAME` */
export async function loadTeamAt(path: string): Promise<Service> {
  const folder = [join(resolve(path), "src"), resolve(path)].find((one) => existsSync(join(one, "team.ts")));
  if (folder === undefined)
    throw new ArmadaError("BAD_TEAM", `${path} has no team: neither src/team.ts nor team.ts is there`, {
      hint: "--team PATH names the folder of a team, as `armada new team` makes one",
    });
  const team = await loadTeam(join(folder, "team.ts"), relative(".", join(folder, "team.ts")));
  return { name: team.name, main: join(folder, "main.ts"), team };
}

async function loadService(name: string): Promise<Service> {
  const folder = join(projectRoot, "services", name, "src");
  const file = `services/${name}/src/team.ts`;
  const team = await loadTeam(join(folder, "team.ts"), file);
  if (team.name !== name)
    throw new ArmadaError("BAD_TEAM", `${file} defines team ${team.name}`, { hint: "call the team and its folder by the same name" });
  return { name, main: join(folder, "main.ts"), team };
}

/** @throws ArmadaError `BAD_TEAM` where its file cannot be imported, or has no team as its default export; what the file itself throws of ours keeps its code */
async function loadTeam(path: string, file: string): Promise<Team> {
  const loaded = await import(pathToFileURL(path).href).then(
    (module: { readonly default?: Team }) => module.default,
    (cause: unknown) => {
      const { code, hint } = cause instanceof ArmadaError ? cause : { code: "BAD_TEAM", hint: hintOf(cause, path) };
      throw new ArmadaError(code, `${file} cannot be loaded: ${reasonOf(cause)}`, { cause, hint });
    },
  );
  if (loaded?.kind !== "team")
    throw new ArmadaError("BAD_TEAM", `${file} has no team as its default export`, { hint: "export default team({ … })" });
  return loaded;
}

/** What helps where a team's `file` could not be imported. */
export function hintOf(cause: unknown, file: string): string {
  const [, name] = (cause instanceof Error && /^Cannot find package '([^']+)'/.exec(cause.message)) || [];
  if (name === undefined) return "mend it; `npx tsc --noEmit` shows where";
  // Armada's own are in no registry: under these names there may be somebody else's.
  const own = ["agents", "contracts", "runtime", "testing"].find((one) => name === `@armada/${one}`);
  return own === undefined
    ? `\`npm install\` where the code is brings what its package.json names`
    : `in ${dirname(dirname(file))}: npm install ${join(projectRoot, "libs", own)}, and so with what else it imports of @armada`;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message.split("\n")[0] ?? cause.name;
}
