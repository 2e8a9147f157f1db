import type { Adapter } from "@armada/event-sourcing/testing";
import { type NatsPorts, portsOf } from "../adapter.ts";
import { type Link, link } from "../connection/connect.ts";
import { Fleet } from "../fleet/fleet.ts";
import { accessIn } from "../identity/access.ts";
import { appendedFrom } from "../log/appended.ts";
import { ACK_WAIT_MS } from "../streams/topology.ts";
import { startTestMesh } from "./mesh.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const BACK_MS = 30_000;

/** The ports on real nats-servers for the conformance suite: one, or a cluster of three; `walled`: with an account for each identity. */
export function jetstreamAdapter(name: string, servers: 1 | 3, { walled = false }: { readonly walled?: boolean | "jwt" } = {}): Adapter {
  return {
    name,
    features: {
      restart: true,
      registers: true,
      calm: true,
      copies: walled === false ? "in one account who receives reads in the sender's objects" : true,
    },
    start: async (wants) => {
      const mesh = await startTestMesh(wants, { servers, walled });
      const others: Link[] = [];
      const portsAs = async (name: string, team: string): Promise<NatsPorts> => {
        const made = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity(name), logger: quiet });
        others.push(made);
        return portsOf(made, team, await Fleet.follow(made, accessIn(mesh.keys), quiet), quiet);
      };
      let remaking: Promise<void> = Promise.resolve();
      const remake = async (team: string): Promise<void> => {
        const provisioner = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
        others.push(provisioner);
        const answer = await (await provisioner.in(team)).mux.request(`$JS.API.STREAM.DELETE.TEAM_${team}`, "", { timeout: 5_000 });
        if ("failed" in answer || !answer.string().includes('"success":true')) throw new Error(`TEAM_${team} was not deleted`);
        await mesh.provision(wants);
      };
      return {
        clock: {
          now: () => Date.now(),
          sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        },
        virtual: false,
        ackWait: ACK_WAIT_MS,
        connect: async (team) => {
          const ports = await mesh.connect(team);
          return { ...ports, kill: () => ports.link.close() };
        },
        archive: async (team) => (await portsAs("archiver", team)).objects,
        watcher: async (team) => (await portsAs("operator", team)).live,
        store: async (team, subject, body) => {
          const { link: own } = await mesh.connect(team);
          const answer = await own.mux.request(subject, body, { timeout: 5_000 });
          return "failed" in answer ? { kind: "unavailable", reason: answer.failed } : appendedFrom(answer.string());
        },
        spoil: async (team, digest) => {
          const { link: own } = await mesh.connect(team);
          await own.mux.request(`obj.${team}.${digest}.0`, "something else", { timeout: 5_000 });
        },
        restart: async () => {
          const before = mesh.servers.map((server) => server.pid());
          for (const pid of before) if (pid !== undefined) process.kill(pid, "SIGKILL");
          const deadline = Date.now() + BACK_MS;
          while (mesh.servers.some((server, i) => server.pid() === before[i])) {
            if (Date.now() > deadline) throw new Error("nats-server was not started again");
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        },
        remake: (team) => {
          // One after the other: who provisions looks at the streams of all.
          const remade = remaking.then(() => remake(team));
          remaking = remade.catch(() => undefined);
          return remade;
        },
        drive: (work, limit) => {
          let over: NodeJS.Timeout | undefined;
          const late = new Promise<never>((_, reject) => {
            over = setTimeout(() => reject(new Error(`the scenario gets nowhere for ${limit} ms`)), limit);
          });
          return Promise.race([work, late]).finally(() => clearTimeout(over));
        },
        stop: async () => {
          await Promise.all(others.map((other) => other.close()));
          await mesh[Symbol.asyncDispose]();
        },
      };
    },
  };
}
