import type { WordsLike } from "../../language";
import type { en } from "./words.en";

export const ar: WordsLike<typeof en> = {
  about: "محادثات تريد شخصًا. من ينتظر أطول يأتي أولًا.",
  agentAnswers: "عاد الوكيل يجيب هنا.",
  choose: "اختر محادثة لقراءتها والإجابة فيها.",
  claimed: "متولَّاة",
  none: "لا أحد ينتظر.",
  opened: "المحادثة المختارة",
  others: "تولاها غيرك",
  over: "انتهت هذه المحادثة.",
  state: "الحالة",
  title: "صندوق الوارد",
  unnamed: "(بلا اسم)",
  waiting: "تنتظر",
  waitingCount: {
    zero: "لا محادثة تنتظر شخصًا",
    one: "محادثة واحدة تنتظر شخصًا",
    two: "محادثتان تنتظران شخصًا",
    few: "{count} محادثات تنتظر شخصًا",
    many: "{count} محادثة تنتظر شخصًا",
    other: "{count} محادثة تنتظر شخصًا",
  },
  whole: "كاملة",
  yours: "لك",
};
