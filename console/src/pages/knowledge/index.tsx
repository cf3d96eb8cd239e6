import { lazy } from "react";
import { Route, Routes } from "react-router";
import { BaseList } from "./BaseList";

const BasePage = lazy(() => import("./BasePage"));
const DocumentPage = lazy(() => import("./DocumentPage"));

export default function Knowledge() {
  return (
    <Routes>
      <Route index element={<BaseList />} />
      <Route path=":base" element={<BasePage />} />
      <Route path=":base/documents/:document" element={<DocumentPage />} />
    </Routes>
  );
}
