// oxlint-disable-next-line typescript/triple-slash-reference -- a declaration of a foreign module is no module to import
/// <reference path="./jsdom-parser.d.ts" />
import { type Element, isElement, isText, type TextNode } from "./tree.ts";

/** As much of the library's small DOM as is used here. */
type ReadableNode = {
  readonly localName?: string;
  readonly childNodes: readonly ReadableNode[];
  getAttribute?(name: string): string | null;
};

const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));

/**
 * The text nodes that the readability library takes for the page's article; none where it finds no article. Each text stands in a
 * `data` element with its number, which the library keeps whatever it moves, renames or unwraps.
 */
export async function readableNodes(root: Element): Promise<ReadonlySet<TextNode>> {
  const [{ Readability }, { default: JSDOMParser }] = await Promise.all([
    import("@mozilla/readability"),
    import("@mozilla/readability/JSDOMParser.js"),
  ]);
  const nodes: TextNode[] = [];
  const page = new JSDOMParser().parse(markup(root, nodes), "http://localhost/");
  const article = new Readability<ReadableNode>(page, { serializer: (node) => node as unknown as ReadableNode }).parse();
  const kept = new Set<TextNode>();
  const collect = (node: ReadableNode): void => {
    const number = node.localName === "data" ? node.getAttribute?.("value") : undefined;
    const text = number === undefined || number === null ? undefined : nodes[Number(number)];
    if (text !== undefined) kept.add(text);
    for (const child of node.childNodes) collect(child);
  };
  if (article?.content !== null && article?.content !== undefined) collect(article.content);
  return kept;
}

function markup(element: Element, nodes: TextNode[]): string {
  const name = /^[a-z][a-z0-9-]*$/u.test(element.tagName) && element.tagName !== "data" ? element.tagName : "span";
  const attributes = element.attrs.flatMap(({ name: key, value }) =>
    /^[a-z][a-z0-9-]*$/u.test(key) ? [` ${key}="${escaped(value)}"`] : [],
  );
  if (VOID.has(name)) return `<${name}${attributes.join("")}/>`;
  const inner = element.childNodes.map((child) => {
    if (isElement(child)) return markup(child, nodes);
    if (!isText(child)) return "";
    return /\S/u.test(child.value) ? `<data value="${nodes.push(child) - 1}">${escaped(child.value)}</data>` : child.value;
  });
  return `<${name}${attributes.join("")}>${inner.join("")}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
