import { readFileSync } from "node:fs";
import { EmitError, type EventInput, emitter } from "armada-emit";

/** A system that emits what is on its stdin, an event a line, and says the id of each that was acknowledged. Arguments: URL, file of the key, source. */
const [url = "", keyFile = "", source = ""] = process.argv.slice(2);
const AT_ONCE = 300;

const left = readFileSync(0, "utf8").split("\n").filter(Boolean);
await using events = emitter({ url, keyFile, source });

await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let line = left.shift(); line !== undefined; line = left.shift()) await told(JSON.parse(line) as EventInput);
  }),
);

async function told({ type, data, ...options }: EventInput): Promise<void> {
  for (;;)
    try {
      const { id } = await events.emit(type, data, options);
      process.stdout.write(`${id}\n`);
      return;
    } catch (error) {
      // Past a deadline nobody knows whether it is stored: it is sent again, as the same event.
      if (!(error instanceof EmitError) || !error.retryable) throw error;
    }
}
