import { program } from "./arguments/program.ts";

await program.parseAsync();
