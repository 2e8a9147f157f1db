import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Leaf, leaves } from "../../libs/runtime/src/config/fields.ts";
import { root } from "../verify/command.ts";

/** docs/reference/configuration.md, from the schema. Its example is a file that the type check reads. */
export function configurationPage(): string {
  return `# Configuration

<!-- Written by \`npm run proto\` from libs/runtime/src/config/schema.ts. -->

Nothing needs to be configured. What shall be different stands in \`armada.config.ts\`, in the folder in which \`armada\` is
started, or in the file that \`--config FILE\` names:

\`\`\`ts
${readFileSync(`${root}infra/proto/armada.example.config.ts`, "utf8").trimEnd()}
\`\`\`

A flag stands above an environment variable, that above the file, and the file above what is built in. \`npx armada doctor\`
prints every value in force and where it came from; while a mesh runs, those that it was started with. \`up\` and \`demo\` read
the file and hand what it says to the services as variables; a service that is started by hand reads the variables alone.

A name that does not exist, or a value that does not fit, ends the command with exit code 2.

| setting | value | unless said | variable | flag | what it is |
|---|---|---|---|---|---|
${leaves.map(row).join("\n")}

## Secrets

Secrets come from the environment, or from files that it names; a value in the configuration that looks like one is refused.

| variable | what it is |
|---|---|
| \`ANTHROPIC_API_KEY\` | Anthropic's key; without one the local model serves every tier that names a model of theirs |
| \`OPENAI_API_KEY\` | the key of OpenAI or of the compatible server at \`OPENAI_BASE_URL\`; one of your own mostly wants none |
| \`ARMADA_GATEWAY_KEY\` | what callers of the gateway send as \`Authorization: Bearer KEY\`, for a gateway started by hand; \`up\` makes its own |
| what \`secrets.<team>\` names | secrets of a team's own tools |

Each has four forms; the first that is set holds. \`NAME_<TEAM>\` is one team's, as \`ANTHROPIC_API_KEY_CONTENT\`;
\`NAME_<TEAM>_FILE\` names the file that holds it; \`NAME\` and \`NAME_FILE\` are everybody's. A file holds the secret and nothing
else, and is read as a process starts. The team's tools find it under \`NAME\`, whichever form said it.

\`up\` hands a service what any program needs (\`PATH\`, \`HOME\`, language, time zone, Node's own, proxies, \`OTEL_…\`), Armada's
settings, the providers' keys where its team has agents, and what \`secrets.<team>\` and \`variables.<team>\` name; nats-server and a
service without agents, as the gateway, get no key. What happens to secrets that come into a text is in
[security](../security.md#secrets).

The files of identities and the gateway's key under \`.armada/keys/\`, and
[administration's](../security.md#administrations-folder) in a folder beside it, are made at the first start, with mode 0600.

## Variables of others that hold here too

| variable | what it does |
|---|---|
| \`ANTHROPIC_BASE_URL\` | another address for Anthropic's API |
| \`OPENAI_BASE_URL\` | the address of an OpenAI-compatible server, with its version: \`http://127.0.0.1:11434/v1\` |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\`, \`OTEL_EXPORTER_OTLP_HEADERS\`, \`OTEL_SDK_DISABLED\` | where traces and counts go, by OTLP over HTTP |
| \`OTEL_METRICS_EXPORTER\` | \`none\`: nobody counts |
| \`HTTPS_PROXY\`, \`NO_PROXY\`, \`NODE_EXTRA_CA_CERTS\` | how downloads and provider calls reach the network |
`;
}

function row({ path, about, variables, flag, unset, schema, each }: Leaf): string {
  const name = each === undefined ? path : `${path}.<team>`;
  const named = each === undefined ? variables : variables.map((variable) => `${variable}_<TEAM>`);
  const otherwise = unset ?? `\`${String(schema.parse(undefined))}\``;
  const flagged = flag === undefined ? "" : code(each === undefined ? flag : `${flag} TEAM=N,…`);
  return `| ${[code(name), kindOf(each ?? schema), otherwise, named.map(code).join(", "), flagged, about].join(" | ")} |`;
}

function kindOf(schema: z.ZodType): string {
  const { type, enum: values, minimum, maximum } = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" });
  if (values !== undefined) return values.map((value) => code(String(value))).join(", ");
  if (type === "integer" || type === "number") return `${type === "integer" ? "a whole number" : "a number"} from ${minimum} to ${maximum}`;
  if (type === "boolean") return "`true`, `false`";
  return type === "string" ? "text" : "a length of time: `250ms`, `30s`, `5m`, `4h`, `7d`";
}

function code(text: string): string {
  return `\`${text}\``;
}
