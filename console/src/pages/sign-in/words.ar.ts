import type { WordsLike } from "../../language";
import type { en } from "./words.en";

export const ar: WordsLike<typeof en> = {
  email: "البريد الإلكتروني",
  password: "كلمة المرور",
  show: "إظهار ما كُتب أو إخفاؤه",
  stay: "البقاء مسجلاً على هذا الحاسوب",
  submit: "تسجيل الدخول",
  title: "تسجيل الدخول",
};
