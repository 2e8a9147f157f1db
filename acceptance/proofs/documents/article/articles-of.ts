import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type DemoRun, demo, tryDemo } from "../../harness/demo.ts";
import { type Ended, type Place, place } from "../../harness/product.ts";

/** A folder of a case's documents in a place of its own. */
export function withDocuments(documents: Readonly<Record<string, string>>): Disposable & {
  /** The article that is written from them, on no server. @throws Error with what was said, where there is none */
  article(topic: string): Promise<DemoRun>;
  /** What the command said and how it ended. */
  attempt(topic: string): Promise<Ended>;
} {
  const at: Place & Disposable = place();
  const folder = join(at.cwd, "documents");
  for (const [name, text] of Object.entries(documents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const flags = (topic: string): string[] => ["--stage", "prototype", "--topic", topic];
  return {
    article: (topic) => demo(folder, at, flags(topic)),
    attempt: (topic) => tryDemo(folder, at, flags(topic)),
    [Symbol.dispose]: () => at[Symbol.dispose](),
  };
}
