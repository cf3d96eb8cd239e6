// How the widget looks. A page changes it by custom properties of `aiva-widget`, such as
// `--aiva-accent`; nothing else of the page's style comes in.

const colorStyle = `
:host {
  --accent: var(--aiva-accent, ACCENT);
  --accent-text: var(--aiva-accent-text, ON_ACCENT);
  --font: var(--aiva-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
  --radius: var(--aiva-radius, 16px);
  scrollbar-width: thin;
}
.root {
  --surface: var(--aiva-surface, #ffffff);
  --text: var(--aiva-text, #1a1d21);
  --muted: var(--aiva-muted, #565e6b);
  --border: var(--aiva-border, #d5d9e0);
  --bubble: var(--aiva-bubble, #f0f2f5);
  --link: var(--aiva-link, LINK_LIGHT);
  --bad: #b3261e;
  --good: #17682f;
  color-scheme: light;
}
.root[data-theme="dark"] {
  --surface: var(--aiva-surface, #16191e);
  --text: var(--aiva-text, #e9ebee);
  --muted: var(--aiva-muted, #aab2bd);
  --border: var(--aiva-border, #3a414c);
  --bubble: var(--aiva-bubble, #23272f);
  --link: var(--aiva-link, LINK_DARK);
  --bad: #ff9d94;
  --good: #7fd696;
  color-scheme: dark;
}`;

const baseStyle = `
.root, .root * { box-sizing: border-box; }
.root {
  color: var(--text);
  font: 400 15px/1.5 var(--font);
  text-align: start;
  -webkit-text-size-adjust: 100%;
}
.root button, .root textarea { font: inherit; color: inherit; letter-spacing: inherit; }
.root button { cursor: pointer; }
.root [hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;
}
.icon { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; }
.icon-button {
  display: inline-flex; align-items: center; justify-content: center;
  min-width: 36px; min-height: 36px; padding: 0; border: 0; border-radius: 10px; background: none;
}
.icon-button:hover { background: color-mix(in srgb, currentColor 14%, transparent); }
[dir="rtl"] .icon-send, [dir="rtl"] .icon-back { transform: scaleX(-1); }
a { color: var(--link); }`;

