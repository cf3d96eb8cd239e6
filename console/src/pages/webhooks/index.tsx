import { Route, Routes } from "react-router";
import { WebhookList } from "./WebhookList";
import { WebhookPage } from "./WebhookPage";

export default function Webhooks() {
  return (
    <Routes>
      <Route index element={<WebhookList />} />
      <Route path=":webhookId" element={<WebhookPage />} />
    </Routes>
  );
}
