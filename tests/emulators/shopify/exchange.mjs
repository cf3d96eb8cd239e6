// Bodies in and out, whole or spoiled.
import { ApiError } from "./errors.mjs";

const bodyBytesMax = 8 * 1024 * 1024;

export const readBody = async (request) => {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > bodyBytesMax) throw new ApiError(413, "Request Entity Too Large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
};

// Ends the connection after a part of what was announced.
const cut = (response, bytes) => {
  response.write(bytes, () => {
    response.socket?.destroySoon();
  });
};

export const sendJson = (response, status, value, headers = {}, fault = null) => {
  const whole = Buffer.from(JSON.stringify(value));
  const half = whole.subarray(0, Math.floor(whole.length / 2));
  const bytes = fault?.kind === "truncated_json" ? half : whole;
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": bytes.length,
    ...headers,
  });
  if (fault?.kind === "cut_body") cut(response, half);
  else response.end(bytes);
};

// Lines of JSON, as fast as the client takes them.
export const sendPieces = (response, pieces, fault) => {
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  response.writeHead(200, { "content-type": "application/jsonl", "content-length": size });
  if (fault?.kind === "cut_body") {
    cut(response, Buffer.concat(pieces).subarray(0, Math.floor(size / 2)));
    return;
  }
  let index = 0;
  const pump = () => {
    while (index < pieces.length && !response.destroyed) {
      index += 1;
      if (!response.write(pieces[index - 1])) {
        response.once("drain", pump);
        return;
      }
    }
    response.end();
  };
  pump();
};