const chatStyle = `
.chat {
  position: relative; display: flex; flex: 1; flex-direction: column; min-height: 0;
  background: var(--surface);
}
.notice {
  margin: 0; padding: 8px 16px; border-bottom: 1px solid var(--border); background: var(--bubble);
  font-size: 14px;
}
.log {
  flex: 1; min-height: 0; padding: 16px; overflow-y: auto; overscroll-behavior: contain;
  outline-offset: -3px;
}
.message { max-width: 92%; margin: 0 0 14px; }
.message.user { width: fit-content; max-width: 85%; margin-inline-start: auto; }
.who { display: block; margin-bottom: 3px; color: var(--muted); font-size: 12.5px; }
.body { overflow-wrap: anywhere; }
.user .body {
  padding: 8px 14px; border-radius: 16px; border-end-end-radius: 4px; background: var(--accent);
  color: var(--accent-text); white-space: pre-wrap;
}
.assistant .body, .operator .body {
  width: fit-content; max-width: 100%; padding: 8px 14px; border-radius: 16px;
  border-end-start-radius: 4px; background: var(--bubble);
}
.operator .body { border-inline-start: 4px solid var(--accent); }
.body > :first-child { margin-block-start: 0; }
.body > :last-child { margin-block-end: 0; }
.body p, .body ul, .body ol, .body blockquote, .body pre, .body .table { margin: 0 0 8px; }
.body ul, .body ol { padding-inline-start: 22px; }
.body li > ul, .body li > ol { margin: 4px 0 0; }
.body blockquote, .sources blockquote {
  margin-inline: 0; padding-inline-start: 10px; border-inline-start: 3px solid var(--border);
}
.body code { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.body pre {
  padding: 10px; overflow-x: auto; border: 1px solid var(--border); border-radius: 8px;
  background: var(--surface); white-space: pre;
}
.body .table { max-width: 100%; overflow-x: auto; }
.body table { border-collapse: collapse; font-size: 14px; }
.body th, .body td { padding: 4px 8px; border: 1px solid var(--border); text-align: start; }
.body hr { border: 0; border-top: 1px solid var(--border); }
.cite {
  min-width: 24px; height: 24px; margin-inline: 2px; padding: 0 6px;
  border: 1px solid var(--border);
  border-radius: 12px; background: var(--surface); color: var(--link); font-size: 12px;
  line-height: 1; vertical-align: 1px;
}
.root .cite { color: var(--link); font-size: 12px; }
.sources { margin: 8px 0 0; padding: 0; list-style: none; font-size: 13.5px; }
.source {
  display: flex; gap: 8px; align-items: baseline; width: 100%; min-height: 28px; padding: 3px 4px;
  border: 0; border-radius: 8px; background: none; text-align: start; overflow-wrap: anywhere;
}
.source:hover { background: var(--bubble); }
.source .number { color: var(--link); font-weight: 600; }
.sources blockquote {
  max-height: 180px; margin-block: 4px 8px; margin-inline-start: 8px; overflow-y: auto;
  color: var(--muted); white-space: pre-wrap;
}
.pictures, .products, .suggestions { margin: 10px 0 0; padding: 0; list-style: none; }
.pictures { display: flex; flex-wrap: wrap; gap: 8px; }
.pictures button {
  min-width: 64px; min-height: 64px; padding: 0; overflow: hidden; border: 1px solid var(--border);
  border-radius: 10px; background: var(--bubble);
}
.pictures canvas { display: block; max-width: 150px; max-height: 130px; }
.products {
  display: flex; gap: 10px; padding: 2px 2px 8px; overflow-x: auto;
  scroll-snap-type: x proximity;
}
.product {
  flex: 0 0 156px; padding: 10px; border: 1px solid var(--border); border-radius: 12px;
  background: var(--surface); scroll-snap-align: start; font-size: 14px;
}
.product p { margin: 2px 0 0; }
.product-picture:empty { display: none; }
.product-picture {
  display: flex; align-items: center; justify-content: center; height: 104px; margin-bottom: 8px;
  overflow: hidden; border-radius: 8px; background: var(--bubble);
}
.product-picture img, .product-picture canvas {
  max-width: 100%; max-height: 104px; object-fit: contain;
}
.product-title { display: block; font-weight: 600; overflow-wrap: anywhere; }
.price { font-weight: 600; }
.price s, .vendor { color: var(--muted); font-weight: 400; }
.stock { color: var(--good); font-size: 13px; }
.stock.out { color: var(--bad); }
.rating {
  display: flex; align-items: center; gap: 2px; margin-top: 4px; color: var(--muted);
  font-size: 13px;
}
.rating .icon { width: 17px; height: 17px; }
.rating .icon-button { min-width: 30px; min-height: 30px; }
.rating [aria-pressed="true"] { color: var(--link); }
.rating [aria-pressed="true"] .icon { fill: color-mix(in srgb, currentColor 25%, transparent); }
.suggestions { display: flex; flex-direction: column; align-items: flex-start; gap: 8px; }
.suggestions button {
  padding: 7px 14px; border: 1px solid var(--link); border-radius: 18px; background: var(--surface);
  color: var(--link); text-align: start;
}
.root .suggestions button { color: var(--link); }
.suggestions button:hover { background: var(--bubble); }
.status {
  min-height: 24px; margin: 0; padding: 0 16px 4px; color: var(--muted); font-size: 13.5px;
}
.busy .status::after {
  content: ""; display: inline-block; width: 7px; height: 7px; margin-inline-start: 8px;
  border-radius: 50%; background: var(--link); animation: pulse 1.1s ease-in-out infinite;
}
.busy .status:empty::after { margin-inline-start: 0; }
@keyframes pulse { 50% { opacity: 0.2; } }
.retry { padding: 2px 10px; border: 1px solid var(--link); border-radius: 12px; background: none; }
.root .retry { color: var(--link); }
.chat form {
  display: flex; align-items: flex-end; gap: 8px; padding: 10px 12px 12px;
  border-top: 1px solid var(--border);
}
.chat textarea {
  flex: 1; min-width: 0; min-height: 44px; max-height: 150px; margin: 0; padding: 9px 14px;
  resize: none;
  border: 1px solid var(--muted); border-radius: 22px; background: var(--surface); line-height: 1.5;
}
.root textarea { font-size: 16px; }
.chat textarea::placeholder { color: var(--muted); opacity: 1; }
.send {
  display: inline-flex; flex: none; align-items: center; justify-content: center; width: 44px;
  height: 44px; padding: 0; border: 0; border-radius: 50%; background: var(--accent);
}
.root .send { color: var(--accent-text); }
.lightbox {
  position: absolute; inset: 0; z-index: 2; display: flex; flex-direction: column;
  align-items: center;
  gap: 10px; padding: 12px; overflow: auto; background: var(--surface);
}
.lightbox .icon-button { align-self: flex-end; flex: none; }
.lightbox canvas { max-width: 100%; height: auto; }
.lightbox p { margin: 0; }
@media (prefers-reduced-motion: reduce) {
  .root *, .root *::after {
  animation: none !important; transition: none !important; scroll-behavior: auto !important;
}
}`;

