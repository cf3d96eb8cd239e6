import type { WordsLike } from "../../language";
import type { en } from "./words.en";

export const ar: WordsLike<typeof en> = {
  email: "البريد الإلكتروني",
  password: "كلمة المرور",
  stay: "البقاء مسجلاً على هذا الحاسوب",
  submit: "تسجيل الدخول",
  title: "تسجيل الدخول",
};
