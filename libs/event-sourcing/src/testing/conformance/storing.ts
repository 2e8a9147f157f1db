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
    name: "another team gets an object by its owner's name, and not without",
    run: async (world) => {
      const [alpha, beta] = [await world.client("alpha"), await world.client("beta")];
      const digest = await world.persist(() => alpha.objects.put(bytes("of alpha")));
      deepEqual(new Uint8Array(await world.persist(() => beta.objects.get(digest, "alpha"))), bytes("of alpha"));
      equal(await codeOf(world, () => beta.objects.get(digest)), "OBJECT_MISSING");
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
