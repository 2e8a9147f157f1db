import { deepEqual, equal } from "node:assert/strict";
import { hash } from "node:crypto";
import { ArmadaError } from "@armada/contracts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const storing: readonly Scenario[] = [
  {
    name: "an object is known by its content: put twice, it is one",
    run: async (world) => {
      const { objects } = await world.client();
      const digest = await world.persist(() => objects.put(bytes("some text")));
      equal(await world.persist(() => objects.put(bytes("some text"))), digest);
      equal(digest, hash("sha256", "some text", "base64url"));
      deepEqual(new Uint8Array(await world.persist(() => objects.get(digest))), bytes("some text"));
      const empty = await world.persist(() => objects.put(new Uint8Array()));
      deepEqual(new Uint8Array(await world.persist(() => objects.get(empty))), new Uint8Array());
    },
  },
  {
    name: "an object of several megabytes comes back whole, and is not what its writer does to it later",
    run: async (world) => {
      const { objects } = await world.client();
      const large = Uint8Array.from({ length: 2_500_000 }, (_, i) => (i * 31 + (i >> 9)) % 251);
      const copy = large.slice();
      const digest = await world.persist(() => objects.put(large));
      large.fill(0);
      equal(Buffer.compare(await world.persist(() => objects.get(digest)), copy), 0);
    },
  },
  {
    name: "an object that was put is got at once, by whichever replica",
    run: async (world) => {
      const [writer, reader] = await world.clients(2);
      if (writer === undefined || reader === undefined) throw new Error("no clients");
      for (let i = 0; i < 100; i++) {
        const digest = await world.persist(() => writer.objects.put(bytes(`object ${i}`)));
        equal(await textOf(world, () => reader.objects.get(digest)), `object ${i}`);
      }
    },
  },
  {
    name: "another team gets an object that it was given, by the giver's name, however often it was given",
    run: async (world) => {
      const [alpha, beta] = [await world.client("alpha"), await world.client("beta")];
      const large = Uint8Array.from({ length: 1_200_000 }, (_, i) => (i * 7 + (i >> 8)) % 253);
      for (const body of [bytes("of alpha"), large]) {
        const digest = await world.persist(() => alpha.objects.put(body));
        for (const _ of [1, 2]) await world.persist(() => alpha.objects.give(digest, "beta"));
        equal(Buffer.compare(await world.persist(() => beta.objects.get(digest, "alpha")), body), 0);
      }
      equal(await world.persist(() => alpha.objects.give("0".repeat(43), "beta")), undefined);
    },
  },
  {
    name: "what was given goes by its giver, stays when its original is dropped, and nothing else is had of another",
    needs: "copies",
    run: async (world) => {
      const [alpha, beta] = [await world.client("alpha"), await world.client("beta")];
      const kept = await world.persist(() => alpha.objects.put(bytes("not given")));
      equal(await codeOf(world, () => beta.objects.get(kept, "alpha")), "OBJECT_MISSING");
      const given = await world.persist(() => alpha.objects.put(bytes("given")));
      deepEqual(new Uint8Array((await world.persist(() => alpha.objects.give(given, "beta"))) ?? []), bytes("given"));
      equal(await codeOf(world, () => beta.objects.get(given, "gamma")), "OBJECT_MISSING");
      equal(await codeOf(world, () => alpha.objects.get(given, "beta")), "OBJECT_MISSING");
      equal(await codeOf(world, () => beta.objects.get(kept)), "OBJECT_MISSING");
      const archive = await world.fixture.archive("alpha");
      await world.persist(() => archive.drop(given));
      deepEqual(new Uint8Array(await world.persist(() => beta.objects.get(given, "alpha"))), bytes("given"));
    },
  },
  {
    name: "what a team was given it has, whoever gave it, and passes on",
    needs: "copies",
    run: async (world) => {
      const [alpha, beta, gamma] = [await world.client("alpha"), await world.client("beta"), await world.client("gamma")];
      const digest = await world.persist(() => gamma.objects.put(bytes("passed on")));
      equal(await world.persist(() => alpha.objects.give(digest, "beta")), undefined); // it does not have it
      await world.persist(() => gamma.objects.give(digest, "alpha"));
      equal(await textOf(world, () => alpha.objects.get(digest)), "passed on");
      for (const _ of [1, 2]) await world.persist(() => alpha.objects.give(digest, "beta"));
      await world.persist(() => alpha.objects.show(digest));
      equal(await textOf(world, () => beta.objects.get(digest)), "passed on");
      equal(await textOf(world, () => beta.objects.getShown(digest, "alpha")), "passed on");
      equal(await codeOf(world, () => beta.objects.get(digest, "gamma")), "OBJECT_MISSING");
    },
  },
  {
    name: "who takes a team's facts gets the objects that it shows",
    run: async (world) => {
      const [alpha, beta] = [await world.client("alpha"), await world.client("beta")];
      const digest = await world.persist(() => alpha.objects.put(bytes("in a fact")));
      for (const _ of [1, 2]) await world.persist(() => alpha.objects.show(digest));
      for (const team of [alpha, beta])
        deepEqual(new Uint8Array(await world.persist(() => team.objects.getShown(digest, "alpha"))), bytes("in a fact"));
      equal(await world.persist(() => alpha.objects.show("0".repeat(43))), undefined);
    },
  },
  {
    name: "who takes a team's facts gets no object that it does not show, nor what it was given",
    needs: "copies",
    run: async (world) => {
      const [alpha, beta] = [await world.client("alpha"), await world.client("beta")];
      const kept = await world.persist(() => alpha.objects.put(bytes("not shown")));
      const given = await world.persist(() => beta.objects.put(bytes("for alpha alone")));
      await world.persist(() => beta.objects.give(given, "alpha"));
      for (const digest of [kept, given]) equal(await codeOf(world, () => beta.objects.getShown(digest, "alpha")), "OBJECT_MISSING");
    },
  },
  {
    name: "an object that is missing, dropped or changed says so",
    run: async (world) => {
      const { objects } = await world.client();
      equal(await codeOf(world, () => objects.get("0".repeat(43))), "OBJECT_MISSING");
      const digest = await world.persist(() => objects.put(bytes("to be dropped")));
      const archive = await world.fixture.archive("alpha");
      await world.persist(() => archive.drop(digest));
      await world.until(async () => (await codeOf(world, () => objects.get(digest))) === "OBJECT_MISSING", "the dropped object is gone");
      await world.persist(() => archive.drop(digest));
      const changed = await world.persist(() => objects.put(bytes("to be changed")));
      await world.fixture.spoil("alpha", changed);
      await world.until(async () => (await codeOf(world, () => objects.get(changed))) === "OBJECT_CORRUPT", "the change is noticed");
    },
  },
];

async function codeOf(world: World, work: () => Promise<unknown>): Promise<string> {
  return world.persist(work).then(
    () => "no error",
    (error: unknown) => (error instanceof ArmadaError ? error.code : String(error)),
  );
}

async function textOf(world: World, get: () => Promise<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await world.persist(get));
}
