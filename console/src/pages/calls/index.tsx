import { Route, Routes } from "react-router";
import { CallList } from "./CallList";
import { CallPage } from "./CallPage";

export default function Calls() {
  return (
    <Routes>
      <Route index element={<CallList />} />
      <Route path=":callId" element={<CallPage />} />
    </Routes>
  );
}
