import { buildEnvelope, chainOf, encodeBody } from "@armada/contracts";
import { type Log, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";

export const JOURNAL_TIME = "2026-11-22T14:00:00.000Z";

/** A log of team `shop` that holds the journal of run `r1`, each event a message of its own at `JOURNAL_TIME`. */
export async function journalLog(journal: readonly (readonly [type: string, data: object])[]): Promise<Log> {
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  mesh.provision("shop", [], new Map());
  const { log } = mesh.connect("shop");
  for (const [i, [type, data]] of journal.entries()) {
    const id = `r1-${i + 1}-w`;
    const about = { id, type: `armada.${type}`, subject: "r1", time: JOURNAL_TIME, data, team: "shop" };
    const envelope = buildEnvelope(about, { ...chainOf(id), correlation: "r1" });
    const appended = await log.append(`run.shop.note.draw.r1.${i + 1}`, encodeBody([envelope]));
    if (appended.kind !== "appended") throw new Error(`${type} was not stored: ${appended.kind}`);
  }
  return log;
}
