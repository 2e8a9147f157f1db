import { ArmadaError } from "@armada/contracts";
import { choicesIn, unknownIn } from "@armada/operations/hooks/choice";
import { addHook, FROM_START, orderHook, readHook, readHooks, removeHook } from "@armada/operations/hooks/hook-file";
import { type ParkedKey, parkedOf, type ShownHook, shownHook, stateOfHook } from "@armada/operations/hooks/shown-hook";
import { shownTarget } from "@armada/operations/hooks/target";
import { openSession, type Session } from "@armada/operations/mesh/session";
import { sinceOf } from "../arguments/since.ts";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { oneLine } from "../render/one-line.ts";
import { table } from "../render/table.ts";
import { madeFile } from "../secret-file.ts";
import { folderOf, type KeyFlags } from "./keys.ts";

export type AddHookFlags = KeyFlags & {
  readonly url: string;
  readonly type?: readonly string[];
  readonly run?: readonly string[];
  readonly from?: string;
  readonly insecure?: true;
  readonly out?: string;
};
export type IdFlags = KeyFlags & { readonly id?: readonly string[] };

/** Makes a hook and shows its secret, once: on the terminal, or in a file with --out. @throws ArmadaError `USAGE`, `HOOKS_INVALID` */
export async function addHookCommand(name: string, flags: AddHookFlags, out: Output): Promise<number> {
  const { url, type: types = [], run: runs = [], insecure = false } = flags;
  if (out.json && flags.out === undefined) throw new ArmadaError("USAGE", "with --json a secret goes into a file", { hint: "--out FILE" });
  const now = Date.now();
  const from = beginOf(flags.from, now);
  const folder = await folderOf(flags);
  await onMesh(flags, out, "whether there is what it sends was not looked at", (session) => checkChosen(session, { types, runs }));
  const file = flags.out === undefined ? undefined : await madeFile(flags.out);
  try {
    const secret = await addHook(folder, { name, url, types, runs, insecure, ...(from === undefined ? {} : { from }), now });
    await file?.write(`${secret}\n`);
    out.emit({ type: "hook", name, url: shownTarget(url), types, runs, ...(flags.out === undefined ? {} : { file: flags.out }) });
    out.say(flags.out === undefined ? secret : `the secret of hook ${name} is in ${flags.out}`);
  } catch (error) {
    await file?.remove();
    throw error;
  }
  out.complain("nothing shows it again; a running gateway knows the hook within a second");
  return EXIT.ok;
}

/** What each hook does; without a mesh, what there is. @throws ArmadaError `HOOKS_INVALID` */
export async function listHooks(flags: KeyFlags, out: Output): Promise<number> {
  const hooks = await readHooks(await folderOf(flags));
  if (hooks.length === 0) out.say("there are no hooks");
  const shown = await onMesh(flags, out, "what they do is not known", async (session) =>
    Promise.all(hooks.map((hook) => shownHook(session, hook))),
  );
  for (const { name, url, types, runs } of shown === undefined ? hooks : [])
    out.emit({ type: "hook", name, url: shownTarget(url), types, runs });
  for (const one of shown ?? []) {
    out.emit({ type: "hook", ...one });
    if (one.unknown.length > 0) out.complain(`${one.name} waits for what no team has: ${one.unknown.join(", ")}`);
  }
  const rows = shown === undefined ? hooks.map((hook) => [hook.name, shownTarget(hook.url), chosenOf(hook)]) : shown.map(rowOf);
  const head = shown === undefined ? ["hook", "to", "sends"] : ["hook", "to", "sends", "state", "sent", "behind", "parked", "last error"];
  if (hooks.length > 0) for (const line of table([head, ...rows], head.length)) out.say(line);
  return EXIT.ok;
}

/** @throws ArmadaError `USAGE`, `HOOKS_INVALID` */
export async function removeHookCommand(name: string, flags: KeyFlags, out: Output): Promise<number> {
  await removeHook(await folderOf(flags), name);
  out.emit({ type: "hook", name, removed: true });
  out.say(`${name} sends nothing any more, within a second`);
  return EXIT.ok;
}

