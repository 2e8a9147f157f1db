import { EmitError } from "./errors.ts";

/** Where events go, and who sends them. What is left out comes from the environment, where there is one. */
export type EmitterOptions = {
  /** Of the gateway, e.g. `https://gateway.example.com`; else `ARMADA_GATEWAY_URL`. */
  readonly url?: string;
  /** The key, or what gives it: it is asked before each request. Else `keyFile`, else `ARMADA_GATEWAY_KEY`. */
  readonly key?: string | (() => string | Promise<string>);
  /** A file with the key alone, read before each request, so that it may be replaced; else `ARMADA_GATEWAY_KEY_FILE`. */
  readonly keyFile?: string;
  /** Signs by Standard Webhooks instead, as the sender of this name (`armada keys add NAME --signs`): the key is then its secret, and a request carries one event. */
  readonly signAs?: string;
  /** The source of events that name none, a URI reference such as `/shop`. */
  readonly source?: string;
  /** How long an event is tried before its promise is rejected, ms; 60,000. */
  readonly deadlineMs?: number;
  /** How long a request may take before it is tried again, ms; 10,000. */
  readonly attemptMs?: number;
  /** What `emit` gets while so many bytes wait is rejected at once, `buffer-full`; 32 MiB. */
  readonly maxBufferedBytes?: number;
};

export type Settings = {
  readonly url: string;
  readonly key: () => Promise<string>;
  readonly signAs: string | undefined;
  readonly source: string | undefined;
  readonly deadlineMs: number;
  readonly attemptMs: number;
  readonly maxBufferedBytes: number;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws EmitError `settings-invalid`, which never shows what a wrong value was: it may be a key in the wrong place */
export function settingsOf(options: EmitterOptions, environment: Environment): Settings {
  const { signAs, source, deadlineMs = 60_000, attemptMs = 10_000, maxBufferedBytes = 32 * 1024 * 1024 } = options;
  for (const [name, value] of Object.entries({ deadlineMs, attemptMs, maxBufferedBytes }))
    if (!(value > 0 && value < 2 ** 31)) throw invalid(`${name} is not a length`, "a number above 0; times in milliseconds");
  const base = addressOf(options.url ?? environment.ARMADA_GATEWAY_URL);
  const path = signAs === undefined ? "v1/events" : `v1/webhooks/${encodeURIComponent(signAs)}`;
  return {
    url: new URL(path, base).href,
    key: keyOf(options, environment),
    signAs,
    source,
    deadlineMs,
    attemptMs,
    maxBufferedBytes,
  };
}

function addressOf(given: string | undefined): URL {
  const hint = "`url`, or ARMADA_GATEWAY_URL, e.g. http://127.0.0.1:4780";
  if (given === undefined || given === "") throw invalid("the gateway's address is missing", hint);
  if (!URL.canParse(given)) throw invalid("the gateway's address is none", hint);
  const url = new URL(given);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw invalid("the gateway's address is neither http: nor https:", hint);
  if (url.username !== "" || url.password !== "")
    throw invalid("the gateway's address has a name or a password in it", "the key goes into `key`");
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

function keyOf({ key, keyFile }: EmitterOptions, environment: Environment): () => Promise<string> {
  const file =
    keyFile ?? (key === undefined && environment.ARMADA_GATEWAY_KEY === undefined ? environment.ARMADA_GATEWAY_KEY_FILE : undefined);
  if (key === undefined && file !== undefined) return async () => checked(await textIn(file));
  const given = key ?? environment.ARMADA_GATEWAY_KEY;
  if (given === undefined)
    throw invalid(
      "the key is missing",
      "`key` or `keyFile`, or ARMADA_GATEWAY_KEY or ARMADA_GATEWAY_KEY_FILE; `armada keys add` makes one",
    );
  if (typeof given === "function") return async () => checked(await asked(given));
  const fixed = checked(given);
  return async () => fixed;
}

/** What cannot stand in a header would be shown by the error of whoever tries. */
function checked(key: string): string {
  const trimmed = key.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed))
    throw invalid("the key is empty, or has characters that no key has", "is it the file of the key, and of nothing else?");
  return trimmed;
}

/** What the caller's own function throws may show the key. */
async function asked(key: () => string | Promise<string>): Promise<string> {
  try {
    return await key();
  } catch {
    throw new EmitError("key-unreadable", "the function that gives the key failed", { hint: "it is given as `key`" });
  }
}

async function textIn(file: string): Promise<string> {
  try {
    const { readFile } = await import("node:fs/promises");
    return await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "it cannot be read here";
    throw new EmitError("key-unreadable", `no key in ${file}: ${code}`, { hint: "`armada keys add NAME --out FILE` writes one" });
  }
}

function invalid(message: string, hint: string): EmitError {
  return new EmitError("settings-invalid", message, { hint });
}
