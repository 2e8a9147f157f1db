import { ArmadaError, parseSubject } from "@armada/contracts";
import { runIdOf } from "@armada/engine";
import { OPERATOR } from "@armada/operations/mesh/ask";
import { newRunId, type Session } from "@armada/operations/mesh/session";
import { z } from "zod";

/** Under which id a run starts; a key gives the same one every time. @throws ArmadaError `USAGE` */
export function runOfKey(workflow: string, key: string | undefined): string {
  if (key === "") throw new ArmadaError("USAGE", "--key is empty", { hint: "write a key, or leave it out for a new run" });
  return key === undefined ? newRunId(workflow) : runIdOf(key);
}

const Started = z.object({ workflow: z.string() });

/** Whether this run has been asked for before. A key is not another workflow's, nor the id of a run that somebody else started. @throws ArmadaError `KEY_TAKEN` */
export async function checkKey(
  session: Pick<Session, "state" | "log">,
  about: { readonly team: string; readonly workflow: string; readonly run: string; readonly key: string },
): Promise<boolean> {
  const { team, workflow, run, key } = about;
  const holder = await holderOf(session, team, run);
  if (holder === undefined) return false;
  if (holder.workflow === workflow && holder.from === OPERATOR) return true;
  const by = holder.from === OPERATOR ? "" : `, which ${holder.from} started`;
  throw new ArmadaError("KEY_TAKEN", `the key ${key} is that of the run ${run} of ${team}.${holder.workflow}${by}`, {
    hint: "choose another key: within a team, all workflows share them",
  });
}

/** What has the id of a run: the run, or an ask that its team has not taken up. */
async function holderOf(
  session: Pick<Session, "state" | "log">,
  team: string,
  run: string,
): Promise<{ readonly workflow: string; readonly from: string } | undefined> {
  const state = await session.state(team, run);
  if (state.exists) return { workflow: state.workflow, from: state.by?.from ?? OPERATOR };
  const asks = await session.log(team).load(`ask.${team}.*.*.${run}`);
  for (const { subject, envelopes } of asks.kind === "loaded" ? asks.messages : []) {
    const ask = parseSubject(subject);
    if (ask?.kind !== "ask" || (ask.capability !== "run_start" && ask.capability.startsWith("run_"))) continue;
    const started = Started.safeParse(envelopes[0]?.data);
    return { workflow: started.data?.workflow ?? ask.capability, from: ask.from };
  }
  return undefined;
}
