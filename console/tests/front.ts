import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import {
  createServer,
  request,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve } from "node:path";

const folder = resolve(process.cwd(), "dist");
const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "frame-src 'self' blob:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function answerPage(answer: ServerResponse): void {
  const nonce = randomBytes(16).toString("base64url");
  answer.writeHead(200, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": policy(nonce),
  });
  answer.end(readFileSync(join(folder, "index.html"), "utf8").replaceAll("AIVA_NONCE", nonce));
}

function answerConsole(path: string, answer: ServerResponse): void {
  const file = join(folder, path.slice("/console".length));
  const type = types[extname(file)];
  if (!file.startsWith(folder) || type === undefined || !existsSync(file))
    return answerPage(answer);
  const isSmall = existsSync(`${file}.gz`);
  answer.writeHead(200, {
    "Content-Type": type,
    "Cache-Control": "public, max-age=31536000, immutable",
    ...(isSmall ? { "Content-Encoding": "gzip" } : {}),
  });
  answer.end(readFileSync(isSmall ? `${file}.gz` : file));
}

const docsTypes: Record<string, string> = {
  ...types,
  ".html": "text/html; charset=utf-8",
  ".json": "application/json",
};

const guidesPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** What of /docs was built here; false: all else is AIVA's. */
function answerDocs(path: string, answer: ServerResponse): boolean {
  const page =
    path === "/docs" ? "/docs/index.html" : path.replace(/^\/docs\/guides\/.*/, "$&.html");
  const file = join(folder, page);
  if (!file.startsWith(`${folder}/docs/`) || !existsSync(file)) return false;
  answer.writeHead(200, {
    "Content-Type": docsTypes[extname(file)]!,
    "Content-Security-Policy": guidesPolicy,
    "Cache-Control": "no-cache",
  });
  answer.end(readFileSync(file));
  return true;
}

function pass(asked: IncomingMessage, target: URL, answered: (answer: IncomingMessage) => void) {
  const onward = request(
    {
      host: target.hostname,
      port: target.port,
      method: asked.method,
      path: asked.url,
      headers: { ...asked.headers, host: target.host },
    },
    answered,
  );
  onward.on("error", () => asked.socket.destroy());
  return onward;
}

/** The built console from its folder, and all else from the AIVA at `url`. */
export async function startFront(url: string): Promise<{ url: string; server: HttpServer }> {
  const target = new URL(url);
  const server = createServer((asked, answer) => {
    const path = (asked.url ?? "/").split("?")[0]!;
    if (path === "/") return void answer.writeHead(302, { Location: "/console/" }).end();
    if (path === "/console" || path.startsWith("/console/")) return answerConsole(path, answer);
    if (path.startsWith("/docs") && answerDocs(path, answer)) return;
    const onward = pass(asked, target, (told) => {
      answer.writeHead(told.statusCode!, told.headers);
      told.pipe(answer);
    });
    asked.pipe(onward);
    answer.on("close", () => onward.destroy());
  });
  server.on("upgrade", (asked, socket, head) => {
    const onward = pass(asked, target, () => socket.destroy());
    onward.on("upgrade", (told, other, first) => {
      const lines = Object.entries(told.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
      socket.write(first); // came along with the answer
      other.write(head);
      other.pipe(socket).pipe(other);
      other.on("error", () => socket.destroy());
      socket.on("error", () => other.destroy());
    });
    onward.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
