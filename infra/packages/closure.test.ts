import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { closureOf } from "./closure.ts";

function built(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "armada-closure-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    writeFileSync(join(folder, path.replace(/\.js$/, ".d.ts")), "export {};\n");
  }
  return folder;
}

const sourceOf = (specifier: string): string => specifier.replace("@armada/", "libs/").replace(/$/, "/src/index.ts");

test("what is reached has paths from file to file, and names the packages of a registry", () => {
  const folder = built({
    "libs/cli/src/main.js": `import { a } from "@armada/agents";\nconst later = () => import("./later.js");\nimport fs from "node:fs";\n`,
    "libs/cli/src/later.js": `export * from "@armada/agents";\nimport z from "zod/v4";\nconst text = 'from "@armada/agents"';\n`,
    "libs/agents/src/index.js": `export { b } from "./b.js";\nimport "@nats-io/jwt";\n`,
    "libs/agents/src/b.js": "export const b = 1;\n",
    "libs/agents/src/unreached.js": "export const c = 1;\n",
  });
  const { files, packages } = closureOf(folder, ["libs/cli/src/main"], sourceOf);
  expect([...files.keys()].filter((path) => path.endsWith(".js")).sort()).toEqual([
    "libs/agents/src/b.js",
    "libs/agents/src/index.js",
    "libs/cli/src/later.js",
    "libs/cli/src/main.js",
  ]);
  expect([...packages].sort()).toEqual(["@nats-io/jwt", "zod"]);
  expect(files.get("libs/cli/src/main.js")).toContain('from "../../agents/src/index.js"');
  expect(files.get("libs/cli/src/later.js")).toBe(
    `export * from "../../agents/src/index.js";\nimport z from "zod/v4";\nconst text = 'from "@armada/agents"';\n`,
  );
});

test("an import of what was not built is an error", () => {
  const folder = built({ "libs/cli/src/main.js": 'import "./gone.js";\n' });
  expect(() => closureOf(folder, ["libs/cli/src/main"], sourceOf)).toThrow("libs/cli/src/main.js imports ./gone.js, which was not built");
});
