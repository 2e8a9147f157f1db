/** A proof as its change is looked at. `file`: its own, from the repository's root. `about`: folders and files that it judges as processes, or reads. */
export type Proving = { readonly name: string; readonly file: string; readonly about: readonly string[] };

/** Which files a file imports, all from the repository's root. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/**
 * The proofs that a change touches: it is in what they are about, or in what their file imports over however many steps. What
 * most proofs import, as the harness, tells nothing of any one of them and does not count; nor does a test beside the code.
 */
export function touchedBy(changed: readonly string[], proofs: readonly Proving[], imports: Imports): ReadonlySet<string> {
  const reached = new Map(proofs.map(({ name, file }) => [name, reachedFrom(file, imports)] as const));
  const tells = (path: string): boolean => [...reached.values()].filter((files) => files.has(path)).length * 2 <= proofs.length;
  const product = changed.filter((path) => !path.endsWith(".test.ts"));
  const telling = product.filter(tells);
  const within = (path: string, about: string): boolean => path === about || path.startsWith(`${about}/`);
  const touched = proofs.filter(
    ({ name, about }) =>
      telling.some((path) => reached.get(name)?.has(path)) || product.some((path) => about.some((part) => within(path, part))),
  );
  return new Set(touched.map(({ name }) => name));
}

function reachedFrom(file: string, imports: Imports): ReadonlySet<string> {
  const reached = new Set([file]);
  for (const path of reached) for (const next of imports.get(path) ?? []) reached.add(next); // a set's walk meets what is added on the way
  return reached;
}
