import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { Server as TlsServer } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";

/** In PEM; the certificate with those that lead to its issuer. */
export type Tls = { readonly cert: string; readonly key: string };

/** How often the files are looked at, ms. */
const LOOK_MS = 5_000;

/** @throws ArmadaError `TLS_FILES` */
export async function readTls(files: { readonly cert?: string | undefined; readonly key?: string | undefined }): Promise<Tls | undefined> {
  if (files.cert === undefined && files.key === undefined) return undefined;
  if (files.cert === undefined || files.key === undefined)
    throw new ArmadaError("TLS_FILES", "TLS wants a certificate and its key", { hint: "set gateway.tls.cert and gateway.tls.key both" });
  try {
    const read = async (file: string): Promise<string> => {
      const text = await readFile(file, "utf8");
      // One that is just being written is empty, and Node would serve with none.
      if (text.trim() === "") throw new Error(`${file} is empty`);
      return text;
    };
    const [cert, key] = await Promise.all([read(files.cert), read(files.key)]);
    return { cert, key };
  } catch (cause) {
    throw new ArmadaError("TLS_FILES", `the certificate cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint: "gateway.tls.cert and gateway.tls.key name files in PEM",
    });
  }
}

/** Goes on with what the files hold now: connections that are made from then on see it. What does not fit together is left alone. */
export async function followTls(
  files: Parameters<typeof readTls>[0],
  server: Server,
  about: { readonly first: Tls; readonly logger: Logger; readonly signal: AbortSignal; readonly every?: number },
): Promise<void> {
  const { logger, signal, every = LOOK_MS } = about;
  if (!(server instanceof TlsServer)) return;
  for (let served = about.first; !signal.aborted; ) {
    await sleep(every, undefined, { signal }).catch(() => undefined); // it is looked at above
    try {
      const now = await readTls(files);
      if (now === undefined || signal.aborted || (now.cert === served.cert && now.key === served.key)) continue;
      server.setSecureContext(now);
      served = now;
      logger.info("serves with another certificate");
    } catch (error) {
      logger.warn(`the certificate stays as it was: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