/** What a hook has set aside, with ids for `redrive` and `discard`. @throws ArmadaError `USAGE`, `LOG_UNAVAILABLE` */
export async function listParkedOf(session: Session, name: string, flags: KeyFlags, out: Output): Promise<number> {
  const parked = parkedOf(await stateOfHook(session, await readHook(await folderOf(flags), name)));
  for (const one of parked) out.emit({ type: "parked-of-hook", hook: name, ...one });
  if (parked.length === 0) out.say(`${name} has parked nothing`);
  const rows = parked.map(({ id, key, tries, since, more, error }) => [id, key, String(tries), since, more ? "yes" : "no", oneLine(error)]);
  if (parked.length > 0)
    for (const line of table([["id", "key", "tries", "since", "more behind it", "last error"], ...rows], 6)) out.say(line);
  return EXIT.ok;
}

/** Tells the gateway what to do with what a hook holds back. @throws ArmadaError `USAGE`, `HOOKS_INVALID` */
export async function orderHookCommand(what: "redrive" | "discard" | "enable", name: string, flags: IdFlags, out: Output): Promise<number> {
  const { id: ids } = flags;
  if (what === "discard" && ids === undefined)
    throw new ArmadaError("USAGE", "what is discarded is not sent again: say which", {
      hint: `--id ID, of \`armada hooks parked ${name}\``,
    });
  const folder = await folderOf(flags);
  if (ids !== undefined)
    await onMesh(flags, out, "whether that is parked was not looked at", async (session) =>
      checkParked(parkedOf(await stateOfHook(session, await readHook(folder, name))), ids, name),
    );
  await orderHook(folder, name, { do: what, ...(ids === undefined ? {} : { ids: [...ids] }) });
  out.emit({ type: "hook", name, ordered: what });
  out.say(`a running gateway does so within a second`);
  return EXIT.ok;
}

/** A beginning in the log. @throws ArmadaError `USAGE` */
function beginOf(text: string | undefined, now: number): string | undefined {
  if (text === undefined || text === "start") return text === undefined ? undefined : FROM_START;
  try {
    return new Date(sinceOf(text, now) ?? now).toISOString();
  } catch (error) {
    if (!(error instanceof ArmadaError)) throw error;
    throw new ArmadaError("USAGE", `--from ${text} is no time that has been`, { hint: "start, 24h, or 2026-11-22T14:03:00Z" });
  }
}

function checkChosen(session: Pick<Session, "manifests">, chosen: { types: readonly string[]; runs: readonly string[] }): void {
  const there = choicesIn(session.manifests().values());
  const { types, runs } = unknownIn(chosen, there);
  if (types.length > 0)
    throw new ArmadaError("USAGE", `no team exports ${types.join(", ")} or takes it from outside`, {
      hint: `there are ${listed(there.types)}`,
    });
  if (runs.length > 0)
    throw new ArmadaError("USAGE", `no team has a workflow ${runs.join(", ")}`, { hint: `there are ${listed(there.workflows)}` });
}

function checkParked(parked: readonly ParkedKey[], ids: readonly string[], hook: string): void {
  const others = ids.filter((id) => !parked.some((one) => one.id === id));
  if (others.length > 0)
    throw new ArmadaError("USAGE", `hook ${hook} has not parked ${others.join(", ")}`, { hint: `armada hooks parked ${hook}` });
}

const listed = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));

/** Does something on the mesh, where one runs; else says what was not done. */
async function onMesh<T>(
  { mesh }: KeyFlags,
  out: Output,
  without: string,
  act: (session: Session) => T | Promise<T>,
): Promise<T | undefined> {
  let session: Session;
  try {
    session = await openSession(mesh, out.complain);
  } catch (error) {
    if (!(error instanceof ArmadaError)) throw error;
    out.complain(`${error.message}: ${without}`);
    return undefined;
  }
  try {
    return await act(session);
  } finally {
    await session.close();
  }
}

const chosenOf = ({ types, runs }: Pick<ShownHook, "types" | "runs">): string =>
  [...types, ...runs.map((run) => `runs of ${run}`)].join(" ");

function rowOf(hook: ShownHook): string[] {
  const { name, url, state, since, sent, behind, waiting, parked, error } = hook;
  const words = {
    sending: "sends",
    down: "waits for its receiver",
    disabled: "disabled",
    full: "holds back too much",
    new: "no gateway has it yet",
  };
  return [
    name,
    url,
    chosenOf(hook),
    `${words[state]}${since === undefined ? "" : ` since ${since}`}`,
    String(sent),
    waiting === 0 ? String(behind) : `${behind}, ${waiting} to try again`,
    String(parked),
    oneLine(error ?? ""),
  ];
}
