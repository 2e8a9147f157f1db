import { ADMINISTRATION, signedText, withSignature } from "@armada/contracts";
import { managerOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import { signer } from "../identity/nkey.ts";
import { appendedFrom } from "../log/appended.ts";
import { expecting } from "../log/expectation.ts";
import { statusOf } from "../log/stored-headers.ts";
import { FLEET } from "../streams/names.ts";

const APPEND_MS = 5_000;
/** So often another administrator may be faster. */
export const TRIES = 5;

/** The sequence of a subject's last message; 0 where there is none. */
export async function lastOf(link: Link, subject: string): Promise<number> {
  const manager = await managerOf(link, FLEET);
  return (await manager.streams.getMessage(FLEET, { last_by_subj: subject }))?.seq ?? 0;
}

/**
 * Signs a message and appends it behind `last` of its subject; false where another came before. The link's identity is
 * administration's. `final`: that counts as a failure. @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function isSaid(
  link: Link,
  { subject, id, body, last }: { readonly subject: string; readonly id: string; readonly body: string; readonly last: number },
  final: boolean,
): Promise<boolean> {
  const sig = signer(link.identity.seed)(signedText(subject, id, body));
  const answer = await link.mux.request(subject, withSignature(body, sig), {
    headers: expecting(subject, { filter: subject, last }),
    timeout: APPEND_MS,
  });
  const of = subject.slice("fleet.".length);
  if ("failed" in answer || statusOf(answer).code === 503)
    throw unavailable(
      `${FLEET} does not take what ${ADMINISTRATION} says of ${of}; does nats-server run with the auth.conf of now? After a change it has to read it again`,
    );
  const result = appendedFrom(answer.string());
  if (result.kind === "appended") return true;
  if (result.kind !== "conflict" || final) throw unavailable(`${FLEET} does not take what is said of ${of}: ${result.kind}`);
  return false;
}
