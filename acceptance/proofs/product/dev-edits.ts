/** The files of the team `beta`, as they are before the first edit. */
export type Files = { readonly team: string; readonly contract: string };
/** Files by their name in the team's folder, as an edit writes them. */
type Written = Readonly<Record<string, string>>;

/** An edit that holds; `later`: the team takes the event `com.example.beta.later` from then on. */
export type Good = { readonly name: string; readonly later: boolean; files(n: number): Written };
/** An edit that is wrong: `says` is in its sentence and its hint, `file` is where. */
export type Broken = { readonly name: string; readonly code: string; readonly says: RegExp; readonly file: string; files(): Written };

/** Edits in turns; each writes all files that another of them may have left otherwise. */
export function goodEdits({ team, contract }: Files): readonly Good[] {
  const plain = { "team.ts": team, "contract.ts": contract };
  return [
    { name: "a remark", later: false, files: (n) => ({ ...plain, "team.ts": `${team}\n// ${n}\n` }) },
    { name: "a file that is imported", later: false, files: (n) => ({ "note.ts": `export const note = ${n};\n` }) },
    {
      name: "one more agent",
      later: false,
      files: (n) => ({
        ...plain,
        "team.ts": team
          .replace("agents: [worker]", `agents: [worker, other${n}]`)
          .replace(
            "export default",
            `const other${n} = agent({ name: "other_${n}", does: "waits", tier: "worker", input: Text, output: Text, run: ({ input }) => input });\nexport default`,
          ),
      }),
    },
    {
      name: "an event from outside",
      later: true,
      files: (n) => ({
        "contract.ts": `${contract}export const Later = external("com.example.beta.later", { id: (data) => data.text, data: Text });\n`,
        "team.ts": `${team
          .replace("Poked, Text", "Later, Poked, Text")
          .replace("subscriptions: [", "subscriptions: [on(Later).start(work, ({ data }) => data), ")}// ${n}\n`,
      }),
    },
  ];
}

/** What is written after an edit that is wrong. */
export function mended({ team, contract }: Files): Good {
  return { name: "mended", later: false, files: () => ({ "team.ts": team, "contract.ts": contract }) };
}

export function brokenEdits({ team, contract }: Files): readonly Broken[] {
  const inTeam = (text: string): Written => ({ "team.ts": text, "contract.ts": contract });
  const file = "services/beta/src/team.ts";
  const wrong = (name: string, code: string, says: RegExp, text: string): Broken => ({ name, code, says, file, files: () => inTeam(text) });
  return [
    wrong("syntax", "BAD_TEAM", /^Expression expected/u, team.replace("version: 1", "version: ")),
    wrong("a missing import", "BAD_TEAM", /"\.\/gone\.ts", which is not there.*with its ending/u, `import "./gone.ts";\n${team}`),
    {
      name: "an event that is not listed",
      code: "NOT_LISTED",
      says: /beta\.thing\.told is declared.*add it to emits/u,
      file,
      files: () => ({
        "team.ts": team,
        "contract.ts": `import { event } from "armada-mesh/contracts";\n${contract}export const Told = event("beta.thing.told", { version: 1, id: (data) => data.text, data: Text });\n`,
      }),
    },
    wrong("a name twice", "DUPLICATE_NAME", /lists worker twice/u, team.replace("agents: [worker]", "agents: [worker, worker]")),
    wrong("thrown at load", "BAD_TEAM", /as it was loaded: the table is gone/u, `${team}\nthrow new Error("the table is gone");\n`),
    wrong("a missing export", "BAD_TEAM", /does not provide an export named 'Gone'/u, team.replace("Poked, Text", "Gone, Poked, Text")),
    wrong("a missing package", "BAD_TEAM", /"no-such-package-here", which is not there/u, `import "no-such-package-here";\n${team}`),
    wrong("no team", "BAD_TEAM", /no team as its default export/u, team.replace("export default team", "export const beta = team")),
    wrong("declared twice", "BAD_TEAM", /'worker' has already been declared/u, `${team}\nconst worker = 1;\n`),
  ];
}

/** An edit that Node runs and the type checker refuses. */
export function untyped({ team }: Files): string {
  return `${team}export const typed: number = "none";\n`;
}
