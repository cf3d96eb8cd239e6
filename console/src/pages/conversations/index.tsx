import { Route, Routes } from "react-router";
import { ConversationList } from "./ConversationList";
import { ConversationPage } from "./ConversationPage";

export default function Conversations() {
  return (
    <Routes>
      <Route index element={<ConversationList />} />
      <Route path=":sessionId" element={<ConversationPage />} />
    </Routes>
  );
}
