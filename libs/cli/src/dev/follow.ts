import { realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Mesh } from "../mesh/up.ts";
import { projectRoot, serviceMains } from "../project.ts";
import type { Teller } from "./teller.ts";
import { type Followed, isCode, touched } from "./touched.ts";
import { typeCheckOf } from "./type-check.ts";
import { watchFolder } from "./watch-folder.ts";

/** One service's code being put in force. */
type Turn = { readonly abort: AbortController; readonly since: number; readonly cause: readonly string[] };

export type FollowOptions = {
  readonly mesh: Pick<Mesh, "loaded" | "renew" | "drop">;
  readonly tell: Teller;
  /** Services that are there and do not run: they could not be loaded. */
  readonly refused: readonly string[];
  /** Whether a service is to be started where it comes. */
  readonly wanted: (name: string) => boolean;
  /** The configuration file, and what it says now. */
  readonly config: { readonly file: string; readonly changed: () => Promise<readonly string[]> };
  /** When the first replica was about to load its code, ms since 1970: what is saved from then on may not be in force. */
  readonly since: number;
  /** The folder for what the type checker remembers. */
  readonly memory: string;
};

/**
 * Follows the project's files until it is closed. Of a service whose files changed the code is put in force anew where it can be
 * loaded; the newest files count, whatever was begun before. A team that comes is started, one that goes is ended.
 */
export async function follow(options: FollowOptions): Promise<{ close(): Promise<void> }> {
  const { mesh, tell, config } = options;
  const root = realpathSync(projectRoot);
  const settingsFile = resolve(config.file);
  const types = typeCheckOf(root, options.memory);
  let closed = false;
  const running = new Set(mesh.loaded().keys());
  const refused = new Set<string>();
  const turns = new Map<string, Turn>();
  const waiting = new Map<string, Turn>();
  let known = new Map([...(await serviceMains())].filter(([name]) => options.refused.includes(name) || mesh.loaded().has(name)));

  const renew = async (name: string, main: string, turn: Turn): Promise<void> => {
    turns.set(name, turn);
    try {
      await mesh.renew({ name, main }, turn.abort.signal);
      refused.delete(name);
      tell.serves(name, running.has(name) ? "restarted" : "started", performance.now() - turn.since, turn.cause);
      running.add(name);
    } catch (error) {
      refused.add(name);
      if (!turn.abort.signal.aborted && !closed) tell.refuses(name, error, performance.now() - turn.since, turn.cause, running.has(name));
    }
    turns.delete(name);
    const next = waiting.get(name);
    waiting.delete(name);
    if (next !== undefined) await renew(name, main, next);
  };
  /** One at a time of each service. */
  const put = (name: string, main: string, turn: Turn): Promise<void> => {
    const before = turns.get(name);
    if (before === undefined) return renew(name, main, turn);
    waiting.set(name, turn);
    before.abort.abort();
    return Promise.resolve();
  };
  const followed = (): ReadonlyMap<string, Followed> => {
    const loaded = mesh.loaded();
    return new Map(
      [...known].map(([name, main]) => [
        name,
        { src: realpathSync(dirname(main)), files: loaded.get(name) ?? new Set(), refused: refused.has(name) },
      ]),
    );
  };
  const check = async (): Promise<void> => {
    const errors = await types?.run();
    if (errors !== undefined) tell.types(errors);
  };
  const settings = async (): Promise<void> => {
    try {
      tell.settings(relative(root, settingsFile), await config.changed());
    } catch (error) {
      tell.failed(relative(root, settingsFile), error);
    }
  };
  const changed = async (paths: ReadonlySet<string>): Promise<void> => {
    const since = performance.now();
    const turn = (cause: Iterable<string>): Turn => ({
      abort: new AbortController(),
      since,
      cause: [...cause].map((path) => relative(root, path)),
    });
    const now = await serviceMains();
    const gone = [...known.keys()].filter((name) => !now.has(name));
    const come = [...now.keys()].filter((name) => !known.has(name) && options.wanted(name));
    known = new Map([...now].filter(([name]) => known.has(name) || come.includes(name)));
    const ended = gone.map(async (name) => {
      refused.delete(name);
      running.delete(name);
      waiting.delete(name);
      turns.get(name)?.abort.abort();
      await mesh.drop(name);
      tell.stopped(name);
    });
    const causes = new Map([...come.map((name): [string, Iterable<string>] => [name, paths]), ...touched(paths, followed())]);
    const begun = [...causes].map(([name, cause]) => put(name, now.get(name) ?? "", turn(cause)));
    await Promise.all([...ended, ...begun, ...(paths.has(settingsFile) ? [settings()] : [])]);
    if ([...paths].some((path) => isCode(path) || /(?:tsconfig|package)[^/]*\.json$/.test(path))) await check();
  };

  const failed = (error: unknown): void => tell.failed("dev", error);
  const watcher = await watchFolder(root, (paths) => void changed(paths).catch(failed));
  const early = [...mesh.loaded().values()].flatMap((files) => [...files]).filter((path) => isLater(path, options.since));
  if (early.length > 0) void changed(new Set(early)).catch(failed);
  const at: Turn = { abort: new AbortController(), since: performance.now(), cause: [] };
  for (const name of options.refused) void put(name, known.get(name) ?? "", { ...at, abort: new AbortController() });
  void check().catch(failed);
  return {
    close: async () => {
      closed = true;
      types?.stop();
      await watcher.close();
      for (const { abort } of turns.values()) abort.abort();
    },
  };
}

function isLater(path: string, since: number): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > since;
}
