import { attribute, type Element, find, isElement, isText, textOf } from "./tree.ts";

/** Elements whose content is no text of the page, whatever it is. */
const NEVER_SHOWN = new Set(
  "script style template noscript head link meta iframe object embed canvas audio video map svg datalist rp rt del s strike".split(" "),
);
/** Classes by which sites hide words from the eye, as their style sheets do elsewhere. */
const HIDING =
  /(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-(?:text|only)|element-invisible|u-hidden|is-hidden|d-none|mw-empty-elt|noprint-hidden|Z3988)(?:\s|$)/iu;
const HIDING_STYLE = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b/iu;
const STRUCK_STYLE = /(?:^|;)\s*text-decoration(?:-line)?\s*:[^;]*\bline-through\b/iu;

/**
 * Takes out of a page's tree what its reader does not see: scripts, what is hidden or struck, and answers nothing else.
 * What a class of the page's own style sheet hides counts as long as most of the page does not hang on it: a page that a script
 * unveils is read.
 */
export function removeUnseen(root: Element): void {
  const body = find(root, ({ tagName }) => tagName === "body") ?? root;
  const hidden = hidingSelectors(root);
  prune(root, (one) => NEVER_SHOWN.has(one.tagName) && one.tagName !== "head");
  const all = textOf(body).trim().length;
  prune(body, (one) => isStruckOrHidden(one, hidden) && textOf(one).trim().length <= all / 2);
}

function prune(element: Element, gone: (one: Element) => boolean): void {
  element.childNodes = element.childNodes.filter((child) => isText(child) || (isElement(child) && !gone(child)));
  for (const child of element.childNodes) if (isElement(child)) prune(child, gone);
}

function isStruckOrHidden(element: Element, hidden: ReadonlySet<string>): boolean {
  const hides = attribute(element, "hidden");
  if (hides !== undefined && hides !== "until-found") return true;
  const style = attribute(element, "style") ?? "";
  if (HIDING_STYLE.test(style) || STRUCK_STYLE.test(style)) return true;
  if (element.tagName === "dialog" && attribute(element, "open") === undefined) return true;
  if (HIDING.test(attribute(element, "class") ?? "")) return true;
  if (hidden.size === 0) return false;
  const classes = (attribute(element, "class") ?? "").split(/\s+/u).filter((one) => one !== "");
  const id = attribute(element, "id");
  return classes.some((one) => hidden.has(`.${one}`)) || (id !== undefined && hidden.has(`#${id}`));
}

/** `.name` and `#name` that the page's style sheets hide or strike outright, under no condition. */
function hidingSelectors(root: Element): ReadonlySet<string> {
  const found = new Set<string>();
  const sheets: string[] = [];
  const collect = (element: Element): void => {
    if (element.tagName === "style" && attribute(element, "media") === undefined) sheets.push(textOf(element));
    for (const child of element.childNodes) if (isElement(child)) collect(child);
  };
  collect(root);
  for (const sheet of sheets) {
    // Rules under a condition (`@media print { … }`) hold one level of braces more.
    const plain = sheet.replaceAll(/\/\*[\s\S]*?\*\//gu, " ").replaceAll(/@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/gu, " ");
    for (const [, selectors = "", body = ""] of plain.matchAll(/([^{}]+)\{([^{}]*)\}/gu)) {
      if (!HIDING_STYLE.test(body) && !STRUCK_STYLE.test(body)) continue;
      for (const selector of selectors.split(",")) {
        const simple = /^\s*(?:[a-z][a-z0-9]*)?([.#][\w-]+)\s*$/iu.exec(selector)?.[1];
        if (simple !== undefined) found.add(simple);
      }
    }
  }
  return found;
}
