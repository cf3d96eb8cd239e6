import { getDocument, GlobalWorkerOptions } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { PDFDocumentLoadingTask, PDFDocumentProxy } from "pdfjs-dist";
import PdfWorker from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?worker";
import { freshToken } from "../../session/tokens";

const keptMax = 3;
const kept = new Map<string, { task: Promise<PDFDocumentLoadingTask>; at: number }>();

async function begin(path: string): Promise<PDFDocumentLoadingTask> {
  GlobalWorkerOptions.workerPort ??= new PdfWorker();
  const token = await freshToken();
  return getDocument({
    url: new URL(path, window.location.origin).href,
    httpHeaders: token === null ? {} : { Authorization: `Bearer ${token}` },
    disableAutoFetch: true, // only the parts of the file that a shown page needs
    disableStream: true,
    useSystemFonts: true,
    verbosity: 0,
  });
}

async function end(path: string): Promise<void> {
  const old = kept.get(path);
  kept.delete(path);
  await old?.task.then((task) => task.destroy()).catch(() => undefined);
}

/** The PDF at a path of the API; the last few stay open. */
export async function openPdf(path: string): Promise<PDFDocumentProxy> {
  const known = kept.get(path) ?? { task: begin(path), at: 0 };
  known.at = performance.now();
  kept.set(path, known);
  if (kept.size > keptMax) {
    const oldest = [...kept].toSorted(([, a], [, b]) => a.at - b.at)[0]!;
    void end(oldest[0]);
  }
  try {
    return await (
      await known.task
    ).promise;
  } catch (error) {
    void end(path); // the next try opens it anew, with a token of then
    throw error;
  }
}
