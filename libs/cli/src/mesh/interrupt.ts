const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const PARENT_MS = 500;
/** A process manager that signals a whole group reaches a process once itself and once through the program that started it. */
const SAME_MS = 300;

let parent = process.ppid;
/** When something was last acted on, on the clock of `performance.now`. */
let last = Number.NEGATIVE_INFINITY;
let undoNewest = (): void => undefined;

/**
 * Calls `act` at the first Ctrl-C, SIGTERM or SIGHUP from now on, or as the process that started this one goes away, in the place
 * of whoever waited for it before; the answer takes that back.
 */
export function onInterrupt(act: () => void): () => void {
  undoNewest();
  const once = (): void => {
    if (performance.now() - last < SAME_MS) return;
    last = performance.now();
    parent = process.ppid;
    undo();
    act();
  };
  const orphaned = setInterval(() => process.ppid !== parent && once(), PARENT_MS).unref();
  const undo = (): void => {
    clearInterval(orphaned);
    for (const signal of SIGNALS) process.off(signal, once);
  };
  for (const signal of SIGNALS) process.on(signal, once);
  undoNewest = undo;
  return undo;
}
