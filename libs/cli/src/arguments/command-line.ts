import { Command, InvalidArgumentError, type OptionValueSource, type ParseOptionsResult } from "commander";

/** An id may begin with a single `-`; the product has no short options but `-h`. */
const DASHED = /^-[^-]./;

/** commander's, with what it lets pass refused, and ids that begin with `-` taken as what they are. */
export class CommandLine extends Command {
  override createCommand(name?: string): CommandLine {
    return new CommandLine(name);
  }

  /** An option that is given twice is a slip, whichever of the two was meant; one that gathers its values is not. */
  override setOptionValueWithSource(key: string, value: unknown, source: OptionValueSource): this {
    const again = source === "cli" && this.getOptionValueSource(key) === "cli";
    const flag = this.options.find((option) => option.attributeName() === key);
    if (again && !Array.isArray(value) && flag?.isBoolean() === false)
      this.error(`error: option '${flag.flags}' is given twice`, { code: "armada.givenTwice" });
    return super.setOptionValueWithSource(key, value, source);
  }

  override parseOptions(argv: string[]): ParseOptionsResult {
    const { operands, unknown } = super.parseOptions(argv);
    const takesId = this.commands.length === 0 && this.registeredArguments.length > 0;
    if (!takesId || !DASHED.test(unknown[0] ?? "")) return { operands, unknown };
    const other = unknown.findIndex((arg) => arg.startsWith("-") && !DASHED.test(arg));
    const until = other === -1 ? unknown.length : other;
    return { operands: [...operands, ...unknown.slice(0, until)], unknown: unknown.slice(until) };
  }
}

/** A whole number as text. @throws InvalidArgumentError */
function whole(text: string): string {
  if (/^\d{1,9}$/.test(text)) return text;
  throw new InvalidArgumentError("It is not a whole number.");
}

/** How many at least one. @throws InvalidArgumentError */
export function atLeastOne(text: string): string {
  if (Number(whole(text)) > 0) return text;
  throw new InvalidArgumentError("It is to be 1 or more.");
}

/** An option that may be given several times. */
export function gathered(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
