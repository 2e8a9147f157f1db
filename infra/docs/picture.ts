import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";

/**
 * Draws a run as rows of time under the teams' streams, from the lines of two commands, inputs and outputs left out:
 *
 *     (npx armada trace ID --json; npx armada events list --run ID --json) > docs/pictures/run.jsonl
 *     node infra/docs/picture.ts docs/pictures/run.jsonl > docs/pictures/run.svg
 */
const Node = z.object({
  kind: z.string(),
  id: z.string(),
  team: z.string(),
  what: z.string(),
  at: z.string(),
  get children() {
    return z.array(Node);
  },
});
const Noted = z.object({
  type: z.enum(["armada.step.completed", "armada.step.worker_lost", "armada.approval.asked", "armada.approval.given"]),
  time: z.string(),
  team: z.string(),
  subject: z.string(),
  data: z.looseObject({ n: z.number(), ms: z.number().optional(), attempt: z.number().optional(), by: z.string().optional() }),
});
type Node = z.infer<typeof Node>;
type Noted = z.infer<typeof Noted>;
type Row = {
  readonly at: number;
  readonly team: string;
  readonly look: "event" | "run" | "step" | "lost" | "person";
  readonly text: string;
  readonly note: string;
  readonly from?: number;
};

const [LEFT, TOP, ROW, GAP, COLUMN] = [86, 84, 36, 12, 268];
const WORDS = { event: "fact", run: "run", step: "", lost: "", person: "" };

