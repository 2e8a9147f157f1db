import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identitiesOfOneAccount } from "../testing/one-account.ts";
import { accessIn } from "./access.ts";
import { newSeed, publicKeyOf } from "./nkey.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "armada-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const names = ["provisioner", "operator", "alpha"];
const keys = (): string => join(folder, "keys");
const beside = (): string => join(folder, "keys-administration");
/** As a build before this one had it. */
const asBefore = async (): Promise<void> => {
  await identitiesOfOneAccount(keys(), names);
  await rename(join(beside(), "provisioner.nk"), join(keys(), "provisioner.nk"));
  await rm(beside(), { recursive: true });
};

test("administration's secret is in a folder of its own, beside the identities or where it is said", async () => {
  await accessIn(keys()).ensure(names);
  expect([await readdir(keys()), await readdir(beside())]).toEqual([
    ["accounts", "alpha.nk", "operator.nk", "public.json"],
    ["provisioner.nk"],
  ]);
  const elsewhere = join(folder, "safe");
  await accessIn(join(folder, "other"), elsewhere).ensure(names);
  expect([await readdir(elsewhere), await readdir(folder)]).toEqual([
    ["provisioner.nk"],
    expect.not.arrayContaining(["other-administration"]),
  ]);
});

test("without that folder all but administration goes on, and what needs it says so and makes no other", async () => {
  const access = accessIn(keys());
  await access.ensure(names);
  const known = await access.keys();
  await rm(beside(), { recursive: true });
  expect(await access.keys()).toEqual(known);
  expect((await access.ensure(["beta"])).has("provisioner")).toBe(true);
  expect((await access.identity("operator")).name).toBe("operator");
  for (const act of [access.identity("provisioner"), access.ensure(names)])
    await expect(act).rejects.toMatchObject({
      code: "IDENTITY_MISSING",
      message: expect.stringContaining(beside()),
      hint: expect.stringContaining("NATS_ADMINISTRATION"),
    });
});

test("the secret of an older folder is read where it is, and moved at the next start", async () => {
  await asBefore();
  const access = accessIn(keys());
  const before = await access.identity("provisioner");
  expect(await readdir(keys())).toContain("provisioner.nk");
  await access.ensure(names);
  expect([await readdir(keys()), await readdir(beside())]).toEqual([["alpha.nk", "operator.nk", "public.json"], ["provisioner.nk"]]);
  expect(await access.identity("provisioner")).toEqual(before);
  expect((await access.keys()).get("provisioner")).toEqual([before.publicKey]);
});

test("a move that was cut off is ended by the next start", async () => {
  await asBefore();
  await mkdir(beside());
  await writeFile(join(beside(), "provisioner.nk"), await readFile(join(keys(), "provisioner.nk")));
  await accessIn(keys()).ensure(names);
  expect(await readdir(keys())).not.toContain("provisioner.nk");
});

test("who reads an older folder does not open administration's secret", async () => {
  await asBefore();
  const known = await accessIn(keys()).keys();
  await writeFile(join(keys(), "provisioner.nk"), "unreadable");
  expect(await accessIn(keys()).keys()).toEqual(known);
});

test("the administration of another mesh is refused, and nothing is changed", async () => {
  await asBefore();
  await mkdir(beside());
  const other = newSeed();
  await writeFile(join(beside(), "provisioner.nk"), other);
  const access = accessIn(keys());
  const known = await access.keys();
  await expect(access.ensure(names)).rejects.toMatchObject({ code: "ANOTHER_ADMINISTRATION" });
  await rm(join(keys(), "provisioner.nk"));
  await expect(access.ensure(names)).rejects.toMatchObject({ code: "ANOTHER_ADMINISTRATION" });
  expect(await access.keys()).toEqual(known);
  expect(known.get("provisioner")).not.toEqual([publicKeyOf(other)]);
});
