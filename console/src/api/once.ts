import { useRef } from "react";

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID() wants https
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Sends a body under an `Idempotency-Key` that is kept until it was answered: whoever sends the
 * same again because the answer was lost does nothing twice.
 */
export function useOnce<Body, Answer>(
  send: (body: Body, headers: Record<string, string>) => Promise<Answer>,
): (body: Body) => Promise<Answer> {
  const open = useRef({ body: "", key: "" });
  return async (body) => {
    const text = JSON.stringify(body);
    if (open.current.body !== text) open.current = { body: text, key: newKey() };
    const answer = await send(body, { "Idempotency-Key": open.current.key });
    open.current = { body: "", key: "" };
    return answer;
  };
}
