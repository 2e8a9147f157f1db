import type { Line } from "../lines.ts";
import type { Output } from "../output.ts";

/** What a command says to people, and emits for machines. */
export function printer(): Output & { readonly emitted: Line[]; readonly said: string[] } {
  const emitted: Line[] = [];
  const said: string[] = [];
  return {
    json: true,
    emitted,
    said,
    emit: (line) => void emitted.push(line),
    say: (line) => void said.push(line),
    complain: (line) => void said.push(line),
  };
}
