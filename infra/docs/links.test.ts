import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((path) => /^(?:docs\/.*|README|CONTRIBUTING|CHANGELOG)/u.test(path) && existsSync(join(root, path)));

/** Without what is in code. */
function proseOf(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```$/gmu, "").replaceAll(/`[^`\n]*`/gu, (code) => code.replaceAll(/[[\]()#]/gu, "·"));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  const seen = new Map<string, number>();
  return [...page.replaceAll(/^```[\s\S]*?^```$/gmu, "").matchAll(/^#+ (.+)$/gmu)].map(([, heading = ""]) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

function linksOf(page: string): readonly { readonly to: string; readonly anchor: string }[] {
  return [...proseOf(read(page)).matchAll(/\]\(([^)\s]+)\)/gu)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^(?:[a-z]+:|mailto:)/u.test(target))
    .map((target) => {
      const [path = "", anchor = ""] = target.split("#");
      return { to: path === "" ? page : relative(root, join(root, dirname(page), path)), anchor };
    });
}

test("every link of a page leads to a file that is there, and to a heading of it", () => {
  const broken = pages.flatMap((page) =>
    linksOf(page).flatMap(({ to, anchor }) => {
      if (!existsSync(join(root, to))) return [`${page}: ${to} is not there`];
      if (anchor === "" || statSync(join(root, to)).isDirectory()) return [];
      return anchorsOf(read(to)).includes(anchor) ? [] : [`${page}: ${to} has no heading #${anchor}`];
    }),
  );
  expect(broken).toEqual([]);
  expect(pages.flatMap(linksOf).length).toBeGreaterThan(100);
});

test("the index leads to every page", () => {
  const linked = new Set(linksOf("docs/README.md").map(({ to }) => to));
  expect(pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md" && !linked.has(page))).toEqual([]);
  expect(linksOf("README.md").map(({ to }) => to)).toContain("docs/README.md");
});
