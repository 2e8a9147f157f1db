import type { Draw } from "../contradictions/contradiction-drawing.ts";
import { each, escapeHtml } from "./page-content.ts";

/** What stands around a page's main part: menus, teasers, notices. None of it is expected of a reading. */
const MENU =
  "Home|News|Services|Council and democracy|Planning|Waste and recycling|Schools|Jobs|Contact us|Events|Parking|Libraries|Housing|Business rates|Report a problem|Sign in|Register|Accessibility|Privacy|Cookies|Terms of use|Site map|Newsletter|Careers|Press room|Investors|Products|Support|Community|Downloads|Blog".split(
    "|",
  );
const TEASERS = [
  ["Bus drivers vote on a new roster", "Talks went on until midnight and will be taken up again next week, a spokesman said."],
  ["Five walks for a wet weekend", "Our readers have sent their favourite paths, from the heath to the old lime kilns."],
  ["Swimmers bring home two medals", "The juniors of the club were faster than anybody had hoped for in the relay."],
  ["Bakery fined over its weights", "Inspectors found loaves that were lighter than the label on the shelf promised."],
  ["Storm takes the roof of the boathouse", "Nobody was hurt, and the rowers are guests of the sailing club until spring."],
  ["Why the clocks will stop on Thursday", "The electricity company changes a transformer and asks for patience in the morning."],
  ["Letters: the trouble with leaf blowers", "More than a hundred of you have written, and hardly anybody has a kind word for them."],
  ["A recipe for plum cake from the valley", "It wants ripe plums, a good deal of butter and somebody to eat it the same day."],
] as const;
const COOKIES =
  "We and our partners store and access information on a device, such as unique identifiers in cookies, to process personal data. You may accept or manage your choices by clicking below, including your right to object where legitimate interest is used, or at any time on the privacy policy page.";
const COPYRIGHT =
  "All rights reserved. No part of this site may be reproduced without permission in writing. Registered office: 12 Exchange Row.";

/** A menu of menus: `count` entries, each with up to four below it. */
export function menu(draw: Draw, count: number): string {
  const entry = (name: string, below: string): string =>
    `<li><a href="/${name.toLowerCase().replaceAll(" ", "-")}">${name}</a>${below}</li>`;
  const list = (names: readonly string[]): string => names.map((name) => entry(name, "")).join("");
  return `<ul class="menu">${draw
    .some(MENU, count)
    .map((name) => entry(name, `<ul>${list(draw.some(MENU, draw.integer(1, 4)))}</ul>`))
    .join("")}</ul>`;
}

export function links(draw: Draw, count: number, between = " | "): string {
  return draw
    .some(MENU, count)
    .map((name) => `<a href="#">${name}</a>`)
    .join(between);
}

export function teasers(draw: Draw, count: number): string {
  return draw
    .some(TEASERS, count)
    .map(
      ([head, text]) => `<div class="teaser"><h3><a href="/story/${draw.integer(1000, 9999)}">${head}</a></h3>${each("p", [text])}</div>`,
    )
    .join("\n");
}

/** In scripts, templates, struck or hidden elements of drawn pages only. */
export const UNSEEN = ["no reader of the page sees", "no reader of it ever does", "not text"];

/** Teasers that stand where nobody sees them. */
export const unseenTeasers = (draw: Draw): string =>
  teasers(draw, 8).replaceAll("</p>", " It is a sentence that no reader of the page sees.</p>");

export const cookieNotice = (): string =>
  `<div id="cookie-consent" class="banner" role="dialog"><p>${escapeHtml(COOKIES)}</p><button>Accept all</button><button>Reject all</button></div>`;

export const footer = (draw: Draw): string =>
  `<footer class="site-footer">${menu(draw, 14)}<p>© ${draw.integer(2015, 2025)} ${escapeHtml(COPYRIGHT)}</p></footer>`;

/** Scripts and styles as they stand in pages: long, and no text. */
export const scripts = (draw: Draw): string =>
  `<script>window.dataLayer=window.dataLayer||[];var page={"id":${draw.integer(1e5, 1e6)},"headline":"A story that no reader of the page sees in this place"};if(page.id<3&&page.id>1){document.write("<p>old browsers<\\/p>")}</script>\n<style>.teaser>p{margin:0 auto} .menu li::before{content:"read more"}</style>`;
