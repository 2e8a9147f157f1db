import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./command.ts";

/** The names that a door hands out, and the file that each comes from. A line is `export { type A, b } from "./file.ts";`. */
export function handedOut(door: string): { readonly name: string; readonly from: string }[] {
  return [...door.matchAll(/^export (?:type )?\{([^}]*)\} from "(\.[^"]+)"/gmu)].flatMap(([, names = "", from = ""]) =>
    names
      .split(",")
      .map(
        (name) =>
          name
            .trim()
            .replace(/^type /u, "")
            .split(" as ")[0] ?? "",
      )
      .filter((name) => name !== "")
      .map((name) => ({ name, from })),
  );
}

/** Whether a declaration of `name`, or the schema of its name, stands right behind a docstring; undefined where the text exports no such name. */
export function isDescribed(text: string, name: string): boolean | undefined {
  const declared = [...text.matchAll(new RegExp(`^(?:export )?(?:async )?(?:function|const|class|type|interface) ${name}\\b`, "gmu"))];
  if (!declared.some(([found]) => found.startsWith("export "))) return undefined;
  return declared.some(({ index }) => text.slice(0, index).trimEnd().endsWith("*/"));
}

/** Names of a door, or of a file that hands on what another declares, that nothing says anything about. */
function undescribed(folder: string, door: string, names?: ReadonlySet<string>): string[] {
  return handedOut(readFileSync(join(folder, door), "utf8"))
    .filter(({ name }) => names?.has(name) ?? true)
    .flatMap(({ name, from }) => {
      const file = join(door, "..", from);
      const described = isDescribed(readFileSync(join(folder, file), "utf8"), name);
      if (described !== undefined) return described ? [] : [`${file} exports ${name} without a docstring`];
      const on = handedOut(readFileSync(join(folder, file), "utf8")).some((one) => one.name === name);
      return on ? undescribed(folder, file, new Set([name])) : [`${file} declares no ${name} that can be found`];
    });
}

/** What a file of a package without a front door declares: each file is one. */
function declaredIn(text: string): string[] {
  return [...text.matchAll(/^export (?:async )?(?:function|const|class|type|interface) (\w+)/gmu)].map(([, name = ""]) => name);
}

if (import.meta.main) {
  const doors = globSync("libs/*/src/index.ts", { cwd: root }).map((door) => dirname(door));
  const missing = doors.flatMap((folder) => undescribed(join(root, folder), "index.ts").map((line) => `${folder}/${line}`));
  const files = globSync("libs/operations/src/**/*.ts", { cwd: root }).filter((file) => !/\.test\.ts$|\/testing\//u.test(file));
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    for (const name of declaredIn(text)) if (isDescribed(text, name) !== true) missing.push(`${file} exports ${name} without a docstring`);
  }
  for (const line of missing) console.error(`${line}: say its shape, units, defaults and errors`);
  process.exitCode = missing.length === 0 ? 0 : 1;
}
