import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * What a command for developers was given. With `--help` it prints `usage` and ends with 0; with what the command does not
 * know it says so in a line, prints `usage` and ends with 2.
 */
export function commandFlags<C extends ParseArgsConfig>(config: C, usage: string): ReturnType<typeof parseArgs<C>> {
  if (process.argv.slice(2).includes("--help")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_"))) throw error;
    console.error(`${error.message.split(". ")[0]}\n${usage}`);
    process.exit(2);
  }
}
