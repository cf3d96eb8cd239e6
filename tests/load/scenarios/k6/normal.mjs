import { act, optionsFor } from "./user.mjs";

export const options = optionsFor("normal");
export default act;
