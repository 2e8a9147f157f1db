import { attribute, type Element, find, isElement, isText, textOf } from "./tree.ts";

/** Elements whose content is no text of the page, whatever it is. */
const NEVER_SHOWN = new Set(
  "script style template noscript head link meta iframe object embed canvas audio video map svg datalist rp rt del s strike".split(" "),
);
/** Classes by which sites hide words from the eye, as their style sheets do elsewhere. */
const HIDING =
  /(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-(?:text|only)|element-invisible|u-hidden|is-hidden|d-none|mw-empty-elt|noprint-hidden|Z3988)(?:\s|$)/iu;
const HIDING_STYLE = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b/iu;
/** Words off the page, or cut to nothing. */
const AWAY_STYLES = [
  /(?:^|;)\s*(?:left|right|top|margin-left|text-indent)\s*:\s*-(?:\d{4,}px|\d{3,}(?:em|rem|vw|%))/iu,
  /(?:^|;)\s*clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)/iu,
  /(?:^|;)\s*clip-path\s*:\s*inset\(\s*(?:50|100)%/iu,
];
/** Words without colour or room. A style sheet says it also of what a script unveils. */
const FAINT_STYLES = [
  /(?:^|;)\s*opacity\s*:\s*0?\.?0+%?\s*(?:!important\s*)?(?:;|$)/iu,
  /(?:^|;)\s*color\s*:\s*transparent\b/iu,
  /(?:^|;)\s*transform\s*:\s*scale\(\s*0\s*\)/iu,
  /^(?=.*(?:^|;)\s*overflow\s*:\s*hidden)(?=.*(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$))/isu,
];
const NO_SIZE = /(?:^|;)\s*font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:!important\s*)?(?:;|$)/iu;
const STRUCK_STYLE = /(?:^|;)\s*text-decoration(?:-line)?\s*:[^;]*\bline-through\b/iu;

/**
 * Takes out of a page's tree what its reader does not see: scripts, what is hidden or struck, and answers nothing else.
 * What a class of the page's own style sheet hides counts as long as most of the page does not hang on it: a page that a script
 * unveils is read.
 */
export function removeUnseen(root: Element): void {
  const body = find(root, ({ tagName }) => tagName === "body") ?? root;
  const hidden = selectorsOf(
    root,
    (body) => HIDING_STYLE.test(body) || STRUCK_STYLE.test(body) || AWAY_STYLES.some((one) => one.test(body)) || isOfOneColour(body),
  );
  const sizeless = selectorsOf(root, (body) => NO_SIZE.test(body));
  prune(root, (one) => NEVER_SHOWN.has(one.tagName) && one.tagName !== "head");
  const all = textOf(body).trim().length;
  prune(
    body,
    (one) =>
      (isStruckOrHidden(one, hidden) || (isNamed(one, sizeless) && one.childNodes.every(isText))) && textOf(one).trim().length <= all / 2,
  );
}

function prune(element: Element, gone: (one: Element) => boolean): void {
  element.childNodes = element.childNodes.filter((child) => isText(child) || (isElement(child) && !gone(child)));
  for (const child of element.childNodes) if (isElement(child)) prune(child, gone);
}

function isStruckOrHidden(element: Element, hidden: ReadonlySet<string>): boolean {
  const hides = attribute(element, "hidden");
  if (hides !== undefined && hides !== "until-found") return true;
  const style = attribute(element, "style") ?? "";
  if (HIDING_STYLE.test(style) || STRUCK_STYLE.test(style) || isUnseen(element, style)) return true;
  if (isMailQuote(element)) return true;
  if (element.tagName === "dialog" && attribute(element, "open") === undefined) return true;
  if (HIDING.test(attribute(element, "class") ?? "")) return true;
  return isNamed(element, hidden);
}

/** By a class or an id that is among the selectors. */
function isNamed(element: Element, selectors: ReadonlySet<string>): boolean {
  if (selectors.size === 0) return false;
  const classes = (attribute(element, "class") ?? "").split(/\s+/u).filter((one) => one !== "");
  const id = attribute(element, "id");
  return classes.some((one) => selectors.has(`.${one}`)) || (id !== undefined && selectors.has(`#${id}`));
}

function isUnseen(element: Element, style: string): boolean {
  if ([...AWAY_STYLES, ...FAINT_STYLES].some((one) => one.test(style))) return true;
  // Of a box it only closes the gaps between what stands in it.
  if (NO_SIZE.test(style)) return element.childNodes.every(isText);
  return isOfOneColour(style);
}

/** Words in the colour of what is behind them. */
function isOfOneColour(style: string): boolean {
  const colour = /(?:^|;)\s*color\s*:\s*([^;]+?)\s*(?:;|$)/iu.exec(style)?.[1];
  const behind = /(?:^|;)\s*background(?:-color)?\s*:\s*([^;]+?)\s*(?:;|$)/iu.exec(style)?.[1];
  return colour !== undefined && behind !== undefined && oneName(colour) === oneName(behind);
}

/** `#FFF`, `#ffffff` and `white` are one colour. */
function oneName(colour: string): string {
  const name = colour.toLowerCase().replace(/\s*!important$/u, "");
  const long = name.replace(/^#([\da-f])([\da-f])([\da-f])$/u, "#$1$1$2$2$3$3");
  return NAMED_COLOURS[long] ?? long;
}
const NAMED_COLOURS: Readonly<Record<string, string>> = {
  white: "#ffffff",
  black: "#000000",
  "rgb(255,255,255)": "#ffffff",
  "rgb(255, 255, 255)": "#ffffff",
};

/** What a mail repeats of the one that it answers, as the programs that send mails mark it. */
function isMailQuote(element: Element): boolean {
  if (element.tagName === "blockquote" && attribute(element, "type") === "cite") return true;
  return /(?:^|\s)(?:gmail_quote|gmail_attr|moz-cite-prefix|yahoo_quoted)(?:\s|$)/u.test(attribute(element, "class") ?? "");
}

/** `.name` and `#name` of rules of the page's style sheets that say it outright, under no condition. */
function selectorsOf(root: Element, says: (body: string) => boolean): ReadonlySet<string> {
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
      if (!says(body)) continue;
      for (const selector of selectors.split(",")) {
        const simple = /^\s*(?:[a-z][a-z0-9]*)?([.#][\w-]+)\s*$/iu.exec(selector)?.[1];
        if (simple !== undefined) found.add(simple);
      }
    }
  }
  return found;
}
