import { buildEnvelope, chainOf, encodeBody, type GrantAnswered, type GrantAsked, parseSubject } from "@armada/contracts";
import { CALM, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { askFederation } from "./ask-federation.ts";
import { FEDERATION } from "./fleet.ts";

const wants = { micros: 100, tokens: 0 };
const asked: GrantAsked = { month: "2026-11", wants, ahead: wants };

/** A team whose asks meet rivals by chance; the federation answers `after` ms later what `output` says. */
function scene({ rival, after, output }: { rival: number; after: number; output: unknown }) {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(5), { ...CALM, rival });
  for (const team of ["desk", FEDERATION]) mesh.provision(team, []);
  const warned: string[] = [];
  const logger = { info: () => undefined, warn: (line: string) => void warned.push(line) };
  const over = new AbortController();
  mesh.stream(FEDERATION).listen(({ subject, envelopes: [ask] }) => {
    const parsed = parseSubject(subject);
    if (parsed?.kind !== "ask" || ask === undefined) return;
    const [, run = ""] = /^(.+)-1$/.exec(parsed.id) ?? [];
    const about = { id: `${ask.id}.answer`, type: "armada.answered", subject: parsed.id, time: "2026-11-22T10:00:00Z", team: FEDERATION };
    const body = encodeBody([buildEnvelope({ ...about, data: output === undefined ? {} : { output } }, chainOf(ask.id))]);
    void clock.sleep(after).then(() => mesh.stream("desk").append(`ans.desk.${FEDERATION}.${run}.1`, body, clock.now()));
  });
  const ask = async (): Promise<GrantAnswered> => {
    const asking = askFederation("desk", { log: mesh.connect("desk").log, clock, random: seededRandom(6), logger })(asked, over.signal);
    let heard = false;
    const end = (): void => {
      heard = true;
    };
    asking.then(end, end);
    await clock.run(() => heard, 600_000);
    if (!heard) throw new Error("the federation was never heard");
    return asking;
  };
  return { ask, warned, over, clock, asks: () => mesh.stream(FEDERATION).head };
}

test("an ask that met a rival's write in flight is made once all the same, and its answer heard", async () => {
  const output = { granted: wants, fleet: wants };
  const { ask, asks } = scene({ rival: 0.9, after: 200, output });
  expect(await ask()).toMatchObject({ granted: wants });
  expect(asks()).toBe(1);
});

test("a federation that is away for long is told of, once, and a refusal is thrown in its words", async () => {
  const { ask, warned } = scene({ rival: 0, after: 60_000, output: undefined });
  await expect(ask()).rejects.toMatchObject({ code: "GRANT_REFUSED" });
  expect(warned).toEqual(["the federation does not answer: calls go on within what it has granted, and the others wait"]);
});

test("who stops waits for no answer", async () => {
  const { ask, over, clock } = scene({ rival: 0, after: 60_000, output: undefined });
  void clock.sleep(1_000).then(() => over.abort(new Error("stopped")));
  await expect(ask()).rejects.toThrow("stopped");
});
