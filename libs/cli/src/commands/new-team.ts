import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ArmadaError, checkTeamName } from "@armada/contracts";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { productRoot, projectRoot, serviceNames } from "../project.ts";
import { packageFile, teamFiles } from "../scaffold/files.ts";
import { withNewPackages } from "./new-team-lock.ts";

/**
 * Scaffolds `services/<name>`, a team that runs; in a checkout of Armada's it is a package, and linked into the workspace.
 * @throws ArmadaError `BAD_NAME`, `TEAM_EXISTS`, `NO_PROJECT`, `INSTALL_FAILED`
 */
export async function newTeam(name: string, out: Output): Promise<number> {
  checkTeamName(name);
  const folder = join(projectRoot, "services", name);
  if (!existsSync(join(projectRoot, "package.json")))
    throw new ArmadaError("NO_PROJECT", `no package.json is in ${projectRoot} or above it`, {
      hint: "a team is a folder of a repository: `npm create armada-mesh FOLDER` makes one",
    });
  if (existsSync(folder) || (await serviceNames()).includes(name))
    throw new ArmadaError("TEAM_EXISTS", `services/${name} is there already`, { hint: "choose another name" });
  const inCheckout = projectRoot === productRoot;
  const files = [...(inCheckout ? [["package.json", packageFile(name)] as const] : []), ...teamFiles(name)];
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  // Told once all are there: who stops listening, as `head` does, ends this.
  for (const [path] of files) {
    out.emit({ type: "created", file: `services/${name}/${path}` });
    out.say(`created services/${name}/${path}`);
  }
  if (inCheckout) await link(out);
  out.say(`npx armada up --only ${name},gateway   runs it; then, in another terminal:`);
  out.say(`npx armada emit com.example.${name}.opened --source /desk --subject t1 --data '{"ticket":"t1","text":"The printer is down."}'`);
  if (inCheckout) out.say("npm run proto   writes the schemas of its contract; `npm test` compares them");
  return EXIT.ok;
}

/** Makes the new package one of the workspace. @throws ArmadaError `INSTALL_FAILED` */
async function link(out: Output): Promise<void> {
  out.say("linking it into the workspace (npm install)");
  const lock = join(projectRoot, "package-lock.json");
  const before = existsSync(lock) ? await readFile(lock, "utf8") : undefined;
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], {
      cwd: projectRoot,
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0)
    throw new ArmadaError("INSTALL_FAILED", `npm install ended with ${code}`, {
      hint: "run npm install in the project folder and see what it says",
    });
  if (before !== undefined) await writeFile(lock, withNewPackages(before, await readFile(lock, "utf8")));
}
