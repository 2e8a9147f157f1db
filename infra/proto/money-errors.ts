import { limitTooLow, type MoneyError, moneyErrors } from "../../acceptance/proofs/money/money-errors.ts";

/** docs/reference/money-errors.md, from the cases that the proof `bad-input` plays. */
export function moneyErrorsPage(): string {
  return `# What can be wrong about models and money

<!-- Written by \`npm run proto\` from acceptance/proofs/money/money-errors.ts, whose cases \`npm run prove -- bad-input\` plays. -->

Each of these is said with a code that stays the same, what is wrong and where, and what to do; with \`--json\` as a line
\`{"type":"error","code","message","hint"}\`. The texts here are parts of what is said. Settings are refused from
\`armada.config.ts\` as from the environment, before anything is started.

| what is wrong | who says it | code | what is said | what to do | exit code |
|---|---|---|---|---|---|
${[...moneyErrors, limitTooLow].map(row).join("\n")}

\`doctor\` tells what is wrong with models as findings. \`up\` says the same lines at its start and serves all the same: an agent
may have a fallback, a provider may come back. While a mesh runs, \`doctor\` repeats what \`up\` found as it started: that a provider went
away since then is in \`armada runs show ID\` and in the team's log.

A clock of another zone is no error: days and months are those of \`budgets.zone\`, whatever the machine's own zone is.
`;
}

function row({ wrong, command, env = {}, agent, code, says, next, exit }: MoneyError): string {
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const given = [...set, ...(agent === undefined ? [] : [agent])].map(quoted).join(", ");
  const told = `${wrong}${given === "" ? "" : `: ${given}`}`;
  return `| ${[told, quoted(`armada ${command.join(" ")}`), quoted(code), quoted(says), quoted(next), exit].join(" | ")} |`;
}

function quoted(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}
