import type { Look, Trouble } from "../health/trouble.ts";
import { readHooks } from "./hook-file.ts";
import { doing } from "./hook-state.ts";
import { stateOfHook } from "./shown-hook.ts";

/** A receiver may start anew for so long, ms. */
const DOWN_MS = 5 * 60_000;

/** The gateway's hooks: those that wait for their receivers for long, were disabled by them, or have parked something. */
export const hookTroubles: Look = async ({ session, team: { name }, now }) => {
  const folder = session.mesh?.keys ?? process.env.NATS_CREDS;
  if (name !== "gateway" || folder === undefined) return [];
  const all = await readHooks(folder);
  const each = all.map(async (hook): Promise<readonly Trouble[]> => {
    const state = await stateOfHook(session, hook);
    if (state === undefined) return [];
    const { state: is, since = now } = doing(state);
    const parked = state.held.filter((held) => held.parked !== undefined).length;
    const show = `armada hooks parked ${hook.name}`;
    return [
      ...(is === "disabled"
        ? [
            {
              code: "HOOK_DISABLED",
              message: `the receiver of hook ${hook.name} wants nothing more (410)`,
              next: `armada hooks enable ${hook.name}`,
            },
          ]
        : []),
      ...(is === "down" && now - since > DOWN_MS
        ? [
            {
              code: "HOOK_DOWN",
              message: `hook ${hook.name} waits for its receiver since ${new Date(since).toISOString()}: ${state.error?.text}`,
              next: "armada hooks list",
            },
          ]
        : []),
      ...(is === "full"
        ? [{ code: "HOOK_FULL", message: `hook ${hook.name} holds back ${state.held.length} keys and reads no further`, next: show }]
        : []),
      ...(parked > 0 ? [{ code: "HOOK_PARKED", message: `hook ${hook.name} has parked ${parked} of its keys`, next: show }] : []),
    ];
  });
  return (await Promise.all(each)).flat();
};
