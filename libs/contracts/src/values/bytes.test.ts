import { expect, test } from "vitest";
import { parseBytes, sizeText } from "./bytes.ts";

test("reads sizes as nats-server does, and refuses what is none", () => {
  expect(["500MB", "1.5GB", "64 KB"].map(parseBytes)).toEqual([500 * 2 ** 20, 1.5 * 2 ** 30, 2 ** 16]);
  for (const text of ["", "5", "0MB", "-1GB", "5 GiB", "1e3MB"]) expect(() => parseBytes(text), text).toThrow(/is not a size/);
});

test("writes them for people", () => {
  expect([900, 2 ** 20, 1.5 * 2 ** 30].map(sizeText)).toEqual(["900 bytes", "1.0 MB", "1.5 GB"]);
});
