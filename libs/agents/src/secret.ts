import { z } from "zod";

/** How a brief names a secret that its team has: never the secret itself. */
export type SecretRef<N extends string = string> = { readonly $secret: N };

/**
 * A field of a brief that wants a secret: it takes `{ "$secret": NAME }`, NAME one of `names`, and refuses all else without
 * repeating it. The agent that needs the secret reads `process.env[input.field.$secret]`; `secrets.<team>` of the configuration
 * hands it to the team's processes. What is kept of the brief is the name.
 */
export function secret<const N extends string>(...names: readonly [N, ...N[]]): z.ZodType<SecretRef<N>, SecretRef<N>> {
  return z.strictObject(
    { $secret: z.enum(names) },
    { error: `write { "$secret": NAME } with ${names.join(" or ")}; the secret itself is kept nowhere` },
  );
}
