import { act, optionsFor } from "./user.mjs";

export const options = optionsFor("peak");
export default act;
