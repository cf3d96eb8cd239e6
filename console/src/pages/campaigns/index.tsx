import { Route, Routes } from "react-router";
import { CampaignList } from "./CampaignList";
import { CampaignPage } from "./CampaignPage";

export default function Campaigns() {
  return (
    <Routes>
      <Route index element={<CampaignList />} />
      <Route path=":campaignId" element={<CampaignPage />} />
    </Routes>
  );
}
