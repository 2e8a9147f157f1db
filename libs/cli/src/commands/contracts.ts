import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { ArmadaError, type TeamManifest } from "@armada/contracts";
import { asyncApiOf } from "@armada/contracts/asyncapi";
import {
  type ContractChange,
  type ContractSnapshot,
  contractChanges,
  isBreaking,
  readSnapshot,
  snapshotOf,
  snapshotText,
} from "@armada/contracts/compatibility";
import { writeWhole } from "@armada/nats/whole-file";
import { manifestOf } from "@armada/runtime/manifest";
import { z } from "zod";
import { EXIT, inWords } from "../exit.ts";
import type { Output } from "../output.ts";
import { loadServices, loadTeamAt, projectRoot, type Service } from "../project.ts";
import { table } from "../render/table.ts";

const FILE = "contracts.json";

export type SnapshotFlags = { readonly out?: string; readonly team?: string };
export type AsyncApiFlags = { readonly out?: string; readonly nats?: string; readonly gateway?: string; readonly team?: string };
export type CheckFlags = { readonly against?: string; readonly againstGit?: string; readonly team?: string };

/** Writes the contracts of the project's teams, those of now, into a file that is committed. @throws ArmadaError `NO_SUCH_TEAM`, and of teams that cannot be loaded */
export async function snapshotCommand(flags: SnapshotFlags, out: Output): Promise<number> {
  const file = flags.out ?? FILE;
  const snapshot = await snapshotNow(flags.team);
  await writeWhole(resolve(file), snapshotText(snapshot));
  const { events, external, capabilities } = snapshot;
  const [facts, types, offered] = [events, external, capabilities].map((some) => Object.keys(some).length);
  out.emit({ type: "created", file });
  out.say(`wrote ${file}: events ${facts}, types from outside ${types}, capabilities ${offered}`);
  return EXIT.ok;
}

/**
 * Says what is otherwise than in a snapshot, and whom it breaks. @returns 1 where something breaks whose version was not raised
 * @throws ArmadaError `FILE_UNREADABLE`, `BAD_SNAPSHOT`, and what `snapshotCommand` throws
 */
export async function checkCommand(flags: CheckFlags, out: Output): Promise<number> {
  const file = flags.against ?? FILE;
  const against = flags.againstGit === undefined ? file : `${file} of ${flags.againstGit}`;
  const released = readSnapshot(
    flags.againstGit === undefined ? await fileText(file) : await committedText(flags.againstGit, file),
    against,
  );
  const changes = contractChanges(released, await snapshotNow(flags.team));
  const breaking = changes.filter(isBreaking);
  for (const change of changes) out.emit({ type: "contract-change", ...change, teams: [...change.teams], breaks: [...change.breaks] });
  const allowed = changes.filter((change) => change.allowed).length;
  out.emit({ type: "contracts-checked", against, changes: changes.length, breaking: breaking.length, allowed });
  sayChanges(changes, out);
  out.say(
    changes.length === 0
      ? `the contracts are those of ${against}`
      : `${counted(changes.length, "change")} since ${against}, ${breaking.length === 0 ? "none breaks" : `${breaking.length} of them ${breaking.length === 1 ? "breaks" : "break"}`}`,
  );
  for (const hint of hintsFor(breaking)) out.say(hint);
  return breaking.length === 0 ? EXIT.ok : EXIT.failed;
}

/** Prints the events of the project's teams as an AsyncAPI document, or writes it into a file. @throws what `snapshotCommand` throws */
export async function asyncApiCommand(flags: AsyncApiFlags, out: Output): Promise<number> {
  const { nats = "127.0.0.1:4222", gateway = "127.0.0.1:4780" } = flags;
  const document = asyncApiOf(await manifestsNow(flags.team), { ...(await projectName()), nats, gateway });
  const text = JSON.stringify(document, undefined, 2);
  if (flags.out === undefined) {
    out.emit({ type: "asyncapi", document });
    out.say(text);
    return EXIT.ok;
  }
  await writeWhole(resolve(flags.out), `${text}\n`);
  out.emit({ type: "created", file: flags.out });
  out.say(`wrote ${flags.out}: channels ${Object.keys(document.channels).length}, operations ${Object.keys(document.operations).length}`);
  return EXIT.ok;
}

