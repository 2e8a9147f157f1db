import { registerHooks } from "node:module";

// dependency-cruiser reads sources through the TypeScript API and takes no version 7, which has none:
// only in the process that preloads this file does `typescript` mean the package installed as `typescript-6`.
registerHooks({
  resolve(specifier, context, next) {
    return next(
      specifier === "typescript" ? "typescript-6" : specifier.replace(/^typescript\/package\.json$/, "typescript-6/package.json"),
      context,
    );
  },
});
