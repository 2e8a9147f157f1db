import { sep } from "node:path";

/** What is known of a service whose code is followed. Paths are whole. */
export type Followed = {
  /** The folder of its own files. */
  readonly src: string;
  /** What its replicas have loaded, and what they tried to. */
  readonly files: ReadonlySet<string>;
  /** Its files were refused as they are. */
  readonly refused: boolean;
};

/**
 * The services that changed files are of, and which of them: those that have loaded one, and those in whose folder something else lies that they may read,
 * a prompt or a table. One that was refused is tried again whatever changes: what it lacks may come to be anywhere.
 */
export function touched(changed: Iterable<string>, services: ReadonlyMap<string, Followed>): Map<string, readonly string[]> {
  const paths = [...changed];
  const found = [...services].map(([name, { src, files, refused }]): [string, readonly string[]] => {
    const own = paths.filter((path) => files.has(path) || (path.startsWith(src + sep) && !isCode(path)));
    return [name, refused && own.length === 0 ? paths : own];
  });
  return new Map(found.filter(([, own]) => own.length > 0));
}

/** A module: what loads it says so. */
export function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}
