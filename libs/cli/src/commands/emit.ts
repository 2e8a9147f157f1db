import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { DEFAULT_FILE, isAlive, noMesh, readMesh } from "@armada/operations/mesh/mesh-file";
import { z } from "zod";
import { jsonOf } from "../arguments/json-argument.ts";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { unanswered } from "../unanswered.ts";

export type EmitFlags = {
  readonly source?: string;
  readonly subject?: string;
  readonly data?: string;
  readonly id?: string;
  readonly mesh?: string;
  /** Of services that no `up` runs. */
  readonly gateway?: string;
  readonly keyFile?: string;
};

const TIMEOUT_MS = 15_000;
const Stored = z.object({ event: z.string(), seq: z.number().int() });
const Problem = z.looseObject({ title: z.string(), detail: z.string(), field: z.string().optional() });

/** Hands an event to the gateway as any other system would, without data where none is given. @throws ArmadaError `NO_MESH`, `GATEWAY_NOT_TRUSTED`, `BAD_JSON`, `INPUT_INVALID`, `LOG_UNAVAILABLE`, `KEY_REFUSED` */
export async function emitCommand(type: string, flags: EmitFlags, out: Output): Promise<number> {
  const { url, key } = await gatewayOf(flags);
  const id = flags.id ?? randomUUID();
  const event = {
    specversion: "1.0",
    id,
    source: flags.source ?? "/armada/cli",
    type,
    subject: flags.subject,
    time: new Date().toISOString(),
    data: flags.data === undefined ? undefined : await jsonOf(flags.data, "--data"),
  };
  const response = await fetch(new URL("/v1/events", url), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/cloudevents+json" },
    body: JSON.stringify(event),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw unanswered(url, cause);
  });
  const body: unknown = await response.json().catch(() => undefined);
  const stored = Stored.safeParse(body);
  if (!response.ok || !stored.success) throw refusal(response.status, body);
  const { event: name, seq } = stored.data;
  out.emit({ type: "accepted", event: name, seq, ...(response.status === 200 ? { already: true } : {}) });
  out.say(response.status === 200 ? `there already: gateway:${seq} ${name}` : `accepted: gateway:${seq} ${name}`);
  return EXIT.ok;
}

/**
 * The gateway of --gateway, else the running mesh's, else that of ARMADA_GATEWAY_URL; its key is in --key-file, else where the mesh
 * file or ARMADA_GATEWAY_KEY says, else in `gateway.key` of NATS_CREDS.
 */
async function gatewayOf({ mesh: path, gateway, keyFile }: EmitFlags): Promise<{ url: string; key: string }> {
  const found = gateway === undefined ? await readMesh(path ?? DEFAULT_FILE) : undefined;
  const mesh = found !== undefined && isAlive(found.pid) ? found : undefined;
  const { ARMADA_GATEWAY_URL, ARMADA_GATEWAY_KEY, NATS_CREDS } = process.env;
  if (mesh !== undefined && mesh.gateway === undefined)
    throw new ArmadaError("NO_MESH", "the mesh here runs without a gateway", { hint: "start it with the team gateway: `npx armada up`" });
  const url = gateway ?? mesh?.gateway ?? ARMADA_GATEWAY_URL;
  if (url === undefined) throw noMesh(path, "npx armada up; or --gateway URL --key-file FILE for services that run elsewhere");
  if (!URL.canParse(url)) throw new ArmadaError("USAGE", `--gateway ${url} is not an address`, { hint: "e.g. http://127.0.0.1:4780" });
  if (keyFile !== undefined) return { url, key: await keyIn(keyFile) };
  const key = mesh?.key ?? ARMADA_GATEWAY_KEY;
  if (key !== undefined) return { url, key };
  if (NATS_CREDS !== undefined) return { url, key: await keyIn(join(NATS_CREDS, "gateway.key")) };
  throw new ArmadaError("USAGE", `${url} wants a key`, { hint: "--key-file FILE: `gateway.key` beside the services' identities" });
}

async function keyIn(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new ArmadaError("USAGE", `no key in ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: "the gateway's key is in `gateway.key` beside the services' identities",
    });
  }
}

function refusal(status: number, body: unknown): ArmadaError {
  const problem = Problem.safeParse(body);
  const { title, detail, field } = problem.success
    ? problem.data
    : { title: "the gateway answered", detail: String(status), field: undefined };
  const message = `${title}: ${field === undefined ? "" : `${field}: `}${detail}`;
  if (status === 401)
    return new ArmadaError("KEY_REFUSED", message, {
      hint: "is it this gateway's key? --key-file, or the mesh file of the folder that the mesh was started in",
    });
  if (status === 403)
    return new ArmadaError("KEY_REFUSED", message, { hint: "by a key that may emit this type: `armada keys add NAME --scope emit:TYPE`" });
  if (status >= 500 || status === 429)
    return new ArmadaError("LOG_UNAVAILABLE", message, { retryable: true, hint: "send it again with the same --source and --id" });
  return new ArmadaError("INPUT_INVALID", message, { hint: "correct the event and send it again" });
}
