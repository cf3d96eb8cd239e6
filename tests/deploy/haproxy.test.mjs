import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { adapt, checkProxy, makeCertificate } from "./proxy.mjs";
import { Program } from "./program.mjs";

const ours = readFileSync(new URL("../../deploy/haproxy/haproxy.cfg", import.meta.url), "utf8");

async function start(house, { plain, tls }, folder) {
  makeCertificate(folder);
  const certificate = join(folder, "aiva.pem");
  const parts = ["aiva.crt", "aiva.key"].map((name) => readFileSync(join(folder, name), "utf8"));
  writeFileSync(certificate, parts.join(""));
  const file = join(folder, "haproxy.cfg");
  writeFileSync(
    file,
    adapt(ours, [
      [/ api-1:62001/, ` 127.0.0.1:${house.first.port}`],
      [/ api-2:62001/, ` 127.0.0.1:${house.second.port}`],
      [/ bridge-1:62001/, ` 127.0.0.1:${house.first.port}`],
      [/bind :80$/m, `bind 127.0.0.1:${plain}`],
      [/bind :443 /, `bind 127.0.0.1:${tls} `],
      [/\/etc\/haproxy\/aiva\.pem/, certificate],
    ]),
  );
  const program = new Program("haproxy", ["-db", "-f", file]);
  await program.until(
    () =>
      fetch(`http://127.0.0.1:${plain}/`, { redirect: "manual" }).then(
        () => true,
        () => false,
      ),
    "haproxy",
  );
  await pause(1000); // the first checks of both nodes
  return program;
}

checkProxy("haproxy", start);
