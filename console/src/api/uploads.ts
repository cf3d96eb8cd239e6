import { freshToken } from "../session/tokens";
import { ApiProblem } from "./problem";

export interface UploadOptions {
  onProgress?: (sentBytes: number, totalBytes: number) => void;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

function problemIn(request: XMLHttpRequest): ApiProblem {
  const trace = request.getResponseHeader("traceparent")?.split("-")[1] ?? "";
  try {
    return new ApiProblem(request.status, JSON.parse(request.responseText).error ?? {}, trace);
  } catch {
    return new ApiProblem(request.status, {}, trace);
  }
}

/**
 * Sends a form with its files and tells how far it is, which fetch() does not. Answers `data`;
 * throws an ApiProblem, or an AbortError when `signal` ends it.
 */
export async function upload<Data>(
  path: string,
  form: FormData,
  { onProgress, signal, headers = {} }: UploadOptions = {},
): Promise<Data> {
  signal?.throwIfAborted();
  const token = await freshToken();
  const request = new XMLHttpRequest();
  return new Promise<Data>((done, failed) => {
    request.open("POST", path);
    if (token !== null) request.setRequestHeader("Authorization", `Bearer ${token}`);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress?.(event.loaded, event.total);
    request.onerror = () =>
      failed(new ApiProblem(0, { code: "unavailable", message: "The server does not answer." }));
    request.onabort = () => failed(new DOMException("The upload was cancelled.", "AbortError"));
    request.onload = () => {
      if (request.status < 200 || request.status > 299) return failed(problemIn(request));
      done((JSON.parse(request.responseText) as { data: Data }).data);
    };
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}
