import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { printer } from "../testing/printer.ts";
import { addKeyCommand } from "./keys.ts";

const SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "armada-keys-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a key is shown once; a sender's secret that was given is kept, and shown nowhere", async () => {
  const [made, given] = [{ ...printer(), json: false }, printer()];
  const flags = { keys: folder, scope: ["emit:com.example.*"] };
  await addKeyCommand("shop", flags, made);
  expect(made.said).toEqual([expect.stringMatching(/^[\w-]{32,}$/), "nothing shows it again; a running gateway knows it within a second"]);
  const file = join(folder, "sender.secret");
  await writeFile(file, `${SECRET}\n`);
  await addKeyCommand("orders", { ...flags, signs: file }, given);
  expect(given.said).toEqual([`orders signs with the secret in ${file}`, "a running gateway knows it within a second"]);
  expect(JSON.stringify([given.said, given.emitted])).not.toContain(SECRET);
  expect(await readFile(join(folder, "gateway-keys.json"), "utf8")).toContain(SECRET);
  await expect(addKeyCommand("more", { ...flags, signs: file, out: join(folder, "out") }, printer())).rejects.toMatchObject({
    code: "USAGE",
    hint: "leave --out away",
  });
  expect(await readdir(folder)).not.toContain("out");
});
