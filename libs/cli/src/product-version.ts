import { readFileSync } from "node:fs";
import { join } from "node:path";
import { productRoot } from "./project.ts";

/** The version of the product, as `0.1.0`: the checkout's, or the package's. */
export function productVersion(): string {
  const about: { readonly version: string } = JSON.parse(readFileSync(join(productRoot, "package.json"), "utf8"));
  return about.version;
}
