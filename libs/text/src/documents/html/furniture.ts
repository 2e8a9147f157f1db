import { attribute, type Element, nameWords } from "./tree.ts";

const ROLES = /^(?:navigation|banner|contentinfo|complementary|search|dialog|alertdialog|alert|menu|menubar|toolbar|tablist|directory)$/u;
const ELEMENTS = new Set(["nav", "footer", "aside", "menu"]);
const NAMES = new Set(
  `nav navbar navigation menu submenu footer sidebar related cookie cookies consent gdpr share sharing social breadcrumb breadcrumbs newsletter
  subscribe subscription signup promo promotion advert advertisement ad ads adslot sponsor sponsored popup modal overlay teaser teasers toolbar skip skiplink pagination
  pager recommended recommendations recirculation trending popular outbrain taboola login signin topbar copyright byline comments disqus
  navbox vertical infobox toc catlinks printfooter hatnote rail offscreen follow tagcloud tags banner`.split(/\s+/u),
);

export function isFurnitureRole(element: Element): boolean {
  return ELEMENTS.has(element.tagName) || ROLES.test(attribute(element, "role") ?? "");
}

/** By what the site calls it; the page's outermost elements carry names of what they hold ("has-sidebar"). */
export function isFurnitureName(element: Element): boolean {
  if (element.tagName === "body" || element.tagName === "main" || element.tagName === "article") return false;
  return nameWords(element).some((word) => NAMES.has(word));
}

const PLAIN = new Set("footer cookie cookies consent gdpr breadcrumb breadcrumbs newsletter navbar skiplink".split(" "));

/** Names that no part of a text has. */
export function isPlainFurniture(element: Element): boolean {
  return element.tagName !== "body" && (element.tagName === "footer" || nameWords(element).some((word) => PLAIN.has(word)));
}
