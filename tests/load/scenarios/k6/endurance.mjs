import { act, optionsFor } from "./user.mjs";

export const options = optionsFor("endurance");
export default act;
