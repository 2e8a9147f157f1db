import { connect } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { portsOf } from "../adapter.ts";
import { managerOf } from "../connection/api.ts";
import { clientOptions } from "../connection/client-options.ts";
import { type Link, link } from "../connection/connect.ts";
import { Fleet } from "../fleet/fleet.ts";
import { startTestMesh } from "../testing/mesh.ts";
import { accessIn } from "./access.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const KINDS = ["TEAM", "TIMERS", "REG", "CACHE", "DRAWS", "INDEX", "OBJECTS"];
const STREAM = ["CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE", "LEADER.STEPDOWN", "PEER.REMOVE"];
const CONSUMER = ["CREATE", "DURABLE.CREATE", "DELETE", "PAUSE", "RESET", "UNPIN", "MSG.NEXT", "LEADER.STEPDOWN"];
const WRITTEN = ["evt.alpha.order.paid.1.k", "run.alpha.do.step.r.1", "reg.alpha.key", "obj.alpha.d.0", "index.alpha.head", "fleet.alpha"];
const teams = [
  { team: "alpha", queues: [{ name: "q", filters: ["run.alpha.>"], concurrency: 1 }], sources: new Map() },
  { team: "gateway", queues: [], sources: new Map(), asks: ["alpha.any"] },
];

/** All that whoever reads could try on alpha's streams and the fleet's, where it would find them in either kind of folder. */
function tries(): readonly string[] {
  const streams = [...KINDS.map((kind) => ({ stream: `${kind}_alpha`, owner: "alpha" })), { stream: "FLEET", owner: "provisioner" }];
  return streams.flatMap(({ stream, owner }) =>
    ["$JS.API", `JS.${owner}.API`].flatMap((api) => [
      ...STREAM.map((verb) => `${api}.STREAM.${verb}.${stream}`),
      ...CONSUMER.map((verb) => `${api}.CONSUMER.${verb}.${stream}.q`),
      `${api}.CONSUMER.CREATE.${stream}`,
    ]),
  );
}

/** What alpha and the fleet have, by administration's word. */
async function there(admin: Link): Promise<unknown> {
  const streams = [...KINDS.map((kind) => `${kind}_alpha`), "FLEET"];
  return Promise.all(
    streams.map(async (stream) => {
      const manager = await managerOf(admin, stream);
      const { config, state, created } = await manager.streams.info(stream);
      const consumers = await Array.fromAsync(manager.consumers.list(stream));
      const kept = consumers.filter(({ config: { durable_name } }) => durable_name !== undefined);
      return {
        config,
        created,
        messages: state.messages,
        last: state.last_seq,
        consumers: kept.map((one) => ({ config: one.config, created: one.created, delivered: one.delivered, paused: one.paused })),
      };
    }),
  );
}

test.each([false, true])(
  "operator and gateway read all and change nothing; with accounts: %s",
  async (walled) => {
    await using mesh = await startTestMesh(teams, { walled });
    const access = accessIn(mesh.keys);
    const admin = await link({ servers: mesh.url, identity: await access.identity("provisioner"), logger: quiet });
    const alpha = await mesh.connect("alpha");
    expect(await alpha.registers.put("key", "value", 0)).toBeDefined();
    const before = await there(admin);
    for (const reader of ["operator", "gateway"]) {
      const plain = await connect(clientOptions(mesh.url, await access.identity(reader)));
      const body = JSON.stringify({
        name: "spy",
        stream_name: "TEAM_alpha",
        config: { name: "spy", durable_name: "spy" },
        batch: 1,
        seq: 1,
      });
      // Some verbs want a body, others refuse one.
      for (const subject of [...tries(), ...WRITTEN]) for (const said of ["", body]) plain.publish(subject, said);
      await plain.flush();
      await plain.close();
      const reading = await link({ servers: mesh.url, identity: await access.identity(reader), logger: quiet });
      expect((await (await managerOf(reading, "TEAM_alpha")).consumers.info("TEAM_alpha", "q")).name).toBe("q");
      const { registers } = portsOf(reading, "alpha", await Fleet.follow(reading, access, quiet), quiet);
      expect(await registers.get("key")).toMatchObject({ value: "value" });
      await reading.close();
    }
    expect(await there(admin)).toEqual(before);
    await admin.close();
  },
  60_000,
);
