// Makes dist/: the client and its types, for import, and in dist/cjs for require.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/cjs", { recursive: true });
const shared = {
  entryPoints: ["src/index.ts"],
  bundle: true,
  target: "es2022",
  logLevel: "warning",
};
await build({ ...shared, format: "esm", outfile: "dist/index.js" });
await build({ ...shared, format: "cjs", outfile: "dist/cjs/index.js" });
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');

const options = {
  "--noEmit": "false",
  "--emitDeclarationOnly": "true",
  "--declaration": "true",
  "--outDir": "dist",
  "--rootDir": "src",
  "--allowImportingTsExtensions": "true",
  "--target": "es2022",
  "--module": "esnext",
  "--moduleResolution": "bundler",
  "--strict": "true",
  "--skipLibCheck": "true",
  "--lib": "es2022,dom,dom.iterable",
  "--types": "node",
};
execFileSync("node_modules/.bin/tsc", [...Object.entries(options).flat(), "src/index.ts"]);
renameSync("dist/contract.d.mts", "dist/contract.d.ts"); // CommonJS has no .mjs
for (const name of readdirSync("dist").filter((each) => each.endsWith(".d.ts"))) {
  const text = readFileSync(`dist/${name}`, "utf8");
  const types = text.replace(/(from "\.\/\w+)\.m?ts"/g, '$1.js"');
  writeFileSync(`dist/${name}`, types);
  writeFileSync(`dist/cjs/${name}`, types);
}
