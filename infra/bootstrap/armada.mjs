#!/usr/bin/env node
import { packaged } from "./place.mjs";
import { start } from "./start.mjs";

await start(`libs/cli/src/main.${packaged ? "js" : "ts"}`, process.argv.slice(2), { quiet: true });
