import { existsSync, readFileSync } from "node:fs";
import { builtinModules, createRequire } from "node:module";
import { dirname, join, relative } from "node:path";

/** The part of TypeScript 6's interface that is used here: 7 has none. */
type TypeScript = {
  preProcessFile(text: string, imports: boolean, js: boolean): { importedFiles: { fileName: string; pos: number; end: number }[] };
};
const typescript = createRequire(import.meta.url)("typescript-6") as TypeScript;

/** Built files by path below the build, with the names of packages in a registry that they import. */
export type Closure = { readonly files: ReadonlyMap<string, string>; readonly packages: ReadonlySet<string> };

/**
 * What is reached from `entries` (paths below the folder `built`, without their ending), types included. What one package of this
 * repository imports from another becomes a path from file to file, because the repository is one package to its users.
 * `sourceOf` says which source file a name as `@armada/engine/reading` means, as a path below the repository.
 * @throws Error where an import leads to nothing that was built
 */
export function closureOf(built: string, entries: readonly string[], sourceOf: (specifier: string) => string): Closure {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const left = entries.flatMap(both);
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (files.has(path)) continue;
    const from = path;
    const text = readFileSync(join(built, from), "utf8");
    files.set(
      from,
      replaced(text, (specifier) => {
        if (isBuiltin(specifier)) return specifier;
        const own = specifier.startsWith(".") ? join(dirname(from), specifier) : isOwn(specifier) ? sourceOf(specifier) : undefined;
        if (own === undefined) {
          packages.add(packageOf(specifier));
          return specifier;
        }
        const stem = own.replace(/\.(?:ts|js)$/, "");
        if (!existsSync(join(built, `${stem}.js`))) throw new Error(`${from} imports ${specifier}, which was not built`);
        left.push(...both(stem));
        const to = relative(dirname(from), `${stem}.js`);
        return to.startsWith(".") ? to : `./${to}`;
      }),
    );
  }
  return { files, packages };
}

const both = (stem: string): string[] => [`${stem}.js`, `${stem}.d.ts`];
const isOwn = (specifier: string): boolean => /^(?:@armada\/|armada-mesh(?:\/|$))/.test(specifier);
const isBuiltin = (specifier: string): boolean => specifier.startsWith("node:") || builtinModules.includes(specifier);

/** `zod` of `zod/v4`, `@nats-io/jwt` of itself. */
function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** `text` with each name that it imports replaced. */
function replaced(text: string, by: (specifier: string) => string): string {
  const found = typescript.preProcessFile(text, true, true).importedFiles.toSorted((a, b) => b.pos - a.pos);
  return found.reduce((now, { fileName, pos, end }) => {
    // The range begins at the quote or just behind it, by the kind of import.
    const at = now.indexOf(fileName, pos);
    if (at < 0 || at > end) throw new Error(`no ${fileName} at ${pos}`);
    return now.slice(0, at) + by(fileName) + now.slice(at + fileName.length);
  }, text);
}
