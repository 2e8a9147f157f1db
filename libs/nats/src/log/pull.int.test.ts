import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Link, link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh } from "../testing/index.ts";
import { pull } from "./pull.ts";
import { StreamIdentity } from "./stream-identity.ts";

const logger = { info: () => undefined, warn: () => undefined };

test("of pulls that were taken for lost and are not, no more are made: a queue has its concurrency waiting, and not twice that", async () => {
  const queue = { name: "asks", filters: ["ask.alpha.>"], concurrency: 4 };
  await using mesh = await startTestMesh([{ team: "alpha", queues: [queue], sources: new Map() }]);
  const own = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("alpha"), logger });
  let again = (): void => undefined;
  const told: Link = {
    ...own,
    onReconnect: (handler) => {
      again = handler;
      return () => undefined;
    },
  };
  const end = new AbortController();
  const identity = new StreamIdentity(own, "TEAM_alpha", logger);
  const pulling = pull(
    told,
    "TEAM_alpha",
    identity,
    queue,
    () => undefined,
    async () => ({ kind: "done" }),
    end.signal,
    logger,
  );
  const waiting = async (): Promise<number> => {
    const answer = await own.mux.request("$JS.API.CONSUMER.INFO.TEAM_alpha.asks", "", { timeout: 5_000 });
    return "failed" in answer ? -1 : JSON.parse(answer.string()).num_waiting;
  };
  await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
  again();
  await expect.poll(waiting, { timeout: 20_000 }).toBe(2);
  await sleep(31_000); // a pull ends after 30 s, and another one takes its place
  await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
  end.abort();
  await pulling;
  await own.close();
}, 90_000);
