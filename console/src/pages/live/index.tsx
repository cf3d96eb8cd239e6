import { Route, Routes } from "react-router";
import { ActiveCalls } from "./ActiveCalls";
import { MonitorPage } from "./MonitorPage";

export default function Live() {
  return (
    <Routes>
      <Route index element={<ActiveCalls />} />
      <Route path=":callId" element={<MonitorPage />} />
    </Routes>
  );
}
