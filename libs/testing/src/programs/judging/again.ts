import { encodeBody } from "@armada/contracts";
import { coldRun, replay } from "@armada/engine/execution/cached-run";
import { Payloads } from "@armada/engine/journal/payloads";
import type { Message } from "@armada/event-sourcing";
import type { Case } from "../drawing/program.ts";
import { TEAM } from "../playing/declarations.ts";
import { teamOf } from "../playing/perform.ts";
import { Sight } from "../playing/witness.ts";
import type { World } from "../playing/world.ts";

/** What a run's function sees where a replica that never knew it begins it on its whole journal; `fault`: why it does not fit. */
export async function seenAgain(
  drawn: Case,
  world: World,
  run: string,
  journal: readonly Message[],
): Promise<{ sight: Sight; fault: string | undefined }> {
  const sight = new Sight();
  const { workflows } = teamOf(drawn, sight, world.clock);
  const cold = coldRun(run);
  await replay(cold, untilStopped(journal).flatMap(openEnded), {
    scheduler: world.clock.scheduler,
    payloads: new Payloads(world.mesh.connect(TEAM).objects, TEAM),
    workflow: (name) => workflows.find((one) => one.name === name),
  });
  return { sight, fault: cold.fault?.message };
}

/** Functions of runs that have ended are not begun: the end is left out. */
function openEnded(message: Message): Message[] {
  const envelopes = message.envelopes.filter(({ type }) => type !== "armada.run.ended" && type !== "armada.cancel.requested");
  if (envelopes.length === message.envelopes.length) return [message];
  return envelopes.length === 0 ? [] : [{ ...message, envelopes, body: encodeBody(envelopes) }];
}

/** Nothing goes on in a run that is stopped: up to the first stop that nobody resumed. */
function untilStopped(journal: readonly Message[]): readonly Message[] {
  const has = ({ envelopes }: Message, ...types: string[]): boolean => envelopes.some(({ type }) => types.includes(type));
  const resumed = journal.findLastIndex((message) => has(message, "armada.run.resumed", "armada.run.moved"));
  const stopped = journal.findIndex((message, index) => index > resumed && has(message, "armada.run.stopped"));
  return stopped < 0 ? journal : journal.slice(0, stopped);
}
