import { isDeepStrictEqual } from "node:util";
import { ArmadaError } from "@armada/contracts";
import { connect, jwtAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";
import type { Account } from "../../accounts/accounts.ts";
import { type AccountJwt, accountJwt, envoyJwt, withoutImports } from "./account-jwts.ts";
import type { Authority } from "./authority.ts";

const ANSWER_MS = 10_000;
const Answer = z.object({ data: z.unknown().optional(), error: z.object({ description: z.string() }).optional() });
const Ids = z.array(z.string());
const Claims = z.object({ nats: z.unknown() });

/**
 * Tells a running server of accounts that it does not know, or knows otherwise; whoever is connected stays so, but for keys that are no
 * longer let in. Answers the names of those that it was told. `former`: keys that were taken away, by who had them.
 * @throws ArmadaError `CLAIMS_REFUSED`
 */
export async function tellServer(
  servers: string,
  authority: Authority,
  accounts: readonly Account[],
  former: ReadonlyMap<string, readonly string[]>,
): Promise<readonly string[]> {
  const seed = authority.envoy.getSeed();
  const connection = await connect({
    servers: servers.split(","),
    authenticator: jwtAuthenticator(await envoyJwt(authority), seed),
    timeout: ANSWER_MS,
  });
  try {
    const known = new Set(Ids.parse((await asked(connection, "$SYS.REQ.CLAIMS.LIST", "")).data ?? []));
    // First those that are new, alone: of one that imports from an account that nobody knows, each import waits for it 1.9 s (2.15.1).
    for (const account of accounts) {
      const alone = await accountJwt(withoutImports(account), authority, former);
      if (!known.has(alone.id)) await update(connection, alone);
    }
    const told: string[] = [];
    for (const account of accounts) {
      const wanted = await accountJwt(account, authority, former);
      if (isDeepStrictEqual(await claimsAt(connection, wanted.id), claimsIn(wanted.jwt))) continue;
      await update(connection, wanted);
      told.push(account.name);
    }
    return told;
  } finally {
    await connection.close();
  }
}

async function update(connection: NatsConnection, { name, jwt }: AccountJwt): Promise<void> {
  const { error } = await asked(connection, "$SYS.REQ.CLAIMS.UPDATE", jwt);
  if (error === undefined) return;
  throw new ArmadaError("CLAIMS_REFUSED", `nats-server does not take the account of ${name}: ${error.description}`, {
    hint: "is it started with the auth.conf of this folder of identities? its log says what it refuses",
  });
}

async function claimsAt(connection: NatsConnection, id: string): Promise<unknown> {
  const answer = await connection.request(`$SYS.REQ.ACCOUNT.${id}.CLAIMS.LOOKUP`, "", { timeout: ANSWER_MS });
  return answer.string() === "" ? undefined : claimsIn(answer.string());
}

async function asked(connection: NatsConnection, subject: string, body: string): Promise<z.infer<typeof Answer>> {
  return Answer.parse(JSON.parse((await connection.request(subject, body, { timeout: ANSWER_MS })).string()));
}

/** What a JWT of ours says, but for when it was made. The library's own reading checks its signature as well, 10 to 30 ms each. */
function claimsIn(jwt: string): unknown {
  const [, body = ""] = jwt.split(".");
  return Claims.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8"))).nats;
}
