import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

/** What npm runs, without npm, which takes longer than what it runs. */
function ended(command: string, arg: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync("sh", ["-c", `${scripts[command]} ${arg}`], { cwd: root, encoding: "utf8" });
}

describe.each(["verify", "prove", "bench", "bench:cost", "sim", "packages", "proto"])("npm run %s", (command) => {
  test("prints its usage for --help", () => {
    const { status, stdout, stderr } = ended(command, "--help");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`npm run ${command}`);
  });

  test("says that it does not know an option, without a stack", () => {
    const { status, stderr } = ended(command, "--bogus");
    expect(status).toBe(2);
    expect(stderr).toContain(`npm run ${command}`);
    expect(stderr).not.toContain("    at ");
  });
});
