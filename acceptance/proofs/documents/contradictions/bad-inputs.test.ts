import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeBadInputs } from "./bad-inputs.ts";

it("makes each folder with what is wrong in it", () => {
  const dir = mkdtempSync(join(tmpdir(), "bad-inputs-"));
  try {
    const inputs = makeBadInputs(dir);
    expect(inputs.map(({ name }) => name).sort()).toEqual(readdirSync(dir).sort());
    expect(readdirSync(join(dir, "empty"))).toEqual([]);
    expect(readFileSync(join(dir, "binary", "photo.md"))).toContain(0);
    expect(statSync(join(dir, "unreadable", "locked.md")).mode & 0o777).toBe(0);
    expect(() => readFileSync(join(dir, "dangling", "gone.md"))).toThrow("ENOENT");
    expect(statSync(join(dir, "large", "log.txt")).size).toBeGreaterThan(5_000_000);
    expect(readdirSync(join(dir, "chinese"))).toHaveLength(2);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
