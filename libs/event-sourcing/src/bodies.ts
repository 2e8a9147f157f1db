import type { Objects } from "./ports.ts";

/** SHA-256 in base64url. What is longer or shorter is none. */
const DIGEST_LENGTH = 43;
/** What could be a digest, or is too long for one. */
const TOKENS = /[\w-]{43,}/g;
/** How the engine writes that a value is in the objects (`ObjectRef`); within a string its quotes would be escaped. */
const REFS = /"\$object":"([\w-]{43})"/g;
const ESCAPES = /\\(?:u[\dA-Fa-f]{4}|.)/g;
const AT_ONCE = 8;

type Give = (digest: string) => ReturnType<Objects["give"]>;

/** All in a JSON text that could be the digest of an object, once each: a string or a part of one, between other characters than a digest's. */
export function digestsIn(json: string): readonly string[] {
  const text = json.includes("\\") ? json.replaceAll(ESCAPES, " ") : json;
  return [...new Set((text.match(TOKENS) ?? []).filter((token) => token.length === DIGEST_LENGTH))];
}

/**
 * Gives what a message refers to, before the message is appended: the objects of the own store whose digests its JSON names, and those
 * that are named where a large value of it was moved to the objects. `give` is one of `Objects`; done again it changes nothing.
 * @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function giveBodies(json: string, give: Give): Promise<void> {
  const named = digestsIn(json);
  if (named.length === 0) return;
  const values = new Set([...json.matchAll(REFS)].map(([, digest = ""]) => digest));
  const within = (await giveAll(named, give)).flatMap(([digest, bytes]) =>
    values.has(digest) ? digestsIn(Buffer.from(bytes).toString("utf8")) : [],
  );
  const given = new Set(named);
  await giveAll(
    [...new Set(within)].filter((digest) => !given.has(digest)),
    give,
  );
}

async function giveAll(digests: readonly string[], give: Give): Promise<[string, Uint8Array][]> {
  const given: [string, Uint8Array][] = [];
  for (let i = 0; i < digests.length; i += AT_ONCE)
    await Promise.all(
      digests.slice(i, i + AT_ONCE).map(async (digest) => {
        const bytes = await give(digest);
        if (bytes !== undefined) given.push([digest, bytes]);
      }),
    );
  return given;
}
