import { Box, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Problem } from "../Problem";
import { openPdf } from "./pdfDocuments";
import styles from "./PdfPage.module.css";

/** A rectangle on a page in points from its top left. */
export interface PageBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface PdfPageProps {
  path: string; // of the file in the API
  page: number; // from 1
  label: string;
  boxes?: PageBox[]; // marked
  faint?: PageBox[]; // outlined
  width?: number; // pixels at most
}

/** A page of a PDF as a picture, with parts of it marked. Import it lazily: parts/pdf/LazyPdfPage. */
export default function PdfPage(props: PdfPageProps) {
  const { path, page, label, boxes = [], faint = [], width = 640 } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scale, setScale] = useState<number | null>(null);
  const opened = useQuery({
    queryKey: ["pdf", path, page],
    queryFn: async () => (await openPdf(path)).getPage(page),
    retry: false,
    staleTime: Infinity,
    gcTime: 30_000,
  });
  const found = opened.data;
  useEffect(() => {
    setScale(null);
    if (found === undefined || canvas.current === null) return;
    const fit = width / found.getViewport({ scale: 1 }).width;
    const sharpness = Math.min(window.devicePixelRatio || 1, 2);
    const viewport = found.getViewport({ scale: fit * sharpness });
    canvas.current.width = Math.floor(viewport.width);
    canvas.current.height = Math.floor(viewport.height);
    const drawing = found.render({ canvas: canvas.current, viewport });
    let isCurrent = true;
    drawing.promise.then(
      () => isCurrent && setScale(fit),
      () => undefined, // given up for another page
    );
    return () => {
      isCurrent = false;
      drawing.cancel();
    };
  }, [found, width]);
  const view = found?.getViewport({ scale: 1 });
  const mark = (box: PageBox, kind: string, place: number) => {
    if (view === undefined) return null;
    const part = (value: number, whole: number) => `${(100 * value) / whole}%`;
    return (
      <span
        key={`${kind}${place}`}
        className={kind}
        data-marked={kind === styles.marked}
        style={{
          left: part(box.left, view.width),
          top: part(box.top, view.height),
          width: part(box.right - box.left, view.width),
          height: part(box.bottom - box.top, view.height),
        }}
      />
    );
  };
  if (opened.error) return <Problem error={opened.error} again={() => void opened.refetch()} />;
  return (
    <Box
      className={styles.page}
      maw={width}
      dir="ltr"
      data-drawn={scale !== null && found !== undefined}
    >
      {scale === null && <Loader className={styles.waiting} size="sm" />}
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        className={styles.canvas}
        style={view && { aspectRatio: `${view.width} / ${view.height}` }}
      />
      {scale !== null && faint.map((box, place) => mark(box, styles.faint!, place))}
      {scale !== null && boxes.map((box, place) => mark(box, styles.marked!, place))}
    </Box>
  );
}
