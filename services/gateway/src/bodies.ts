import type { Readable } from "node:stream";
import { Problem } from "./problem.ts";

/** What bodies that are not whole yet may hold together, bytes. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Bodies on their way. Where they hold too much together, the one that began first is ended: whoever sends at a network's pace is
 * done long before those that only hold what they have. Each has a deadline of its own beside that (`requestTimeout`).
 */
export class Bodies {
  readonly #open = new Map<Readable, number>();
  #bytes = 0;

  /** Counts a body until it has ended. */
  watch(body: Readable): void {
    this.#open.set(body, 0);
    const count = (chunk: Buffer): void => {
      this.#open.set(body, (this.#open.get(body) ?? 0) + chunk.length);
      this.#bytes += chunk.length;
      while (this.#bytes > MOST_BYTES) this.#end();
    };
    const leave = (): void => {
      body.removeListener("data", count);
      this.#bytes -= this.#open.get(body) ?? 0;
      this.#open.delete(body);
    };
    body.on("data", count).once("end", leave).once("close", leave).once("error", leave);
    body.pause(); // until its parser listens as well
  }

  #end(): void {
    const [first] = this.#open.keys();
    first?.emit("error", new Problem("request-timeout", "too many bodies are on their way, and this one longest", { field: "body" }));
  }
}
