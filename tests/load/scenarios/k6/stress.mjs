import { act, optionsFor } from "./user.mjs";

export const options = optionsFor("stress");
export default act;
