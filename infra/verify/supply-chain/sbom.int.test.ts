import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { root } from "../command.ts";
import { lockfiles } from "./packages.ts";

type Sbom = { readonly specVersion: string; readonly components: readonly { readonly name: string }[] };

const library = import.meta.resolve("@cyclonedx/cyclonedx-library/package.json");
const schema = (name: string): object =>
  JSON.parse(readFileSync(new URL(`res/schema/${name}.SNAPSHOT.schema.json`, library), "utf8")) as object;

test("`npm run sbom` gives what the CycloneDX schema takes, of every package", async () => {
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "sbom"], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const sbom = JSON.parse(stdout) as Sbom;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ["spdx", "jsf-0.82"])
    ajv.addSchema({ ...schema(name), $id: `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json` });
  const valid = ajv.compile(schema(`bom-${sbom.specVersion}`));
  expect([valid(sbom), valid.errors]).toEqual([true, null]);
  expect(valid({ ...sbom, bomFormat: "other" })).toBe(false);
  const names = new Set(sbom.components.map(({ name }) => name));
  const [own] = lockfiles();
  expect(own?.packages.flatMap(({ name }) => (names.has(name) ? [] : [name]))).toEqual([]);
});
