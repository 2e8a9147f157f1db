#!/usr/bin/env node
import { start } from "./start.mjs";

await start("libs/cli/src/main.ts", process.argv.slice(2), { quiet: true });
