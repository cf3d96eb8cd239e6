// Makes one program out of the examples of the README: .build/examples.ts.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const readme = readFileSync("README.md", "utf8");
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((found) => found[1]);
if (examples.length < 5) throw new Error("The README has lost its examples");
mkdirSync(".build", { recursive: true });
const program = examples.join("\n").replace('"aiva-client"', '"../src/index.ts"');
writeFileSync(".build/examples.ts", program);
