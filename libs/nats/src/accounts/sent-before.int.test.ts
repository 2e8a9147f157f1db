import { buildEnvelope, chainOf, encodeBody } from "@armada/contracts";
import { expect, test } from "vitest";
import { managerOf } from "../connection/api.ts";
import { link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh } from "../testing/mesh.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const teams = [
  { team: "alpha", queues: [], sources: new Map(), asks: ["beta.help"] },
  { team: "beta", queues: [], sources: new Map(), asks: ["gamma.help"] },
  { team: "gamma", queues: [], sources: new Map([["beta", ["evt.beta.thing.told.>"]]]), asks: ["beta.help"] },
];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("what a team was sent before senders made copies is copied once, and nothing that it was not sent", async () => {
  await using mesh = await startTestMesh(teams, { walled: true });
  const [alpha, beta, gamma] = await Promise.all(["alpha", "beta", "gamma"].map((team) => mesh.connect(team)));
  if (alpha === undefined || beta === undefined || gamma === undefined) throw new Error("no clients");
  const document = await alpha.objects.put(bytes("a document"));
  const input = await alpha.objects.put(bytes(JSON.stringify({ documents: [{ digest: document }] })));
  const unsent = await alpha.objects.put(bytes("sent to nobody"));
  const output = await gamma.objects.put(bytes(JSON.stringify("an answer")));
  const stated = await beta.objects.put(bytes(JSON.stringify("a fact")));
  const said = (type: string, id: string, team: string, data: unknown): string =>
    encodeBody([buildEnvelope({ id, type, subject: id, time: "2026-11-22T10:00:00Z", data, team }, chainOf(id))]);
  const ref = (digest: string, team: string): object => ({ $object: digest, size: 1, team });
  await alpha.log.append("ask.beta.alpha.help.r-1", said("armada.asked", "r-1", "alpha", { input: ref(input, "alpha") }));
  await gamma.log.append("ans.beta.gamma.r.2", said("armada.answered", "r-2", "gamma", { output: ref(output, "gamma") }));
  await beta.log.append("evt.beta.thing.told.t.1", said("beta.thing.told", "t", "beta", ref(stated, "beta")));

  const admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  try {
    const had = async (digest: string, sender: string): Promise<boolean> =>
      beta.objects.get(digest, sender).then(
        () => true,
        () => false,
      );
    const shown = (digest: string): Promise<boolean> =>
      gamma.objects.getShown(digest, "beta").then(
        () => true,
        () => false,
      );
    const all = (): Promise<boolean[]> =>
      Promise.all([
        shown(stated),
        shown(document),
        had(document, "alpha"),
        had(input, "alpha"),
        had(output, "gamma"),
        had(unsent, "alpha"),
        had(output, "alpha"),
      ]);
    expect(await all()).toEqual([false, false, false, false, false, false, false]);

    const manager = await managerOf(admin, "OBJECTS_beta");
    const objects = async () => (await manager.streams.info("OBJECTS_beta")).config;
    const { metadata: { "armada.copies": done, ...metadata } = {}, ...config } = await objects();
    expect(done).toBe("all");
    await manager.streams.update("OBJECTS_beta", { ...config, metadata }); // as an older build left it
    await mesh.provision(teams);
    expect(await all()).toEqual([true, false, true, true, true, false, false]);
    expect((await objects()).metadata?.["armada.copies"]).toBe("all");

    const before = (await manager.streams.info("OBJECTS_beta")).state.last_seq;
    await mesh.provision(teams);
    expect((await manager.streams.info("OBJECTS_beta")).state.last_seq).toBe(before);
    for (const other of [alpha, gamma]) await expect(other.objects.get(output, "beta")).rejects.toMatchObject({ code: "OBJECT_MISSING" });
  } finally {
    await admin.close();
  }
});
