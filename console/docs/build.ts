/** Makes dist/docs out of the guides: pages, one script, one style sheet, one index to search. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { layOut, type Group } from "./layout.ts";
import { render, type Rendered, type Resolve } from "./markdown.ts";
import type { Entry } from "./search.ts";

const repository = resolve(process.cwd(), "..");
const guides = join(repository, "docs/guides");
const indexFile = join(guides, "README.md");
const target = resolve(process.cwd(), "dist/docs");

function write(name: string, text: string): void {
  const path = join(target, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(`${path}.br`, brotliCompressSync(text, { params }));
  writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
}

/** Writes a file whose name says what is in it; answers its address. */
function writeAsset(name: string, ending: string, text: string): string {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
  write(`assets/${name}-${hash}.${ending}`, text);
  return `/docs/assets/${name}-${hash}.${ending}`;
}

function bundle(entry: string): string {
  const options = { bundle: true, minify: true, write: false, target: "es2022" } as const;
  return buildSync({ entryPoints: [entry], ...options }).outputFiles[0]!.text;
}

interface Listed {
  file: string;
  title: string;
}

/** The groups of the index: a heading, and links to files as its list. */
function readGroups(source: string): { name: string; listed: Listed[] }[] {
  const groups: { name: string; listed: Listed[] }[] = [];
  for (const line of source.split("\n")) {
    const heading = /^## (.+)$/.exec(line);
    if (heading !== null) groups.push({ name: heading[1]!, listed: [] });
    const item = /^- \[([^\]]+)\]\(([^)]+\.md)\)/.exec(line);
    if (item === null) continue;
    groups.at(-1)!.listed.push({ title: item[1]!, file: resolve(guides, item[2]!) });
  }
  return groups;
}

function urlOf(file: string): string {
  if (file === indexFile) return "/docs";
  const name = file.endsWith("/README.md") ? dirname(file) : file.slice(0, -".md".length);
  return `/docs/guides/${name.slice(name.lastIndexOf("/") + 1).toLowerCase()}`;
}

/** Collects what is wrong, so that all of it is said at once. */
class Site {
  readonly problems: string[] = [];
  private readonly files: string[];
  private readonly wanted: { from: string; file: string; anchor: string }[] = [];
  private readonly pages = new Map<string, Rendered>();

  constructor(files: string[]) {
    this.files = files;
    const listed = new Set(files);
    for (const name of readdirSync(guides)) {
      if (name.endsWith(".md") && !listed.has(join(guides, name)))
        this.problems.push(`docs/guides/README.md does not list ${name}`);
    }
    if (new Set(files.map(urlOf)).size < files.length)
      this.problems.push("two pages would have one address");
  }

  private resolverOf(from: string): Resolve {
    return (href) => {
      if (/^[a-z]+:/.test(href)) return href;
      const [path = "", anchor = ""] = href.split("#");
      const file = path === "" ? from : resolve(dirname(from), path);
      if (!this.files.includes(file)) return null;
      if (anchor !== "") this.wanted.push({ from, file, anchor });
      if (path === "") return href;
      return urlOf(file) + (anchor === "" ? "" : `#${anchor}`);
    };
  }

  readAll(): Map<string, Rendered> {
    for (const file of this.files) {
      try {
        this.pages.set(file, render(readFileSync(file, "utf8"), this.resolverOf(file)));
      } catch (error) {
        this.problems.push(`${relative(repository, file)}: ${(error as Error).message}`);
      }
    }
    for (const { from, file, anchor } of this.wanted) {
      const headings = this.pages.get(file)?.headings ?? [];
      if (!headings.some((heading) => heading.anchor === anchor))
        this.problems.push(`${relative(repository, from)}: no ${anchor} in ${urlOf(file)}`);
    }
    return this.pages;
  }
}

const groups = readGroups(readFileSync(indexFile, "utf8"));
const listed = groups.flatMap((group) => group.listed);
const site = new Site([indexFile, ...listed.map(({ file }) => file)]);
const pages = site.readAll();
if (site.problems.length > 0) {
  console.error(site.problems.join("\n"));
  process.exit(1);
}

const linksOf = (group: { name: string; listed: Listed[] }): Group => ({
  name: group.name,
  links: group.listed.map(({ file, title }) => ({ url: urlOf(file), title })),
});
const entries: Entry[] = listed.flatMap(({ file, title }) =>
  pages.get(file)!.sections.map(({ heading, anchor, text }) => ({
    url: urlOf(file) + (anchor === "" ? "" : `#${anchor}`),
    page: title,
    heading,
    text,
  })),
);

rmSync(target, { recursive: true, force: true });
const assets = {
  script: writeAsset("page", "js", bundle("docs/browser.ts")),
  style: writeAsset("page", "css", bundle("docs/page.css")),
  index: writeAsset("search", "json", JSON.stringify(entries)),
};
for (const [file, page] of pages) {
  const url = urlOf(file);
  const name = url === "/docs" ? "index.html" : `${url.slice("/docs/".length)}.html`;
  write(name, layOut({ page, url, groups: groups.map(linksOf), assets }));
}
console.log(`${pages.size} pages of guides, ${entries.length} sections to search`);