/** @returns SVG text, the same for the same lines. */
export function picture(lines: string): string {
  const values = lines
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  const root = values.flatMap((value) => z.object({ type: z.literal("trace"), root: Node }).safeParse(value).data?.root ?? [])[0];
  if (root === undefined) throw new Error("there is no line of `armada trace --json`");
  const rows = rowsOf(
    root,
    values.flatMap((value) => Noted.safeParse(value).data ?? []),
  );
  const teams = [...new Set(rows.map((row) => row.team))];
  const height = TOP + rows.length * ROW + 18;
  const width = LEFT + teams.length * (COLUMN + GAP) + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="13">`,
    `<title>${xml(`A run over ${teams.join(", ")}`)}</title>`,
    STYLE,
    `<rect class="page" width="${width}" height="${height}" rx="10"/>`,
    ...teams.map((team, i) => column(team, i, height)),
    ...rows.map((row, i) => arrow(rows, row, i, teams)),
    ...rows.map((row, i) => box(row, i, teams, rows[i - 1])),
    "</svg>\n",
  ].join("\n");
}

/** In order of time; what happened at the same millisecond stays in the order of the tree. */
function rowsOf(root: Node, noted: readonly Noted[]): Row[] {
  const zero = Date.parse(root.at);
  const rows: (Row & { readonly id: string; readonly cause?: string })[] = [];
  const walk = (node: Node, cause?: Node): void => {
    const at = Date.parse(node.at) - zero;
    const crossed = cause !== undefined && cause.team !== node.team ? { cause: cause.id } : {};
    if (node.kind === "run") rows.push({ id: node.id, at, team: node.team, look: "run", text: node.what, note: "", ...crossed });
    if (node.kind === "event")
      rows.push({ id: node.id, at, team: node.team, look: "event", text: node.what.split(" ")[0] ?? "", note: "" });
    if (node.kind === "step") {
      const done = noted.find((one) => one.type === "armada.step.completed" && `${one.subject}-${one.data.n}` === node.id);
      const lost = noted.filter((one) => one.type === "armada.step.worker_lost" && `${one.subject}-${one.data.n}` === node.id);
      for (const one of lost)
        rows.push({
          id: `${node.id}-lost`,
          at,
          team: node.team,
          look: "lost",
          text: node.what,
          note: `kill -9 in attempt ${one.data.attempt}`,
        });
      const last = lost.at(-1);
      const note = [
        ...(done?.data.ms === undefined ? [] : [`${Math.max(1, Math.round(done.data.ms))} ms`]),
        ...(last === undefined ? [] : [`attempt ${lost.length + 1}`]),
      ];
      rows.push({
        id: node.id,
        at: last === undefined ? at : Date.parse(last.time) - zero,
        team: node.team,
        look: "step",
        text: node.what,
        note: note.reverse().join(", "),
      });
    }
    for (const child of node.children) walk(child, node);
  };
  walk(root);
  for (const { type, time, team, subject, data } of noted)
    if (type.startsWith("armada.approval."))
      rows.push({
        id: `${subject}-${data.n}-${type}`,
        at: Date.parse(time) - zero,
        team,
        look: "person",
        text: type.endsWith("asked") ? "waits for a person" : "approved",
        note: data.by === undefined ? "" : `by ${data.by}`,
      });
  const sorted = rows
    .map((row, i) => ({ row, i }))
    .sort((a, b) => a.row.at - b.row.at || rank(a.row) - rank(b.row) || a.i - b.i)
    .map(({ row }) => row);
  return sorted.map(({ id: _, cause, ...row }) => ({
    ...row,
    ...(cause === undefined ? {} : { from: sorted.findIndex((one) => one.id === cause) }),
  }));
}

/** A person's answer comes before the step that it lets go on. */
function rank(row: Row): number {
  return row.look === "person" ? 0 : 1;
}

function column(team: string, index: number, height: number): string {
  const x = LEFT + index * (COLUMN + GAP);
  const middle = x + COLUMN / 2;
  return `<text class="team" x="${middle}" y="34" text-anchor="middle" font-size="16" font-weight="600">${xml(team)}</text><text class="dim" x="${middle}" y="54" text-anchor="middle" font-size="12">stream TEAM_${xml(team)}</text><line class="stream" x1="${middle}" y1="66" x2="${middle}" y2="${height - 12}"/>`;
}

function arrow(rows: readonly Row[], row: Row, index: number, teams: readonly string[]): string {
  const cause = row.from === undefined ? undefined : rows[row.from];
  if (cause === undefined || row.from === undefined) return "";
  const [x1, y1] = [LEFT + teams.indexOf(cause.team) * (COLUMN + GAP) + COLUMN, TOP + row.from * ROW + 14];
  const [x2, y2] = [LEFT + teams.indexOf(row.team) * (COLUMN + GAP), TOP + index * ROW + 14];
  return `<path class="arrow" d="M${x1} ${y1} H${x1 + GAP / 2} V${y2} H${x2}"/>`;
}

function box(row: Row, index: number, teams: readonly string[], before: Row | undefined): string {
  const x = LEFT + teams.indexOf(row.team) * (COLUMN + GAP);
  const y = TOP + index * ROW;
  const time =
    before !== undefined && timeOf(before.at) === timeOf(row.at)
      ? ""
      : `<text class="dim" x="${LEFT - 12}" y="${y + 19}" text-anchor="end" font-size="12">${timeOf(row.at)}</text>`;
  const note = row.note || WORDS[row.look];
  return `${time}<rect class="${row.look}" x="${x + 0.5}" y="${y + 0.5}" width="${COLUMN - 1}" height="28" rx="${row.look === "event" ? 14 : 5}"/><text class="${row.look}-text" x="${x + 12}" y="${y + 19}">${xml(row.text)}</text><text class="${row.look}-note" x="${x + COLUMN - 12}" y="${y + 19}" text-anchor="end" font-size="12">${xml(note)}</text>`;
}

function timeOf(ms: number): string {
  return ms < 1_000 ? `+${ms} ms` : `+${(ms / 1_000).toFixed(1)} s`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

const STYLE = `<style>
.page{fill:#fbfbfc;stroke:#d5dae1}.team{fill:#1c2430}.dim{fill:#5c6775}.stream{stroke:#d5dae1;stroke-width:2}.arrow{fill:none;stroke:#3d6fb4;stroke-width:1.6}
.step{fill:#fff;stroke:#9aa6b5}.step-text{fill:#1c2430}.step-note{fill:#5c6775}
.run{fill:#e8edf4;stroke:#9aa6b5}.run-text{fill:#1c2430;font-weight:600}.run-note{fill:#5c6775}
.event{fill:#dbe8f8;stroke:#3d6fb4}.event-text{fill:#123b73}.event-note{fill:#3d6fb4}
.lost{fill:#fdeceb;stroke:#c0392b;stroke-dasharray:5 3}.lost-text,.lost-note{fill:#a12b1f}
.person{fill:#fdf4dc;stroke:#b98a1c}.person-text,.person-note{fill:#6d500c}
@media (prefers-color-scheme:dark){
.page{fill:#12161c;stroke:#343c47}.team{fill:#e6eaf0}.dim{fill:#9aa5b3}.stream{stroke:#343c47}.arrow{stroke:#7fb0f0}
.step{fill:#1b2129;stroke:#56616f}.step-text{fill:#e6eaf0}.step-note{fill:#9aa5b3}
.run{fill:#262e39;stroke:#56616f}.run-text{fill:#e6eaf0}.run-note{fill:#9aa5b3}
.event{fill:#172a44;stroke:#7fb0f0}.event-text{fill:#cfe2fb}.event-note{fill:#7fb0f0}
.lost{fill:#3a1c1a;stroke:#e5776b}.lost-text,.lost-note{fill:#f3aca4}
.person{fill:#33290f;stroke:#d6aa40}.person-text,.person-note{fill:#f0d48d}
}
</style>`;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(picture(readFileSync(process.argv[2] ?? "docs/pictures/run.jsonl", "utf8")));
