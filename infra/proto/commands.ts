import type { Declared } from "./contracts.ts";

type Option = Declared["options"][number];

/** What every command that reads a mesh takes, said once. */
const COMMON = ["--json", "--mesh <file>"];

/** docs/reference/commands.md, from the commands as they are declared. */
export function commandsPage(program: Declared): string {
  const all = leaves(program, "armada");
  return `# Commands

<!-- Written by \`npm run proto\` from libs/cli/src/arguments/program.ts. -->

\`npx armada COMMAND --help\` says the same. Commands work on the mesh that was started in this folder; elsewhere, on the server of
\`NATS_URL\` with the identities in \`NATS_CREDS\`, or on the mesh that \`--mesh FILE\` names (\`.armada/mesh.json\` of another folder).

Every command takes \`--json\` and then prints one JSON object a line; [proto/cli](../../proto/cli) has their schemas. What
goes wrong is said on stderr, with a code, and in the exit code: [errors](errors.md). Settings beside flags: [configuration](configuration.md).

| command | does |
|---|---|
${all.map(({ name, usage, command }) => `| [\`${usage.replace("armada ", "")}\`](#${anchor(name)}) | ${cell(command.description())} |`).join("\n")}

${all.map(section).join("\n\n")}
`;
}

type Leaf = { readonly name: string; readonly usage: string; readonly command: Declared };

/** The commands that do something: those without subcommands, and those of which one is no command of its own. */
function leaves(command: Declared, name: string): Leaf[] {
  const own = command.commands.length === 0 || command.options.some(({ flags }) => flags === "--json");
  const args = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  const self = own ? [{ name, usage: [name, ...args].join(" "), command }] : [];
  return [...self, ...command.commands.flatMap((sub) => leaves(sub, `${name} ${sub.name()}`))];
}

function section({ name, usage, command }: Leaf): string {
  const options = command.options.filter(({ flags }) => !COMMON.includes(flags));
  const table = options.length === 0 ? "" : `\n\n| option | is |\n|---|---|\n${options.map(row).join("\n")}`;
  const sentence = `${command.description().slice(0, 1).toUpperCase()}${command.description().slice(1)}.`;
  return `## ${name}\n\n\`${usage}${options.length === 0 ? "" : " [options]"}\`\n\n${sentence}${table}`;
}

function row({ flags, description, mandatory, argChoices }: Option): string {
  const told = [...(mandatory ? ["wanted"] : []), ...(argChoices === undefined ? [] : [`one of ${argChoices.join(", ")}`])];
  return `| \`${flags.replaceAll("|", "\\|")}\` | ${cell([description, ...told].join("; "))} |`;
}

function anchor(name: string): string {
  return name.replaceAll(" ", "-");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
