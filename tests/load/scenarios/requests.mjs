// The requests of a virtual user, as {operation, method, path, body?, type?}. Plain JavaScript, as
// table.mjs.

const wares = ["kettle", "blender", "freezer", "lantern", "bicycle", "printer", "router", "heater"];
const makes = ["amber", "northern", "compact", "folding", "quiet", "classic", "oak", "travel"];
const matters = ["warranty", "return", "delivery", "repair", "cleaning", "invoice", "refund"];
const boundary = "aiva-load-scripts-5f2b";

const anyOf = (list) => list[Math.floor(Math.random() * list.length)];
const question = () =>
  `Who looks after the ${anyOf(matters)} of the ${anyOf(makes)} ${anyOf(wares)}, order ` +
  `${Math.floor(Math.random() * 100_000)}?`;

const json = (operation, path, value) => ({
  operation,
  method: "POST",
  path,
  body: JSON.stringify(value),
  type: "application/json",
});
const get = (operation, path) => ({ operation, method: "GET", path });

function upload(base) {
  const name = `script-${Date.now()}-${Math.floor(Math.random() * 1e9)}.md`;
  const text = Array.from({ length: 8 }, () => `# ${anyOf(matters)}\n\n${question()}`).join("\n\n");
  const disposition = `Content-Disposition: form-data; name="file"; filename="${name}"`;
  return {
    operation: "upload",
    method: "POST",
    path: `/api/knowledge/${base}/documents`,
    type: `multipart/form-data; boundary=${boundary}`,
    body: `--${boundary}\r\n${disposition}\r\n\r\n${text}\r\n--${boundary}--\r\n`,
  };
}

/** `user`: {base, agent, session?, document?}; a message without a session opens one first. */
export function requestOf(operation, user) {
  const { base, agent } = user;
  switch (operation) {
    case "list_bases":
      return get(operation, "/api/knowledge?limit=20");
    case "get_base":
      return get(operation, `/api/knowledge/${base}`);
    case "search":
      return json(operation, "/api/v1/search", { kb_id: base, query: question(), top_k: 5 });
    case "image_search":
      return json(operation, "/api/v1/images/search", { kb_id: base, query: anyOf(wares) });
    case "chat":
      return user.session
        ? json(operation, `/api/chat/${user.session}/messages`, {
            content: question(),
            stream: true,
          })
        : json("open_session", "/api/chat/sessions", { agent_id: agent });
    case "upload":
      return upload(base);
    case "status":
      return user.document
        ? get(operation, `/api/knowledge/${base}/documents/${user.document}/status`)
        : get(operation, `/api/knowledge/${base}/documents?limit=20`);
    case "credits":
      return get(operation, "/api/credits/balance");
    case "list_calls":
      return get(operation, "/api/calls?limit=20");
    case "get_agent":
      return get(operation, `/api/agents/${agent}`);
    default:
      throw new Error(`there is no operation ${operation}`);
  }
}

/** Whether an answer is the one wanted; the user remembers what later requests need. */
export function learn(user, operation, status, text) {
  if (status < 200 || status > 299) {
    if (operation === "chat") user.session = undefined;
    return false;
  }
  if (operation === "chat") return text.includes("event: done") && !text.includes("event: error");
  if (operation === "open_session") user.session = JSON.parse(text).data.id;
  if (operation === "upload") user.document = JSON.parse(text).data.document_id;
  return true;
}
