import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adapt, checkProxy, makeCertificate } from "./proxy.mjs";
import { Program } from "./program.mjs";

const ours = readFileSync(new URL("../../deploy/nginx/aiva.conf", import.meta.url), "utf8");

// Our file with the addresses of here, within the least that nginx wants around it.
async function start(house, { plain, tls }, folder) {
  makeCertificate(folder);
  const text = adapt(ours, [
    [/api-1:62001/, `127.0.0.1:${house.first.port}`],
    [/api-2:62001/, `127.0.0.1:${house.second.port}`],
    [/bridge-1:62001/, `127.0.0.1:${house.first.port}`],
    [/listen 80;/, `listen 127.0.0.1:${plain};`],
    [/ +listen \[::\]:80;\n/, ""],
    [/listen 443 ssl http2;/, `listen 127.0.0.1:${tls} ssl http2;`],
    [/ +listen \[::\]:443 ssl http2;\n/, ""],
    [/\/etc\/nginx\/tls\/aiva\.crt/, join(folder, "aiva.crt")],
    [/\/etc\/nginx\/tls\/aiva\.key/, join(folder, "aiva.key")],
  ]);
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  for (const place of places) mkdirSync(join(folder, place));
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off;\nmaster_process off;\npid ${folder}/pid;\nerror_log stderr warn;\n` +
      "events { worker_connections 4096; }\nhttp {\naccess_log off;\n" +
      places.map((place) => `${place}_temp_path ${folder}/${place};\n`).join("") +
      `${text}}\n`,
  );
  const program = new Program("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")]);
  await program.until(
    () =>
      fetch(`http://127.0.0.1:${plain}/`, { redirect: "manual" }).then(
        () => true,
        () => false,
      ),
    "nginx",
  );
  return program;
}

checkProxy("nginx", start);
