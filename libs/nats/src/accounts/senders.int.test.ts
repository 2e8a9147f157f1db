import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeBody } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { managerOf } from "../connection/api.ts";
import { clientOptions } from "../connection/client-options.ts";
import { type Link, link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { openBackup, writeBackup } from "../streams/backup.ts";
import { dropTeam } from "../streams/remove-team.ts";
import { restoreTeam } from "../streams/restore-team.ts";
import { startTestMesh, type TestMesh } from "../testing/mesh.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const work = { name: "all", filters: ["ask.alpha.>", "ans.alpha.>", "evt.beta.>"], concurrency: 4 };
const teams = [
  { team: "alpha", queues: [work], sources: new Map([["beta", ["evt.beta.order.paid.>"]]]), asks: ["beta.help"] },
  { team: "beta", queues: [], sources: new Map(), asks: ["alpha.help"] },
  { team: "gamma", queues: [], sources: new Map(), asks: ["beta.help"] },
];

let mesh: TestMesh;
let admin: Link;
/** Plain clients, each with a team's own key. */
const plain = new Map<string, NatsConnection>();

beforeAll(async () => {
  mesh = await startTestMesh(teams, { walled: true });
  const access = accessIn(mesh.keys);
  admin = await link({ servers: mesh.url, identity: await access.identity("provisioner"), logger: quiet });
  for (const { team } of teams) plain.set(team, await connect(clientOptions(mesh.url, await access.identity(team))));
}, 60_000);
afterAll(async () => {
  await Promise.all([...plain.values()].map((connection) => connection.close()));
  await admin.close();
  await mesh[Symbol.asyncDispose]();
});

/** A message of beta's as it says itself, with a signature that is nobody's. */
function forged(id: string, type: string, subject: string): string {
  const body = encodeBody([
    {
      specversion: "1.0",
      id,
      source: "/teams/beta",
      type,
      subject,
      time: "2026-01-01T00:00:00Z",
      data: {},
      team: "beta",
      correlationid: "c",
      causationid: "c",
      schemaversion: 1,
      hops: 0,
    },
  ]);
  return `${body.slice(0, -1)},"sig":"${"A".repeat(86)}"}`;
}
const ask = (id: string): [string, string] => [`ask.alpha.beta.help.${id}`, forged(id, "alpha.help", id)];

function plainOf(team: string): NatsConnection {
  const connection = plain.get(team);
  if (connection === undefined) throw new Error(`no client of ${team}`);
  return connection;
}

/** Publishes as a plain client does; answers what its server said, or why not. */
function told(team: string, [subject, body]: [string, string]): Promise<string> {
  return plainOf(team)
    .request(subject, body, { timeout: 2_000 })
    .then(
      (answer) => answer.string(),
      (error: unknown) => String(error),
    );
}

async function storedIn(stream: string): Promise<number> {
  return (await (await managerOf(admin, stream)).streams.info(stream)).state.last_seq;
}

/** What alpha's log has under a subject, read by a connection that is opened for it. */
async function taken(subject: string): Promise<string | undefined> {
  const { log } = await mesh.connect("alpha");
  await log.head(); // by then it knows since when the stream is in an account
  return (await log.last(subject))?.envelopes.at(-1)?.id;
}

test("the sender of an ask is who the account says: its signature is not looked at, and nobody else's ask arrives", async () => {
  const { log } = await mesh.connect("alpha");
  const worked: Message[] = [];
  const end = new AbortController();
  await log.head();
  const working = log.work(
    work,
    async (delivery) => {
      worked.push(delivery);
      return { kind: "done" };
    },
    end.signal,
  );
  const before = await storedIn("TEAM_alpha");
  expect(await told("gamma", ask("r1"))).toMatch(/permission/i);
  expect(await told("gamma", ["ans.alpha.beta.r.1", forged("r1", "alpha.help", "r1")])).toMatch(/permission/i);
  expect(await storedIn("TEAM_alpha")).toBe(before);
  expect(JSON.parse(await told("beta", ask("r2")))).toMatchObject({ stream: "TEAM_alpha" });
  await expect.poll(() => worked.map(({ envelopes }) => envelopes.at(-1)?.id), { timeout: 10_000 }).toEqual(["r2"]);
  end.abort();
  await working;
});

test("a fact is signed and checked all the same", async () => {
  const subject = "evt.beta.order.paid.a.1";
  expect(JSON.parse(await told("beta", [subject, forged("p1", "beta.order.paid", "a")]))).toMatchObject({ stream: "TEAM_beta" });
  const manager = await managerOf(admin, "TEAM_alpha");
  const copied = () => manager.streams.getMessage("TEAM_alpha", { last_by_subj: subject });
  await expect.poll(copied, { timeout: 10_000 }).not.toBeNull();
  expect(await taken(subject)).toBeUndefined();
  const { log } = await mesh.connect("beta");
  await log.append("evt.beta.order.paid.b.1", forged("p2", "beta.order.paid", "b").replace(/,"sig":"A+"/, ""));
  await expect.poll(() => taken("evt.beta.order.paid.b.1"), { timeout: 10_000 }).toBe("p2");
});

test("what was stored before the stream had an account is held to its signature, and so is all that comes from a backup", async () => {
  const [subject] = ask("r3");
  expect(JSON.parse(await told("beta", ask("r3")))).toMatchObject({ stream: "TEAM_alpha" });
  expect(await taken(subject)).toBe("r3");
  const folder = await mkdtemp(join(tmpdir(), "armada-"));
  const access = accessIn(mesh.keys);
  try {
    const file = join(folder, "alpha.tar");
    await writeBackup(admin, ["TEAM_alpha", "TIMERS_alpha"], await access.kept("alpha"), file);
    await dropTeam(admin, "alpha");
    const backup = await openBackup(file);
    try {
      await restoreTeam(admin, "alpha", backup, access);
    } finally {
      await backup.close();
    }
    expect(await taken(subject)).toBeUndefined();
    await mesh.provision(teams);
    expect(await taken(subject)).toBeUndefined();
    expect(JSON.parse(await told("beta", ask("r4")))).toMatchObject({ stream: "TEAM_alpha" });
    expect(await taken(ask("r4")[0])).toBe("r4");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
