// Makes dist/: the client for import and for require, and its types.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

mkdirSync("dist", { recursive: true });
const shared = {
  entryPoints: ["src/index.ts"],
  bundle: true,
  target: "es2022",
  logLevel: "warning",
};
await build({ ...shared, format: "esm", outfile: "dist/index.js" });
await build({ ...shared, format: "cjs", outfile: "dist/index.cjs" });

execFileSync("node_modules/.bin/tsc", [
  ...["--noEmit", "false", "--emitDeclarationOnly", "--declaration", "--outDir", "dist"],
  ...["--rootDir", "src", "--allowImportingTsExtensions", "--target", "es2022"],
  ...["--module", "esnext", "--moduleResolution", "bundler", "--strict", "--skipLibCheck"],
  ...["--lib", "es2022,dom,dom.iterable", "--types", "node", "src/index.ts"],
]);
copyFileSync("src/contract.ts", "dist/contract.d.ts"); // it holds nothing but types
for (const name of readdirSync("dist").filter((each) => each.endsWith(".d.ts"))) {
  const file = `dist/${name}`;
  writeFileSync(file, readFileSync(file, "utf8").replace(/(from "\.\/\w+)\.ts"/g, '$1.js"'));
}
const types = readFileSync("dist/index.d.ts", "utf8");
writeFileSync("dist/index.d.cts", types.replace(/(from "\.\/\w+)\.js"/g, '$1.d.ts"'));
