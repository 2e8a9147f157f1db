/** Frames that are shown of one error. */
const MAX_FRAMES = 10;
/** Characters of a frame. */
const MAX_FRAME = 300;
const MAX_CAUSES = 3;

/**
 * Where an error was thrown, for a log line: the frames of its stack and of its causes, without those of packages and of
 * Node but the innermost one. No message: of a cause, the log would hold one that nobody chose to say. Empty where what
 * was thrown has no stack.
 */
export function stackOf(error: unknown): { stack?: string } {
  try {
    const [own, ...causes] = chainOf(error);
    if (own === undefined) return {};
    const below = causes.flatMap((cause) => [`caused by ${cause.name.slice(0, MAX_FRAME)}`, ...framesOf(cause)]);
    return { stack: [...framesOf(own), ...below].join("\n") };
  } catch {
    return {}; // whatever was thrown may throw as well when it is asked
  }
}

function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let one = error; one instanceof Error && typeof one.stack === "string" && chain.length <= MAX_CAUSES; one = one.cause)
    chain.push(one);
  return chain;
}

function framesOf({ stack = "", message }: Error): readonly string[] {
  const said = stack.indexOf(message);
  const frames = stack
    .slice(said < 0 ? 0 : said + message.length)
    .split("\n")
    .filter((line) => /^\s+at /u.test(line));
  return frames
    .filter((frame, at) => at === 0 || !/node_modules\/|[( ]node:/u.test(frame))
    .slice(0, MAX_FRAMES)
    .map((frame) => frame.trim().slice(0, MAX_FRAME));
}
