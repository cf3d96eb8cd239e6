import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import type { BarsProps } from "./Bars";

const Bars = lazy(() => import("./Bars"));

/** A chart whose library comes when the first one is shown. */
export function LazyBars(props: BarsProps) {
  return (
    <Suspense fallback={<Skeleton height={props.height ?? 260} />}>
      <Bars {...props} />
    </Suspense>
  );
}
