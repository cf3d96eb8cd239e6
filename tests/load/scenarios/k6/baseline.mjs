import { act, optionsFor } from "./user.mjs";

export const options = optionsFor("baseline");
export default act;
