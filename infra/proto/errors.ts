import { errorCodes } from "../../libs/contracts/src/index.ts";
import { clientCodes } from "../../libs/emit/src/client-codes.ts";
import { KINDS } from "../../services/gateway/src/problem.ts";
import type { Exits } from "./contracts.ts";

const GROUPS: Readonly<Record<keyof typeof errorCodes, readonly [title: string, about: string]>> = {
  authoring: ["A team as it is written", "Said as the team is loaded: by `up`, `dev`, `provision` and `testTeam`."],
  runs: [
    "Runs and steps",
    "`armada runs show ID` says them of a run or a step; a parked or stopped one goes on by `armada runs retry ID`.",
  ],
  models: ["Models", "What those about money say in full, and at which command, is in [money errors](money-errors.md)."],
  money: ["Money", "[Money](../concepts.md#money) says how limits hold."],
  commands: ["Commands", "What a command refuses. It has changed nothing then, unless it says so."],
  mesh: ["NATS, streams, identities", "Of commands and of the processes of teams, whose logs are in `.armada/logs`."],
  health: [
    "Health",
    "What `armada health` and `armada doctor` tell; nothing throws them. Codes of runs and streams above may stand there too.",
  ],
  testing: ["Tests of a team", "Thrown by [`testTeam`](testing.md)."],
  shipped: ["Teams that come with Armada", "Refusals of `content` and `marketing`, and what is said of documents."],
};

const EXITS: Readonly<Record<string, string>> = {
  ok: "it did what it says",
  failed: "it failed, or found what is wrong; of `run --wait` that the run did not complete",
  usage: "what was typed, a setting, or a team as it is written is wrong",
  refused: "what was asked for is refused, and asking again changes nothing",
  nothing: "there is nothing to talk to: no mesh, no gateway, no server, or one that is busy with the same folder",
  interrupted: "Ctrl-C",
};

/** docs/reference/errors.md, from the registry of codes, the gateway's problems and the clients' codes. */
export function errorsPage({ EXIT, exitCodeOf }: Exits): string {
  return `# Errors

<!-- Written by \`npm run proto\` from libs/contracts/src/errors, services/gateway/src/problem.ts and libs/emit/src/client-codes.ts. -->

An error says what is wrong and where, has a code that stays the same, and says what to do next:

\`\`\`text
no team has a run a1 (NO_SUCH_RUN)
  see \`armada runs list\`
\`\`\`

With \`--json\` it is a line \`{"type":"error","code","message","hint"}\`. In code it is an \`ArmadaError\` of \`armada-mesh/contracts\` with
\`code\`, \`message\`, \`hint\` and \`retryable\`. Programs go by the code: sentences may change.

A team has codes of its own, which are on no page: \`throw new Refusal("SENT_BEFORE", "parcel 7 is on its way")\` is the answer no, which is not
tried again; an \`ArmadaError\` is tried again as any other error of an agent. \`runs show\`, \`runs list --json\` and whoever asked get that code.

## Exit codes

| code | means |
|---|---|
${Object.entries(EXIT)
  .map(([name, code]) => `| ${code} | ${EXITS[name]} |`)
  .join("\n")}

Below, *exit* is what a command ends with that ends with this error.
${Object.entries(errorCodes)
  .map(([group, codes]) => section(...GROUPS[group as keyof typeof errorCodes], codes, group === "health" ? undefined : exitCodeOf))
  .join("\n")}

## HTTP

What the gateway refuses it answers with a problem document (RFC 9457, \`application/problem+json\`): \`type\` is \`urn:armada:problem:\` and one
of these, \`detail\` says what is wrong, \`field\` names the header, attribute or member at fault. With \`retry-after\` it says how many
seconds to wait.

| type | status | means | what to do |
|---|---|---|---|
${Object.entries(KINDS)
  .map(([kind, [status, title, next]]) => `| \`${kind}\` | ${status} | ${title} | ${next} |`)
  .join("\n")}

## Clients that emit events

An \`EmitError\` of [\`armada-emit\`](../emitting.md), in TypeScript and in Python, has the gateway's code from the table above, or one of the
client's own. \`retryable\` says whether the same event may be sent again.

| code | when |
|---|---|
${Object.entries(clientCodes)
  .map(([code, when]) => `| \`${code}\` | ${when} |`)
  .join("\n")}
`;
}

function section(
  title: string,
  about: string,
  codes: Readonly<Record<string, { readonly is: string; readonly next?: string }>>,
  exit: Exits["exitCodeOf"] | undefined,
): string {
  const rows = Object.entries(codes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { is, next = "" }]) => `| \`${code}\` | ${[is, next, ...(exit === undefined ? [] : [exit(code)])].map(cell).join(" | ")} |`,
    );
  const head =
    exit === undefined ? "| code | means | what to do |\n|---|---|---|" : "| code | means | what to do | exit |\n|---|---|---|---|";
  return `
## ${title}

${about}

${head}
${rows.join("\n")}`;
}

function cell(text: string | number): string {
  return String(text).replaceAll("|", "\\|");
}
