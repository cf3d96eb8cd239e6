import { act, optionsFor } from "./user.mjs";

export const options = optionsFor("spike");
export default act;
