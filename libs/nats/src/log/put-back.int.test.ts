import { cpSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Envelope, encodeBody } from "@armada/contracts";
import { expect, test } from "vitest";
import { startTestMesh } from "../testing/index.ts";

const WITHIN = { timeout: 20_000, interval: 50 };

function body(id: string): string {
  const about = { specversion: "1.0", source: "/teams/alpha", type: "alpha.thing.noted", time: "2026-01-01T00:00:00Z" } as const;
  const envelope: Envelope = {
    ...about,
    id,
    subject: "a",
    data: {},
    team: "alpha",
    correlationid: id,
    causationid: id,
    schemaversion: 1,
    hops: 0,
  };
  return encodeBody([envelope]);
}

test("a stream whose files were put back to an older copy is another one: readers are told and get all of it from its beginning", async () => {
  await using mesh = await startTestMesh([{ team: "alpha", queues: [], sources: new Map() }]);
  const { log } = await mesh.connect("alpha");
  const end = new AbortController();
  const followed: number[] = [];
  let told: number | undefined;
  void log.replaced(end.signal).then((how) => {
    if (how === "replaced") told = followed.length;
  });
  const following = log.follow(["evt.alpha.>"], 0, ({ seq }) => void followed.push(seq), end.signal);
  const put = (id: string) => log.append(`evt.alpha.thing.noted.a.${id}`, body(id));
  const data = join(dirname(mesh.keys), "data0");

  for (const id of ["a", "b"]) expect(await put(id)).toMatchObject({ kind: "appended" });
  cpSync(data, `${data}.old`, { recursive: true });
  for (const id of ["c", "d", "e"]) expect(await put(id)).toMatchObject({ kind: "appended" });
  await expect.poll(() => followed, WITHIN).toEqual([1, 2, 3, 4, 5]);
  renameSync(data, `${data}.new`);
  renameSync(`${data}.old`, data);
  process.kill(mesh.servers[0]?.pid() ?? 0, "SIGKILL");

  await expect.poll(() => told, WITHIN).toBe(5);
  expect(await put("f")).toEqual({ kind: "appended", seq: 3 });
  await expect.poll(() => followed.slice(5), WITHIN).toEqual([1, 2, 3]);
  end.abort();
  await following;
}, 60_000);