const panelStyle = `
:host {
  all: initial; position: fixed; bottom: 20px; z-index: var(--aiva-z, 2147483000);
  display: block; width: auto; height: auto;
}
:host([data-side="right"]) { right: calc(20px + var(--shift)); }
:host([data-side="left"]) { left: calc(20px + var(--shift)); }
.launcher {
  position: relative; display: flex; align-items: center; justify-content: center; gap: 8px;
  min-width: 60px; height: 60px; padding: 0 17px; border: 0; border-radius: 30px;
  background: var(--accent); box-shadow: 0 4px 16px rgb(0 0 0 / 0.28);
}
.root .launcher { color: var(--accent-text); }
.launcher .icon { width: 26px; height: 26px; }
.launcher:hover { filter: brightness(1.08); }
.badge {
  position: absolute; top: -4px; inset-inline-end: -4px; min-width: 22px; height: 22px;
  padding: 0 6px;
  border: 2px solid var(--surface); border-radius: 11px; background: #b3261e; color: #fff;
  font: 600 12px/18px var(--font); text-align: center;
}
.panel {
  position: absolute; bottom: 74px; display: flex; flex-direction: column;
  width: min(var(--aiva-width, 390px), calc(100vw - 40px));
  height: min(var(--aiva-height, 640px), calc(100vh - 114px));
  overflow: hidden; border: 1px solid var(--border); border-radius: var(--radius);
  background: var(--surface); box-shadow: 0 12px 40px rgb(0 0 0 / 0.3);
  animation: rise 0.16s ease-out;
}
:host([data-side="right"]) .panel { right: calc(0px - var(--shift)); }
:host([data-side="left"]) .panel { left: calc(0px - var(--shift)); }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
.head {
  display: flex; align-items: center; gap: 4px; min-height: 56px; padding: 8px 8px 8px 16px;
  background: var(--accent);
}
[dir="rtl"] .head { padding: 8px 16px 8px 8px; }
.root .head { color: var(--accent-text); }
.head :focus-visible { outline-color: var(--accent-text); }
.head h2 {
  flex: 1; min-width: 0; margin: 0; overflow: hidden; font: 600 16px/1.3 var(--font);
  text-overflow: ellipsis; white-space: nowrap;
}
.head img {
  flex: none; width: 30px; height: 30px; margin-inline-end: 6px; border-radius: 8px;
  object-fit: contain;
}
.call { display: flex; flex: 1; flex-direction: column; min-height: 0; }
.call iframe { flex: 1; width: 100%; border: 0; background: var(--surface); }
.blocked { margin: 0; padding: 16px; }
@media (max-width: 480px) {
  .panel {
    position: fixed; inset: 0 !important; width: 100%; height: 100dvh; border: 0; border-radius: 0;
  }
  .is-open .launcher { display: none; }
}
@media print { :host { display: none; } }`;

const pageStyle = `
:host { display: flex; flex: 1; flex-direction: column; min-height: 0; }
.root { display: flex; flex: 1; flex-direction: column; min-height: 0; }
.chat .log { width: 100%; max-width: 48rem; margin: 0 auto; }
.chat form, .chat .status { width: 100%; max-width: 48rem; margin: 0 auto; }
.chat .notice { text-align: center; }
.message { max-width: 85%; }
.product { flex-basis: 190px; }
@media (max-width: 480px) { .message { max-width: 94%; } }`;

/**
 * The style of a root in the colours of an accent.
 * @param {string} accent #rrggbb
 * @param {string} placeStyle panelStyle | pageStyle
 */
function makeStyle(accent, placeStyle) {
  const colors = colorStyle
    .replace("ON_ACCENT", textOn(accent))
    .replace("ACCENT", accent)
    .replace("LINK_LIGHT", readableOn(readableOn(accent, surfaces.light), "#f0f2f5"))
    .replace("LINK_DARK", readableOn(accent, "#23272f"));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync([placeStyle, colors, baseStyle, chatStyle].join("\n"));
  return sheet;
}
