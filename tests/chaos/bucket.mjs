// A bucket of a real S3 server on loopback (tests/components/s3).
import { createHash, createHmac } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Program } from "./processes.mjs";

const server = join(dirname(fileURLToPath(import.meta.url)), "../components/s3_server");
const keys = { access: "AIVATEST", secret: "aiva-test-secret" };
const region = "us-east-1";
const bucket = "aiva-chaos";

const hash = (text) => createHash("sha256").update(text).digest("hex");
const mac = (key, text) => createHmac("sha256", key).update(text).digest();

export class Bucket extends Program {
  constructor(folder, logs) {
    super("s3", logs);
    this.folder = join(folder, "s3");
  }

  async start() {
    const child = this.spawn(server, [this.folder]);
    this.port = await new Promise((found, failed) => {
      child.stdout.once("data", (bytes) => found(JSON.parse(bytes.toString()).port));
      child.once("exit", () => failed(new Error("the S3 server does not start")));
    });
    await this.#make();
  }

  /** Signed as AWS Signature Version 4 has it. */
  async #make() {
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const host = `127.0.0.1:${this.port}`;
    const names = "host;x-amz-content-sha256;x-amz-date";
    const lines = [`host:${host}`, `x-amz-content-sha256:${hash("")}`, `x-amz-date:${time}`];
    const request = ["PUT", `/${bucket}`, "", ...lines, "", names, hash("")].join("\n");
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    const toSign = ["AWS4-HMAC-SHA256", time, scope, hash(request)].join("\n");
    const signer = scope.split("/").reduce(mac, `AWS4${keys.secret}`);
    const credential = `Credential=${keys.access}/${scope},SignedHeaders=${names}`;
    const signature = mac(signer, toSign).toString("hex");
    const reply = await fetch(`http://${host}/${bucket}`, {
      method: "PUT",
      headers: {
        "x-amz-date": time,
        "x-amz-content-sha256": hash(""),
        authorization: `AWS4-HMAC-SHA256 ${credential},Signature=${signature}`,
      },
    });
    if (!reply.ok) throw new Error(`no bucket was made: ${reply.status} ${await reply.text()}`);
  }

  /** What has AIVA keep its files here. */
  get environment() {
    return {
      AIVA_OBJECTS_STORE: "s3",
      AIVA_OBJECTS_URL: `http://127.0.0.1:${this.port}`,
      AIVA_OBJECTS_BUCKET: bucket,
      AIVA_OBJECTS_REGION: region,
      AIVA_OBJECTS_ACCESS_KEY: keys.access,
      AIVA_OBJECTS_SECRET_KEY: keys.secret,
    };
  }
}
