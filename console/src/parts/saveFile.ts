import { fetchRaw } from "../api/client";

/** Fetches a file in the user's name and lets the browser save it. Throws an ApiProblem. */
export async function saveFile(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await (await fetchRaw(path)).blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
