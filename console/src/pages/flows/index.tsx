import { Route, Routes } from "react-router";
import { FlowList } from "./FlowList";
import { FlowPage } from "./FlowPage";

export default function Flows() {
  return (
    <Routes>
      <Route index element={<FlowList />} />
      <Route path=":agentId" element={<FlowList />} />
      <Route path=":agentId/:flowId" element={<FlowPage />} />
    </Routes>
  );
}
