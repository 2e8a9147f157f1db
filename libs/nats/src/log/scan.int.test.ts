import { encodeBody } from "@armada/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NatsPorts } from "../adapter.ts";
import { link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";

const MESSAGES = 12_000;
/** Of more that are under way a busy machine answers the last too late. */
const AT_ONCE = 1_000;

let mesh: TestMesh;
let alpha: NatsPorts;

beforeAll(async () => {
  mesh = await startTestMesh([{ team: "alpha", queues: [], sources: new Map() }], { syncInterval: "100ms" });
  alpha = await mesh.connect("alpha");
  const about = { specversion: "1.0", source: "/teams/alpha", type: "alpha.thing.seen", time: "2026-01-01T00:00:00Z", data: {} } as const;
  const chain = { team: "alpha", correlationid: "c", causationid: "c", schemaversion: 1, hops: 0 };
  for (let from = 0; from < MESSAGES; from += AT_ONCE) {
    const writes = Array.from({ length: AT_ONCE }, (_, i) =>
      alpha.log.append(`evt.alpha.thing.seen.t.${from + i + 1}`, encodeBody([{ ...about, ...chain, id: `e${from + i + 1}` }])),
    );
    const written = await Promise.all(writes);
    expect(written.filter(({ kind }) => kind !== "appended")).toEqual([]);
  }
}, 60_000);
afterAll(async () => mesh[Symbol.asyncDispose]());

test("a scan reads every message once and in order, also where its consumer is lost on the way", async () => {
  const quiet = { info: () => undefined, warn: () => undefined };
  const admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  const manager = await jetstreamManager(admin.connection, { checkAPI: false });
  const lose = async (): Promise<void> => {
    for await (const { name } of manager.consumers.list("TEAM_alpha")) await manager.consumers.delete("TEAM_alpha", name);
  };
  for (const losing of [false, true]) {
    const seqs: number[] = [];
    let lost: Promise<void> | undefined;
    const upTo = await alpha.log.scan(["evt.alpha.>"], 0, ({ seq }) => {
      seqs.push(seq);
      if (losing) lost ??= lose();
    });
    await lost;
    expect(upTo).toBe(MESSAGES);
    expect(seqs).toEqual(Array.from({ length: MESSAGES }, (_, i) => i + 1));
  }
  await admin.close();
});

test("a scan ends with what its handler throws", async () => {
  const broken = alpha.log.scan(["evt.alpha.>"], 0, () => {
    throw new Error("enough");
  });
  await expect(broken).rejects.toThrow("enough");
});

test("a filter with a line break is no expectation", async () => {
  const broken = alpha.log.append("run.alpha.note.x.t.1", "{}", { filter: "a\r\nNats-Rollup: all", last: 0 });
  await expect(broken).rejects.toThrow("cannot be a filter");
});
