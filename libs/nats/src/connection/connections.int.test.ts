import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeBody } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestMesh, type TestMesh } from "../testing/index.ts";

const work = { name: "all", filters: ["run.alpha.>"], concurrency: 4 };
const said: string[] = [];
const noting: Logger = { info: (line) => void said.push(line), warn: (line) => void said.push(line) };

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startTestMesh([{ team: "alpha", queues: [work], sources: new Map() }]);
});
afterAll(async () => mesh[Symbol.asyncDispose]());

function body(run: string, id: string): string {
  const about = {
    specversion: "1.0",
    source: "/teams/alpha",
    type: "armada.run.started",
    subject: run,
    time: "2026-01-01T00:00:00Z",
  } as const;
  return encodeBody([{ ...about, id, data: {}, team: "alpha", correlationid: "c", causationid: "c", schemaversion: 1, hops: 0 }]);
}

/** Gives the server another configuration, as an operator would. */
async function reload(edit: (config: string) => string): Promise<void> {
  const path = join(mesh.keys, "../server0/server.conf");
  await writeFile(path, edit(await readFile(path, "utf8")));
  process.kill(mesh.servers[0]?.pid() ?? 0, "SIGHUP");
}

test("permissions that take the inbox away and give it again leave nothing deaf", async () => {
  const ports = await mesh.connect("alpha", noting);
  const end = new AbortController();
  const followed: string[] = [];
  const worked: string[] = [];
  void ports.log.follow([">"], 0, (message) => void followed.push(message.subject), end.signal);
  const working = ports.log.work(
    work,
    async (delivery) => {
      worked.push(delivery.subject);
      return { kind: "done" };
    },
    end.signal,
  );
  const append = async (n: number): Promise<string> =>
    (await ports.log.append(`run.alpha.note.x.reload.${n}`, body("reload", `reload-${n}`))).kind;
  expect(await append(1)).toBe("appended");
  await expect.poll(() => [followed.length, worked.length]).toEqual([1, 1]);
  await reload((config) => config.replaceAll("_INBOX.alpha.>", "_INBOX.nobody.>"));
  await expect.poll(() => said.join("\n")).toContain("took the subscription");
  expect(await append(2)).toBe("unavailable"); // not known, as no answer comes
  await reload((config) => config.replaceAll("_INBOX.nobody.>", "_INBOX.alpha.>"));
  await expect.poll(() => append(3), { timeout: 15_000 }).toBe("appended");
  await expect.poll(() => [new Set(followed).size, new Set(worked).size], { timeout: 15_000 }).toEqual([3, 3]);
  end.abort();
  await working;
});

test("what the server does not let it publish is known at once, not when no answer came in time", async () => {
  const { link } = await mesh.connect("alpha", noting);
  const began = performance.now();
  const [own, other] = await Promise.all(
    ["run.alpha.note.x.own.1", "evt.beta.a.b.c.d"].map((to) => link.mux.request(to, "{}", { timeout: 20_000 })),
  );
  expect(own).not.toHaveProperty("failed");
  expect(other).toEqual({ failed: "NATS does not let alpha publish to evt.beta.a.b.c.d", refused: false });
  expect(performance.now() - began).toBeLessThan(10_000);
});

test("an exception in the handler of a subscription stops nobody else's reading", async () => {
  const { link, log } = await mesh.connect("alpha", noting);
  link.subscribe("_INBOX.alpha.thrown", () => {
    throw new Error("a handler's own fault");
  });
  await link.connection.flush();
  const reply = "_INBOX.alpha.thrown";
  link.connection.publish("$JS.API.STREAM.INFO.TEAM_alpha", "", { reply });
  await expect.poll(() => said.join("\n")).toContain("could not be handled");
  const began = performance.now();
  expect(await log.head()).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(2_000);
});
