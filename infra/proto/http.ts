import { z } from "zod";
import { memoryGateway } from "../../services/gateway/src/testing/memory-gateway.ts";

const Schema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional(), enum: z.array(z.string()).optional() })).optional(),
  required: z.array(z.string()).optional(),
});
const Content = z.record(z.string(), z.object({ schema: Schema })).optional();
const Operation = z.looseObject({
  description: z.string(),
  security: z.array(z.unknown()).optional(),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.string(), description: z.string().optional(), required: z.boolean().optional() }))
    .default([]),
  requestBody: z.looseObject({ content: Content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: Content })),
});
type Operation = z.infer<typeof Operation>;
const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

/** docs/reference/http.md, from the OpenAPI document that the gateway serves. @throws ZodError where an operation is not described */
export async function httpPage(): Promise<string> {
  await using gateway = await memoryGateway();
  const { paths } = Document.parse(await (await fetch(new URL("/openapi.json", gateway.url))).json());
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
  return `# HTTP

<!-- Written by \`npm run proto\` from the gateway's OpenAPI document and infra/proto/http.ts. -->

The gateway serves its OpenAPI document at \`/openapi.json\`: <http://127.0.0.1:4780/openapi.json> while a mesh runs with the default
port. This page is made from it. What [events](events.md) and [runs](runs.md) mean, and which [key](keys.md) may do what, have pages of
their own.

<!-- test: stays until Ctrl-C -->
\`\`\`sh
npx armada up --only content,gateway
\`\`\`

In a second terminal:

\`\`\`sh
GATEWAY=$(node -p 'require("./.armada/mesh.json").gateway')
KEY=$(cat .armada/keys/gateway.key)
curl -sS "$GATEWAY/openapi.json" | node -p 'Object.keys(JSON.parse(fs.readFileSync(0)).paths).join("\\n")'
\`\`\`

\`\`\`text
${Object.keys(paths).join("\n")}
\`\`\`

A run is started, looked at, and followed until its end:

\`\`\`sh
RUN=$(curl -sS "$GATEWAY/v1/runs" -H "authorization: Bearer $KEY" -H 'content-type: application/json' -d '{
  "workflow": "content.create_article", "key": "http-1",
  "input": { "topic": "The new tram line to Harbour East", "documents": [
    { "name": "council.md", "text": "The council approved the tram line to Harbour East on 4 March 2025. The line is 6.2 km long and has nine stops. The city pays 48 million euros for the tram line." },
    { "name": "courier.txt", "text": "The tram line to Harbour East will carry 9,000 passengers a day. Traders in Harbour East fear two years of dust on the quay. The tram line opens in the autumn of 2027." }
  ] }
}' | node -p 'JSON.parse(fs.readFileSync(0)).run')
curl -sS "$GATEWAY/v1/runs/$RUN/events" -H "authorization: Bearer $KEY" | grep '^event:' | sort | uniq -c
curl -sS "$GATEWAY/v1/runs/$RUN" -H "authorization: Bearer $KEY" | node -p 'JSON.parse(fs.readFileSync(0)).status'
\`\`\`

\`\`\`text
1 event: end
7 event: journal
completed
\`\`\`

<!-- test: Ctrl-C -->
## Requests

| request | answers |
|---|---|
${all.map(({ name, operation }) => `| [\`${name}\`](#${anchor(name)}) | ${Object.keys(operation.responses).map(shown).join(", ")} |`).join("\n")}

Every answer of 400 and more is a problem document: [each type, its status and what to do](errors.md#http). Beside those, any request may
be answered with 405 for another method, 408 where it does not arrive in time, 413, 417 and 431.

${all.map(section).join("\n\n")}
`;
}

function section({ name, operation }: { readonly name: string; readonly operation: Operation }): string {
  const { description, security, parameters, requestBody, responses } = operation;
  const bodies = Object.entries(requestBody?.content ?? {});
  const members = bodies.flatMap(([, { schema }]) => membersOf(schema)).filter((row, at, rows) => rows.indexOf(row) === at);
  const parts = [
    `## ${name}`,
    `${description}. ${security === undefined ? "Wants no key." : "Wants `authorization: Bearer KEY`."}`.replace("..", "."),
    ...(parameters.length === 0
      ? []
      : [
          table(
            "parameter",
            parameters.map((one) => `| \`${one.name}\` | ${["in the", one.in].join(" ")} | ${one.description ?? ""} |`),
          ),
        ]),
    ...(bodies.length === 0
      ? []
      : [
          `The body is ${bodies
            .map(([type]) => `\`${type}\``)
            .join(", ")
            .replace("`*/*`", "any other")}.`,
        ]),
    ...(members.length === 0 ? [] : [table("member", members)]),
    `| status | when | members |\n|---|---|---|\n${Object.entries(responses).map(answer).join("\n")}`,
  ];
  return parts.join("\n\n");
}

function table(what: string, rows: readonly string[]): string {
  return `| ${what} | | |\n|---|---|---|\n${rows.join("\n")}`;
}

function membersOf({ properties = {}, required = [] }: z.infer<typeof Schema>): string[] {
  return Object.entries(properties).map(
    ([name, { description = "" }]) => `| \`${name}\` | ${required.includes(name) ? "wanted" : ""} | ${description} |`,
  );
}

function answer([status, { description, content = {} }]: [string, Operation["responses"][string]]): string {
  const names = Object.values(content).flatMap(({ schema }) => Object.keys(schema.properties ?? {}));
  const when = description === "Default Response" ? "" : description;
  return `| ${shown(status)} | ${when} | ${names.map((name) => `\`${name}\``).join(", ")} |`;
}

const shown = (status: string): string => status.toLowerCase();

function anchor(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");
}
