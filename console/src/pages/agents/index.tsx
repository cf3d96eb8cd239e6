import { Route, Routes } from "react-router";
import { AgentList } from "./AgentList";
import { AgentPage } from "./AgentPage";

export default function Agents() {
  return (
    <Routes>
      <Route index element={<AgentList />} />
      <Route path=":agentId" element={<AgentPage />} />
    </Routes>
  );
}
