const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Calls `act` at the first Ctrl-C or SIGTERM from now on; the answer takes that back. */
export function onInterrupt(act: () => void): () => void {
  const once = (): void => {
    undo();
    act();
  };
  const undo = (): void => {
    for (const signal of SIGNALS) process.off(signal, once);
  };
  for (const signal of SIGNALS) process.on(signal, once);
  return undo;
}
