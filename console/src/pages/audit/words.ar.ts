import type { WordsLike } from "../../language";
import type { en } from "./words.en";

export const ar: WordsLike<typeof en> = {
  about: "من فعل ماذا، الأحدث أولًا. لا يمكن تغيير شيء هنا.",
  action: "الإجراء",
  actionHint: "بالضبط، مثل auth.login",
  actor: "بواسطة",
  all: "أي شخص",
  clear: "مسح المرشحات",
  details: "التفاصيل",
  detailsOf: "تفاصيل {action} في {time}",
  from: "ليس قبل",
  ip: "العنوان",
  none: "لم يُسجَّل شيء بعد.",
  program: "البرنامج",
  resource: "ماذا",
  title: "سجل التدقيق",
  until: "قبل",
  user: "المستخدم",
  when: "متى",
};
