import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addKey, digestOf, keyFileIn, readKeys, revokeKey } from "./key-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-keys-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const now = Date.parse("2026-11-01T00:00:00Z");
const add = (name: string, scopes = ["read:*"]): Promise<string> => addKey(folder, { name, scopes, now });

test("a key is kept by its digest alone, in a file that only its owner reads", async () => {
  const key = await add("desk");
  expect(key).toMatch(/^ak_[\w-]{32}$/);
  expect(readFileSync(keyFileIn(folder), "utf8")).not.toContain(key.slice(3));
  expect(statSync(keyFileIn(folder)).mode & 0o777).toBe(0o600);
  expect((await readKeys(folder)).keys).toEqual([
    { name: "desk", digest: digestOf(key), scopes: ["read:*"], made: "2026-11-01T00:00:00.000Z" },
  ]);
});

test("of many commands at once none loses another's key", async () => {
  const names = Array.from({ length: 12 }, (_, i) => `k${i}`);
  await Promise.all(names.map((name) => add(name)));
  expect((await readKeys(folder)).keys.map(({ name }) => name).sort()).toEqual([...names].sort());
});

test("a key is revoked by its name, the first one too; what cannot be is refused", async () => {
  await add("desk");
  await revokeKey(folder, "desk");
  await revokeKey(folder, "default");
  expect(await readKeys(folder)).toEqual({ layout: 1, keys: [], defaultRevoked: true });
  for (const wrong of [
    () => revokeKey(folder, "desk"),
    () => add("default"),
    () => add("a b"),
    () => add("x", []),
    () => add("x", ["all"]),
  ])
    await expect(wrong()).rejects.toThrow(expect.objectContaining({ code: "USAGE" }));
  await add("desk");
  await expect(add("desk")).rejects.toThrow(expect.objectContaining({ message: "there is a key desk" }));
});

test("a file that is none of keys is said, and not written over", async () => {
  writeFileSync(keyFileIn(folder), "{");
  await expect(add("desk")).rejects.toThrow(expect.objectContaining({ code: "KEYS_INVALID" }));
  expect(readFileSync(keyFileIn(folder), "utf8")).toBe("{");
});

test("what its readers would refuse is not written", async () => {
  await add("desk");
  const before = readFileSync(keyFileIn(folder), "utf8");
  const about = { name: "z", scopes: ["emit:*"], now };
  const day = "2027-01-01T00:00:00.000Z";
  for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9].map((perMinute) => ({ ...about, perMinute })))
    await expect(addKey(folder, wrong)).rejects.toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining("--per-minute") }),
    );
  for (const expires of ["", "soon", "+275760-09-13T00:00:00.000Z"])
    await expect(addKey(folder, { ...about, expires })).rejects.toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining("--expires") }),
    );
  for (const scopes of [["start:lab"], ["emit:*", "start:lab.w"]])
    await expect(addKey(folder, { ...about, scopes, signs: true })).rejects.toThrow(expect.objectContaining({ code: "USAGE" }));
  expect(readFileSync(keyFileIn(folder), "utf8")).toBe(before);
  await addKey(folder, { ...about, expires: day, perMinute: 999_999_999 });
  expect((await readKeys(folder)).keys[1]).toMatchObject({ expires: day, perMinute: 999_999_999 });
});

test.each([
  [{ perMinute: 0 }, /gateway-keys\.json: the key z: perMinute: /],
  [{ expires: "soon" }, /the key z: expires: /],
  [{ scopes: ["start:lab"] }, /the key z: scopes\.0: a scope is emit:TYPE/],
  [{ digest: undefined }, /the key z: it has either a digest or a secret/],
  [{ name: 1 }, /key 2: name: /],
])("of a file with %j is said where it is wrong, in a line", async (part, message) => {
  await add("desk");
  const { keys, ...file } = await readKeys(folder);
  writeFileSync(keyFileIn(folder), JSON.stringify({ ...file, keys: [...keys, { ...keys[0], name: "z", ...part }] }));
  await expect(readKeys(folder)).rejects.toThrow(
    expect.objectContaining({ code: "KEYS_INVALID", message: expect.stringMatching(message) }),
  );
  await expect(readKeys(folder)).rejects.not.toThrow("\n");
});

test("a sender that signs has its own secret or a new one, and that stays", async () => {
  const made = await addKey(folder, { name: "shop", scopes: ["emit:*"], now, signs: true });
  expect(made).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const own = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  expect(await addKey(folder, { name: "other", scopes: ["emit:*"], now, signs: own })).toBe(own);
  expect((await readKeys(folder)).keys.map(({ secret, digest }) => [secret, digest])).toEqual([
    [made, undefined],
    [own, undefined],
  ]);
  for (const signs of ["", "whsec_", "whsec_c2hvcnQ=", "no base64!"])
    await expect(addKey(folder, { name: "bad", scopes: ["emit:*"], now, signs })).rejects.toThrow(
      expect.objectContaining({ code: "USAGE" }),
    );
});
