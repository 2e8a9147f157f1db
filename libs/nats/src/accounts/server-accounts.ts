import type { Permissions } from "../identity/permissions.ts";
import type { Account, Export, User } from "./accounts.ts";
import type { Crossing } from "./crossings.ts";

/** How long a server keeps the way back of a request that may have many answers, after the last of them. */
const ANSWERS_WITHIN = "10s";

/** The `accounts` block of a nats-server configuration. `keyOf`: a user's public key; one without has no key yet, and opens nothing. */
export function serverAccounts(accounts: readonly Account[], keyOf: (user: User) => string | undefined): string {
  const blocks = accounts.map((account) => {
    const users = account.users.flatMap((user) => {
      const key = keyOf(user);
      return key === undefined ? [] : [`{ nkey: ${key}, permissions: ${permissions(user.permissions)} }`];
    });
    const parts = [
      ...(account.jetstream ? ["jetstream: enabled"] : []),
      list("users", users),
      list("exports", account.exports.map(exported)),
      list("imports", account.imports.map(imported)),
    ];
    return `  ${account.name} {\n    ${parts.join("\n    ")}\n  }`;
  });
  return `accounts {\n${blocks.join("\n")}\n}\n`;
}

function exported({ kind, subject, to, many }: Export): string {
  const answers = many === true ? `, response: stream, threshold: "${ANSWERS_WITHIN}"` : "";
  return `{ ${kind}: ${quoted(subject)}, accounts: [${to.map(quoted).join(", ")}]${answers} }`;
}

function imported({ kind, subject, from, as }: Crossing): string {
  return `{ ${kind}: { account: ${quoted(from)}, subject: ${quoted(subject)} }${as === undefined ? "" : `, to: ${quoted(as)}`} }`;
}

function permissions({ publish, subscribe }: Permissions): string {
  const allow = (subjects: readonly string[]): string => `{ allow: [${subjects.map(quoted).join(", ")}] }`;
  return `{ publish: ${allow(publish)}, subscribe: ${allow(subscribe)} }`;
}

function list(name: string, rows: readonly string[]): string {
  return rows.length === 0 ? `${name}: []` : `${name}: [\n      ${rows.join("\n      ")}\n    ]`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
