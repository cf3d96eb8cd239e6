import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { PdfPageProps } from "./PdfPage";

const PdfPage = lazy(() => import("./PdfPage"));

/** A page of a PDF, whose library comes when the first one is shown. */
export function LazyPdfPage(props: PdfPageProps) {
  return (
    <Suspense fallback={<Skeleton height={420} maw={props.width ?? 640} />}>
      <PdfPage {...props} />
    </Suspense>
  );
}
