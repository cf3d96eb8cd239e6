import { escape, type Heading, type Rendered } from "./markdown.ts";

export interface Link {
  url: string;
  title: string;
}

export interface Group {
  name: string;
  links: Link[];
}

/** Addresses of the files that every page loads. */
export interface Assets {
  script: string;
  style: string;
  index: string;
}

export interface PageParts {
  page: Rendered;
  url: string;
  groups: Group[];
  assets: Assets;
}

function contents(headings: readonly Heading[]): string {
  const shown = headings.filter(({ depth }) => depth <= 3);
  if (shown.length < 2) return "";
  const items = shown.map(
    ({ depth, text, anchor }) =>
      `<li class="depth-${depth}"><a href="#${anchor}">${escape(text)}</a></li>`,
  );
  return `<nav class="contents" aria-labelledby="contents-name">
<p id="contents-name" class="name">On this page</p>
<ul>${items.join("\n")}</ul>
</nav>`;
}

function guides(groups: readonly Group[], url: string): string {
  const part = ({ name, links }: Group, index: number) => {
    const items = links.map((link) => {
      const current = link.url === url ? ' aria-current="page"' : "";
      return `<li><a href="${link.url}"${current}>${escape(link.title)}</a></li>`;
    });
    return `<p class="name" id="group-${index}">${escape(name)}</p>
<ul aria-labelledby="group-${index}">${items.join("\n")}</ul>`;
  };
  return `<nav class="guides" aria-label="Guides">${groups.map(part).join("\n")}</nav>`;
}

function neighbours(groups: readonly Group[], url: string): string {
  const all = groups.flatMap(({ links }) => links);
  const at = all.findIndex((link) => link.url === url);
  if (at < 0) return "";
  const link = (other: Link | undefined, word: string, rel: string) =>
    other === undefined
      ? ""
      : `<a rel="${rel}" href="${other.url}"><span>${word}</span> ${escape(other.title)}</a>`;
  return `<nav class="neighbours" aria-label="Before and after">
${link(all[at - 1], "Before:", "prev")}
${link(all[at + 1], "Next:", "next")}
</nav>`;
}

function top(assets: Assets): string {
  return `<header class="top">
<a class="skip" href="#content">Skip to the content</a>
<a class="brand" href="/docs">AIVA guides</a>
<form id="search" role="search" action="/docs" data-index="${assets.index}">
<label class="unseen" for="query">Search all guides</label>
<input id="query" name="q" type="search" placeholder="Search ( / )" maxlength="200"
autocomplete="off" spellcheck="false">
<p class="unseen" role="status"></p>
<div id="found" hidden>
<p class="said" aria-hidden="true"></p>
<ol aria-label="Found sections"></ol>
</div>
</form>
<nav class="places" aria-label="Other places">
<a href="/docs/api">API reference</a>
<a href="/console">Console</a>
</nav>
<button id="theme" type="button" hidden></button>
</header>`;
}

/** A whole page, without any script or style within it. */
export function layOut({ page, url, groups, assets }: PageParts): string {
  const isIndex = url === "/docs";
  const title = isIndex ? "AIVA guides" : `${escape(page.title)} · AIVA guides`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/console/icon.svg">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}"></script>
</head>
<body${isIndex ? ' class="index"' : ""}>
${top(assets)}
<div class="frame">
<main id="content" tabindex="-1">
<article>
${page.html}</article>
${neighbours(groups, url)}
</main>
${isIndex ? "" : contents(page.headings)}
${guides(groups, url)}
</div>
<p id="told" class="unseen" role="status"></p>
</body>
</html>
`;
}
