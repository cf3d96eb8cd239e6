import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const compressible = /\.(js|css|svg|json)$/;
const smallestBytes = 1024;

/** Writes NAME.br and NAME.gz beside every file that is worth it: the server only picks one. */
function precompressed(): Plugin {
  return {
    name: "precompressed",
    apply: "build",
    writeBundle({ dir }) {
      for (const name of readdirSync(dir!, { recursive: true, encoding: "utf8" })) {
        if (!compressible.test(name)) continue;
        const path = join(dir!, name);
        const text = readFileSync(path);
        if (text.length < smallestBytes) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(`${path}.br`, brotliCompressSync(text, { params }));
        writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
      }
    },
  };
}

const server = process.env["AIVA_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/console/",
  plugins: [react(), precompressed()],
  // The server puts a new word in its place with every answer.
  html: { cspNonce: "AIVA_NONCE" },
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ["/api", "/aiva", "/v1", "/health", "/readyz", "/livez", "/metrics", "/docs"].map((path) => [
        path,
        { target: server, ws: true },
      ]),
    ),
  },
});
