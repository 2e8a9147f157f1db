import { type AnyEventKind, type Capability, Envelope } from "../../libs/contracts/src/index.ts";
import { journalSchemas } from "../../libs/engine/src/index.ts";
import { commandsPage } from "./commands.ts";
import { configurationPage } from "./configuration.ts";
import { loadContracts, loadExits, loadLines, loadProgram } from "./contracts.ts";
import { errorsPage } from "./errors.ts";
import { httpPage } from "./http.ts";
import { schemaOf, schemasOf } from "./json-schema.ts";
import { moneyErrorsPage } from "./money-errors.ts";
import { signatureVectors } from "./signature-vectors.ts";
import { subjectVectors } from "./subject-vectors.ts";

/** Every generated file by its path from the root, as it must stand there. */
export async function documents(): Promise<ReadonlyMap<string, string>> {
  const { events, capabilities } = await loadContracts();
  const made: [string, unknown][] = [
    ["envelope", schemaOf(Envelope, { id: "urn:armada:envelope:v1", title: "A CloudEvent of the mesh" })],
    ...Object.entries(journalSchemas).map(([type, schema]): [string, unknown] => [
      `journal/${type}`,
      schemaOf(schema, { id: `urn:armada:journal:${type}:v1`, title: `The data of armada.${type}`, about: { type: `armada.${type}` } }),
    ]),
    ...events.map((kind): [string, unknown] => [`events/${kind.type}.v${kind.version}`, eventSchema(kind)]),
    ...capabilities.map((one): [string, unknown] => [`capabilities/${one.name}`, capabilitySchema(one)]),
    ...Object.entries(await loadLines()).map(([name, schema]): [string, unknown] => [
      `cli/${name}`,
      schemaOf(schema, { id: `urn:armada:cli:${name}`, title: `A line that --json prints: ${name}` }),
    ]),
    ["vectors/subjects", subjectVectors()],
    ["vectors/signatures", signatureVectors()],
  ];
  const schemas = made.map(([path, value]): [string, string] => [`proto/${path}.json`, `${JSON.stringify(value, undefined, 2)}\n`]);
  return new Map([
    ...schemas,
    ["docs/reference/configuration.md", configurationPage()],
    ["docs/reference/commands.md", commandsPage(await loadProgram())],
    ["docs/reference/errors.md", errorsPage(await loadExits())],
    ["docs/reference/http.md", await httpPage()],
    ["docs/reference/money-errors.md", moneyErrorsPage()],
  ]);
}

function eventSchema(kind: AnyEventKind): unknown {
  const { type, version, team, entity, event } = kind;
  return schemaOf(kind.data, {
    id: `urn:armada:event:${type}:v${version}`,
    title: kind.kind === "event" ? `The data of ${type}, version ${version}` : `The data of ${type}, which comes from outside`,
    about: { kind: kind.kind, type, version, subject: `evt.${team}.${entity}.${event}.<id>.<key>` },
  });
}

function capabilitySchema({ name, team, capability, input, output }: Capability): unknown {
  return schemasOf(
    { input, output },
    {
      id: `urn:armada:capability:${name}`,
      title: `What ${name} takes and answers`,
      about: { kind: "capability", name, subject: `ask.${team}.<from>.${capability}.<id>` },
    },
  );
}
