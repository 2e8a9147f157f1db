/** Has what is written to a stream as text pass `strike` first, whoever writes it: `console`, a library, a team's own code. */
export function strikeOutput(stream: NodeJS.WriteStream, strike: (text: string) => string): void {
  const write = stream.write.bind(stream) as (chunk: unknown, ...more: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...more: unknown[]): boolean => write(typeof chunk === "string" ? strike(chunk) : chunk, ...more);
}
