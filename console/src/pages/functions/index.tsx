import { Route, Routes } from "react-router";
import { AgentFunctions } from "./AgentFunctions";
import { ChooseAgent } from "./ChooseAgent";
import { FunctionPage } from "./FunctionPage";

export default function Functions() {
  return (
    <Routes>
      <Route index element={<ChooseAgent />} />
      <Route path=":agentId" element={<AgentFunctions />} />
      <Route path=":agentId/:functionId" element={<FunctionPage />} />
    </Routes>
  );
}
