import { readFileSync } from "node:fs";
import { ArmadaError } from "@armada/contracts";

type Env = Readonly<Record<string, string | undefined>>;

/** The providers' keys, which teams with agents get. */
export const PROVIDER_KEYS = ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"] as const;
const OWN = [...PROVIDER_KEYS, "ARMADA_GATEWAY_KEY"];
/** Variables whose names say that they hold a secret, anybody's or one team's. */
const NAMED = /(?:key|secret|token|passw(?:or)?d|passphrase|seed)(?:_\w+)?$/i;
/** Variables that say where it is, or whose. */
const PLACES = /_(?:FILE|PATH|DIR|ID|NAME|URL)$|^ARMADA_GATEWAY_TLS_KEY$/i;
/** Hold percent-encoded headers, `a=b,c=d`. */
const HEADERS = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];

/** Names apart by commas. */
export function namesIn(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** The variable that says a secret of a team: `NAME_<TEAM>`, or `NAME_<TEAM>_FILE` that names its file, above `NAME` and `NAME_FILE`. */
export function variableFor(env: Env, name: string, team?: string): { readonly variable: string; readonly file: boolean } | undefined {
  const names = team === undefined ? [name] : [`${name}_${team.toUpperCase()}`, name];
  for (const said of names)
    for (const [variable, file] of [
      [said, false],
      [`${said}_FILE`, true],
    ] as const)
      if ((env[variable]?.trim() ?? "") !== "") return { variable, file };
  return undefined;
}

/**
 * The secrets of a process by their names, those of files read: the providers' keys, the gateway's, and `others`, as a team of this
 * name has them, else as nobody's in particular. @throws ArmadaError `BAD_CONFIG` where a file cannot be read or is empty
 */
export function readSecrets(env: Env, team?: string, others: readonly string[] = []): Readonly<Record<string, string>> {
  const found = [...OWN, ...others].flatMap((name) => {
    const said = variableFor(env, name, team);
    if (said === undefined) return [];
    const text = env[said.variable]?.trim() ?? "";
    return [[name, said.file ? contentOf(said.variable, text) : text] as const];
  });
  return Object.fromEntries(found);
}

/** What must leave a process nowhere: its secrets, what other variables are by their name, passwords in addresses, and the tokens of headers. */
export function secretValues(env: Env, secrets: Readonly<Record<string, string>>): readonly string[] {
  const named = Object.entries(env).flatMap(([name, value = ""]) =>
    NAMED.test(name) && !PLACES.test(name) ? [value.trim()] : passwordsIn(value),
  );
  const headers = HEADERS.flatMap((name) => (env[name] ?? "").split(",").flatMap(tokenOf));
  return [...Object.values(secrets), ...named, ...headers];
}

function contentOf(variable: string, path: string): string {
  const hint = `${variable} names the file that holds the secret, and nothing else`;
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new ArmadaError("BAD_CONFIG", `${variable}: the file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      hint,
      cause,
    });
  }
  if (text === "") throw new ArmadaError("BAD_CONFIG", `${variable}: the file ${path} is empty`, { hint });
  return text;
}

function passwordsIn(value: string): string[] {
  return [...value.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:([^/\s@]+)@/gi)].flatMap(([, password = ""]) => [password, decoded(password)]);
}

/** Of `authorization=Bearer%20TOKEN` the value and what follows its scheme. */
function tokenOf(pair: string): string[] {
  const value = decoded(pair.slice(pair.indexOf("=") + 1).trim());
  return pair.includes("=") ? [value, value.split(" ").at(-1) ?? value] : [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // it was not encoded
  }
}
