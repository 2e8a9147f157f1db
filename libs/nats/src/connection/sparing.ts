import type { Logger } from "@armada/event-sourcing";

const EVERY_MS = 10_000;

/** Says the same thing once in ten seconds, and then how often it came: what goes wrong several times a second is not news each time. */
export function sparing(logger: Logger): Pick<Logger, "warn"> {
  const said = new Map<string, { at: number; unsaid: number }>();
  return {
    warn: (message, fields) => {
      const now = performance.now();
      const before = said.get(message);
      if (before !== undefined && now - before.at < EVERY_MS) {
        before.unsaid++;
        return;
      }
      said.delete(message);
      said.set(message, { at: now, unsaid: 0 });
      for (const [oldest] of said) {
        if (said.size <= 100) break;
        said.delete(oldest);
      }
      logger.warn(before === undefined || before.unsaid === 0 ? message : `${message} (and ${before.unsaid} times since)`, fields);
    },
  };
}
