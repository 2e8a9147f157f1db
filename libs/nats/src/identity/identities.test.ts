import { link, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { accessIn } from "./access.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "armada-identities-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));
const keys = (): string => join(folder, "keys");

test("no file of a folder of identities is written over: who reads it meanwhile, or after a kill, has a whole one", async () => {
  const access = accessIn(keys());
  await access.ensure(["provisioner", "alpha"]);
  await access.renew(["alpha"]);
  const files = ["public.json", "retired.json", "alpha.nk"];
  const before = await Promise.all(files.map((file) => readFile(join(keys(), file), "utf8")));
  for (const file of files) await link(join(keys(), file), join(folder, file));
  await access.renew(["alpha"]);
  await access.ensure(["provisioner", "alpha", "beta"]);
  expect(await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))).toEqual(before);
  expect((await readdir(keys())).sort()).toEqual(["accounts", "alpha.nk", "beta.nk", "public.json", "retired.json"]);
});

test("two commands that make the same identities at once make one of each name", async () => {
  const both = await Promise.all([accessIn(keys()).ensure(["provisioner", "alpha"]), accessIn(keys()).ensure(["provisioner", "alpha"])]);
  const signs = [(await accessIn(keys()).identity("alpha")).publicKey, (await accessIn(keys()).identity("provisioner")).publicKey];
  for (const made of both) expect([made.get("alpha"), made.get("provisioner")]).toEqual(signs);
});

test("a list or a secret key that cannot be read is named, with what to do, and not quoted", async () => {
  const access = accessIn(keys());
  await access.ensure(["provisioner", "alpha"]);
  await writeFile(join(keys(), "alpha.nk"), "SUAsecret");
  await expect(access.identity("alpha")).rejects.toMatchObject({
    code: "IDENTITY_UNREADABLE",
    message: `${join(keys(), "alpha.nk")} holds no secret key`,
  });
  await writeFile(join(`${keys()}-administration`, "provisioner.nk"), "");
  await expect(access.identity("provisioner")).rejects.toMatchObject({ code: "IDENTITY_UNREADABLE" });
  await writeFile(join(keys(), "public.json"), "");
  await expect(access.keys()).rejects.toMatchObject({ code: "IDENTITY_UNREADABLE", message: expect.stringContaining("public.json") });
});
