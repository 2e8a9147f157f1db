import { event } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { expect, test } from "vitest";
import { z } from "zod";
import { fold, readModel } from "../authoring.ts";
import { team } from "../team.ts";
import { Payloads } from "./payloads.ts";
import { ReadModels } from "./read-models.ts";

const Noted = event("alpha.thing.noted", { version: 1, id: (d) => d.id, data: z.object({ id: z.string() }) });
const seen = readModel<readonly string[]>({
  name: "seen",
  version: 1,
  initial: () => [],
  folds: [fold(Noted, (ids, { data }) => [...ids, data.id])],
});
const noObjects = {
  put: () => Promise.reject(new Error("none")),
  get: () => Promise.reject(new Error("none")),
  drop: async () => undefined,
};

/** A copy of the fact `id` of alpha, which had the place `at` in its stream. */
function copy(seq: number, id: string, at: number): Message {
  const envelope = {
    specversion: "1.0" as const,
    id: `e-${id}`,
    source: "/teams/alpha",
    type: Noted.type,
    subject: id,
    time: "2026-01-01T00:00:00.000Z",
    data: { id },
    team: "alpha",
    correlationid: id,
    causationid: id,
    schemaversion: 1,
    hops: 0,
  };
  const origin = { stream: "TEAM_alpha", seq: at };
  return { subject: `evt.alpha.thing.noted.${id}.1`, seq, body: JSON.stringify(envelope), envelopes: [envelope], time: 0, origin };
}

test("copies are known by their event: a stream made anew has other facts at the places of the old ones", async () => {
  const models = new ReadModels(team({ name: "beta", readModels: [seen] }), new Payloads(noObjects, "beta"));
  const old = ["a", "b", "c", "d", "e"].map((id, i) => copy(i + 1, id, i + 1));
  const made = ["f", "g", "h", "i", "j", "k", "l"].map((id, i) => copy(i + 6, id, i + 1));
  const again = ["a", "b"].map((id, i) => copy(i + 13, id, i + 8)); // its history, by a source that was added again
  for (const message of [...old, ...made, ...again]) await models.fold(message);
  expect(models.views()[0]?.state).toEqual("abcdefghijkl".split(""));
  expect(models.views()[0]?.asOf).toBe(12);
});