/** As the project's package.json has it. */
async function projectName(): Promise<{ readonly title: string; readonly version: string }> {
  const text = await readFile(join(projectRoot, "package.json"), "utf8").catch(() => "{}");
  const { name, version } = PackageFile.parse(JSON.parse(text));
  return { title: name, version };
}

const PackageFile = z.object({ name: z.string().default("armada"), version: z.string().default("0.0.0") });

/** The contracts of the project's own teams, or of one whose folder is anywhere; not of those that come with the product. */
async function snapshotNow(path: string | undefined): Promise<ContractSnapshot> {
  return snapshotOf(await manifestsNow(path));
}

async function manifestsNow(path: string | undefined): Promise<readonly TeamManifest[]> {
  return Promise.all((await servicesOf(path)).map(({ team, main }) => manifestOf(team, dirname(main))));
}

async function servicesOf(path: string | undefined): Promise<readonly Service[]> {
  if (path !== undefined) return [await loadTeamAt(path)];
  const own = (await loadServices()).filter(({ main }) => main.startsWith(join(projectRoot, "services") + sep));
  if (own.length > 0) return own;
  throw new ArmadaError("NO_SUCH_TEAM", `there is no team in ${join(projectRoot, "services")}`, {
    hint: "name the folder of a team elsewhere by --team PATH, or make one: `armada new team NAME`",
  });
}

async function fileText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw unreadable(file, wordsOf(inWords(cause)), cause);
  });
}

/** The file as a commit, a tag or a branch has it. */
async function committedText(revision: string, file: string): Promise<string> {
  const whole = resolve(file);
  const show = ["show", "--end-of-options", `${revision}:./${basename(whole)}`];
  const ended = await promisify(execFile)("git", show, { cwd: dirname(whole), maxBuffer: 1 << 28 }).catch((cause: unknown) => {
    const { stderr } = cause as { readonly stderr?: string };
    throw unreadable(`${file} of ${revision}`, stderr?.trim() || wordsOf(cause), cause);
  });
  return ended.stdout;
}

function unreadable(what: string, why: string, cause: unknown): ArmadaError {
  return new ArmadaError("FILE_UNREADABLE", `${what} cannot be read: ${why}`, {
    cause,
    hint: "`armada contracts snapshot` writes it; commit it with each release",
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sayChanges(changes: readonly ContractChange[], out: Output): void {
  for (const [title, some] of Map.groupBy(changes, ({ name, of }) => `${name} (${KINDS[of]})`)) {
    out.say(title);
    for (const line of table(some.map(rowOf), 3)) out.say(line);
  }
}

const KINDS = { event: "event", external: "from outside", input: "what it takes", output: "what it answers" } as const;
const WHOM = { readers: "readers", writers: "writers", stored: "reading what is stored" } as const;

function rowOf(change: ContractChange): string[] {
  const { at, what, breaks, allowed } = change;
  const whom = breaks.map((each) => WHOM[each]).join(" and ");
  const verdict = breaks.length === 0 ? "" : allowed ? "a new version may" : `breaks ${whom}`;
  return [`  ${isBreaking(change) ? "✗" : "✓"} ${at}`, what, verdict];
}

function hintsFor(breaking: readonly ContractChange[]): readonly string[] {
  const events = [
    ...new Set(breaking.flatMap(({ of, at, change, name }) => (of === "event" && (at !== "" || !WHOLE.has(change)) ? [name] : []))),
  ];
  const others = breaking.some(({ of, change }) => of !== "event" || WHOLE.has(change));
  return [
    ...events.map((name) => `  ${name}: raise its \`version\`, and let \`upcasts\` turn older data into new`),
    ...(others ? ["  the others: offer something new beside it until nobody uses this one; a snapshot of now accepts what is left"] : []),
  ];
}

const WHOLE = new Set(["event-removed", "version-lowered"]);

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
