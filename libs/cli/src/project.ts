import { existsSync, realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Team } from "@armada/agents";
import { ArmadaError, CodedError, joinErrors } from "@armada/contracts";
import { packageOf } from "./dev/package-of.ts";

/** Where the product's code is: a checkout, or the package `armada-mesh`. */
export const productRoot = join(dirname(fileURLToPath(import.meta.url)), "../../..");
/** The ending of the product's own files: as they are written in a checkout, as they are built in the package. */
export const PRODUCT_ENDING = extname(fileURLToPath(import.meta.url));
/** Whose `services/` are meant: of the checkout, or of the nearest folder above this one that has a package.json. */
export const projectRoot = PRODUCT_ENDING === ".ts" ? productRoot : nearestProject(process.cwd());

/** What every mesh may need and no project writes. */
export const BUILT_IN_SERVICES: readonly string[] = ["federation", "gateway"];

export type Service = { readonly name: string; readonly main: string; readonly team: Team };

/** What `services/` says of a team: its definition, or why it cannot be loaded. */
export type Definition = { readonly team: Team } | { readonly broken: ArmadaError };

/** Where a team's code is: `src` holds `team` and `main`, which end in `ending`. */
type Place = { readonly src: string; readonly ending: string };

function nearestProject(from: string): string {
  if (existsSync(join(from, "package.json"))) return from;
  const above = dirname(from);
  return above === from ? process.cwd() : nearestProject(above);
}

/**
 * The folders of teams by name: those of the project, and of the product what every mesh may need; all of the product's where the
 * project has none, so that the shipped teams can be tried anywhere. @throws ArmadaError `TEAM_TAKEN`
 */
async function places(file = "team"): Promise<ReadonlyMap<string, Place>> {
  const own = await placesIn(projectRoot, [".ts", ".js"], file);
  if (projectRoot === productRoot) return own;
  const shipped = await placesIn(productRoot, [PRODUCT_ENDING], file);
  for (const name of BUILT_IN_SERVICES)
    if (own.has(name))
      throw new ArmadaError("TEAM_TAKEN", `services/${name} has the name of a service that every mesh may need`, {
        hint: "call the team and its folder otherwise",
      });
  return new Map([...[...shipped].filter(([name]) => own.size === 0 || BUILT_IN_SERVICES.includes(name)), ...own]);
}

async function placesIn(root: string, endings: readonly string[], file: string): Promise<ReadonlyMap<string, Place>> {
  const folder = join(root, "services");
  if (!existsSync(folder)) return new Map();
  return new Map(
    (await readdir(folder)).flatMap((name): [string, Place][] => {
      const src = join(folder, name, "src");
      const ending = endings.find((one) => existsSync(join(src, file + one)));
      return ending === undefined ? [] : [[name, { src, ending }]];
    }),
  );
}

/** The names of the project's services, which are the folders with a team, or of those with another file. */
export async function serviceNames(file: "team" | "contract" = "team"): Promise<readonly string[]> {
  return [...(await places(file)).keys()].sort();
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

/** Every team of the project by name, or those named; one that cannot be loaded does not take the others away. @throws ArmadaError `NO_SUCH_TEAM` */
export async function loadDefinitions(only?: readonly string[]): Promise<ReadonlyMap<string, Definition>> {
  for (const name of only ?? []) await checkTeam(name);
  const loaded = (only ?? (await serviceNames())).map(async (name): Promise<[string, Definition]> => {
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
  const own = (await places()).get(name);
  const given = dirname(main);
  if (own === undefined || realpathSync(given) === realpathSync(own.src)) return;
  throw new ArmadaError("TEAM_TAKEN", `the team in ${given} is called ${name}, as is the one in ${dirname(own.src)}`, {
    hint: `call one of the two otherwise; \`armada provision\` without --team provisions that in ${dirname(own.src)}`,
  });
}

/** A team whose code is anywhere: `path` is its folder, with `src/team.ts` and `src/main.ts`, or with these two itself. @throws ArmadaError `BAD_TEAM`, `BAD_NAME` */
export async function loadTeamAt(path: string): Promise<Service> {
  const places = [join(resolve(path), "src"), resolve(path)].flatMap((src) => [".ts", ".js"].map((ending): Place => ({ src, ending })));
  const place = places.find(({ src, ending }) => existsSync(join(src, `team${ending}`)));
  if (place === undefined)
    throw new ArmadaError("BAD_TEAM", `${path} has no team: neither src/team.ts nor team.ts is there`, {
      hint: "--team PATH names the folder of a team, as `armada new team` makes one",
    });
  const file = join(place.src, `team${place.ending}`);
  const team = await loadTeam(file, relative(".", file));
  return { name: team.name, main: mainOf(place), team };
}

async function loadService(name: string): Promise<Service> {
  const place = (await places()).get(name);
  if (place === undefined) throw new ArmadaError("NO_SUCH_TEAM", `there is no team ${name} in services/`);
  const file = `services/${name}/src/team${place.ending}`;
  const team = await loadTeam(join(place.src, `team${place.ending}`), file, name);
  return { name, main: mainOf(place), team };
}

/** Where the processes of the project's services begin, by name. @throws ArmadaError `TEAM_TAKEN` */
export async function serviceMains(): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await places())].map(([name, place]) => [name, mainOf(place)]));
}

const mainOf = ({ src, ending }: Place): string => join(src, `main${ending}`);

/** @throws ArmadaError `BAD_TEAM` where its file cannot be imported, or has no team as its default export; what the file itself throws of ours keeps its code */
async function loadTeam(path: string, file: string, name?: string): Promise<Team> {
  const loaded = await import(pathToFileURL(path).href).then(
    (module: { readonly default?: unknown }) => module.default,
    (cause: unknown) => {
      const { code, hint } = cause instanceof ArmadaError ? cause : { code: "BAD_TEAM", hint: hintOf(cause, path) };
      throw new CodedError(code, `${file} cannot be loaded: ${reasonOf(cause)}`, { cause, hint });
    },
  );
  return asTeam(loaded, file, name);
}

/** What a team's `file` exports, where it is the team called `name`; any, unless said. @throws ArmadaError `BAD_TEAM` */
export function asTeam(loaded: unknown, file: string, name?: string): Team {
  const team = loaded as Team | undefined;
  if (team?.kind !== "team")
    throw new ArmadaError("BAD_TEAM", `${file} has no team as its default export`, { hint: "export default team({ … })" });
  if (name !== undefined && team.name !== name)
    throw new ArmadaError("BAD_TEAM", `${file} defines team ${team.name}`, { hint: "call the team and its folder by the same name" });
  return team;
}

/** What helps where a team's `file` could not be imported. */
export function hintOf(cause: unknown, file: string): string {
  const [, name] = (cause instanceof Error && /^Cannot find package '([^']+)'/.exec(cause.message)) || [];
  if (name === undefined) return "mend it; `npx tsc --noEmit` shows where";
  const about = packageOf(file);
  const folder = about?.folder ?? dirname(dirname(file));
  if (name === "armada-mesh") return `in ${folder}: npm install ${PRODUCT_ENDING === ".ts" ? join(productRoot, "libs/armada-mesh") : name}`;
  if (about?.names.has(name) === true) return `in ${folder}: npm install`;
  return `in ${folder}: npm install ${name}`;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message.split("\n")[0] ?? cause.name;
}
