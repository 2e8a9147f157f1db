import {
  ArmadaError,
  asToken,
  buildSubject,
  isToken,
  parseSubject,
  runFilter,
  type Subject,
  shortHash,
} from "../../libs/contracts/src/index.ts";

const LONGEST = "x".repeat(128);
const RUN = "create_article-k3v9q2ab";

const subjects: readonly Subject[] = [
  { kind: "fact", team: "content", entity: "article", event: "completed", id: RUN, key: `${RUN}-9` },
  { kind: "fact", team: "gateway", entity: "com_example_ticket", event: "opened", id: "t1", key: shortHash("/desk", "e-1") },
  { kind: "fact", team: "ledger", entity: "budget", event: "reserved", id: "2026-11", key: "12" },
  { kind: "fact", team: "content", entity: "article", event: "completed", id: "übersee-Größe", key: "日本語" },
  { kind: "fact", team: "content", entity: "article", event: "completed", id: LONGEST, key: "1" },
  { kind: "journal", team: "content", does: "lead", route: "create_article-v1", run: RUN, n: 1 },
  { kind: "journal", team: "content", does: "do", route: "writer-a", run: RUN, n: 2 },
  { kind: "journal", team: "content", does: "do", route: "writer-a", run: RUN, n: 2, branch: 1 },
  { kind: "journal", team: "content", does: "bulk", route: "writer-a", run: RUN, n: 3 },
  { kind: "journal", team: "content", does: "wait", route: `opened-${shortHash("t1")}`, run: RUN, n: 4 },
  { kind: "journal", team: "content", does: "note", route: "attempt_failed", run: RUN, n: 5 },
  { kind: "journal", team: "content", does: "park", route: "writer", run: RUN, n: 6 },
  { kind: "journal", team: "content", does: "end", route: "create_article", run: `${RUN}~2`, n: 999_999_999 },
  { kind: "ask", to: "marketing", from: "content", capability: "promote", id: `${RUN}-7` },
  { kind: "ask", to: "content", from: "operator", capability: "run_start", id: RUN },
  { kind: "answer", to: "content", from: "marketing", run: RUN, n: 7 },
  { kind: "timer", team: "content", run: RUN, n: 8 },
  { kind: "tick", team: "content", run: RUN, n: 8 },
];

const fact = (id: string): Subject => ({ kind: "fact", team: "content", entity: "article", event: "completed", id, key: "1" });
const refused: readonly Subject[] = [
  ...["", "a.b", "a*", ">", "a b", "a\tb", "a\u0000b", "a\u007fb", "a\u200bb", "a\u00a0b", "a\u2028b", `${LONGEST}x`, "ü".repeat(65)].map(
    fact,
  ),
  { kind: "ask", to: "marketing", from: "content", capability: "promote", id: "x.y" },
  { kind: "journal", team: "content", does: "do", route: "writer-a.b", run: RUN, n: 1 },
];

const unknown: readonly string[] = [
  "",
  "evt",
  "evt.content.article.completed.a",
  "evt.content.article.completed.a.1.2",
  "evt.Content.article.completed.a.1",
  "evt.content.art-icle.completed.a.1",
  "evt.content.article.completed..1",
  "run.content.do.writer-a.r1.0",
  "run.content.do.writer-a.r1.01",
  "run.content.do.writer-a.r1.1000000000",
  "run.content.do.writer-a.r1.-1",
  "run.content.does.writer-a.r1.1",
  "run.content.do.writer-a.r1.1.0",
  "run.content.do.writer-a.r1.1.1.1",
  "ask.content.operator.run_start",
  "ask.content.operator.Run.r1",
  "ans.content.marketing.r1.0",
  "at.content.r1",
  "tick.content.r1.1.1",
  "sub.content.r1.1",
];

const tokens: readonly string[] = [
  "t1",
  "Größe",
  LONGEST,
  `${LONGEST}x`,
  "a.b",
  "two words",
  "",
  "line\nbreak",
  "ü".repeat(64),
  "ü".repeat(65),
];

/** What builder and parser answer, for readers and writers in other languages. */
export function subjectVectors(): unknown {
  return {
    about:
      "Subjects of the mesh. Build `fields` into `subject` and parse it back; what is under `refused` and `unknown` neither builds nor parses.",
    subjects: subjects.map((fields) => ({ fields, subject: buildSubject(fields) })),
    refused: refused.map((fields) => ({ fields, code: refusalOf(fields) })),
    unknown: unknown.map((subject) => ({ subject, parsed: parseSubject(subject) ?? null })),
    tokens: tokens.map((text) => ({ text, legal: isToken(text), token: asToken(text) })),
    hashes: [["t1"], ["/desk", "e-1"], ["/desk/e", "-1"], [""], ["Größe"]].map((parts) => ({ parts, hash: shortHash(...parts) })),
    filters: [{ team: "content", run: RUN, filter: runFilter("content", RUN) }],
  };
}

function refusalOf(fields: Subject): string {
  try {
    return `built: ${buildSubject(fields)}`;
  } catch (error) {
    return error instanceof ArmadaError ? error.code : String(error);
  }
}
