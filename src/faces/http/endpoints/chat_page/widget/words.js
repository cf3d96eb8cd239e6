// What the widget says, in each of its languages.

/** @type {Record<string, Words>} */
const dictionaries = {
  en: {
    open: "Open the chat",
    close: "Close the chat",
    again: "New conversation",
    call: "Call",
    back: "Back to the chat",
    conversation: "Conversation",
    message: "Your message",
    placeholder: "Ask a question…",
    send: "Send",
    stop: "Stop",
    retry: "Try again",
    you: "You",
    person: "Our team",
    suggestions: "Suggested questions",
    answering: "Answering…",
    working: "Looking it up…",
    stopped: "Stopped.",
    lost: "The connection is lost. Trying again…",
    failed: "Something went wrong. Please try again.",
    tooMany: "Too many messages. Please wait a moment.",
    unavailable: "No answer is possible at the moment. Please try again later.",
    forbidden: "This chat may not be used on this page.",
    missing: "This chat is not available.",
    notRestored: "The earlier conversation could not be loaded.",
    waiting: "A member of our team will answer here soon.",
    claimed: "A member of our team is answering you.",
    over: "The conversation has ended.",
    sources: "Sources",
    source: "Source {number}: {name}, page {page}",
    page: "page {page}",
    products: "Products",
    inStock: "In stock",
    soldOut: "Sold out",
    formerly: "before: {price}",
    pictures: "Pictures",
    enlarge: "Enlarge: {name}",
    closePicture: "Close the picture",
    helpful: "Helpful",
    unhelpful: "Not helpful",
    thanks: "Thank you for your feedback.",
    unread: "New messages: {count}",
    table: "Table",
    blocked: "This page does not allow calls in it.",
    ownWindow: "Call in a new window",
  },
  de: {
    open: "Chat öffnen",
    close: "Chat schließen",
    again: "Neue Unterhaltung",
    call: "Anrufen",
    back: "Zurück zum Chat",
    conversation: "Unterhaltung",
    message: "Ihre Nachricht",
    placeholder: "Stellen Sie eine Frage …",
    send: "Senden",
    stop: "Anhalten",
    retry: "Noch einmal",
    you: "Sie",
    person: "Unser Team",
    suggestions: "Vorgeschlagene Fragen",
    answering: "Antwort kommt …",
    working: "Wird nachgesehen …",
    stopped: "Angehalten.",
    lost: "Die Verbindung ist unterbrochen. Neuer Versuch …",
    failed: "Etwas ist schiefgegangen. Bitte versuchen Sie es noch einmal.",
    tooMany: "Zu viele Nachrichten. Bitte warten Sie einen Augenblick.",
    unavailable: "Zurzeit ist keine Antwort möglich. Bitte versuchen Sie es später noch einmal.",
    forbidden: "Dieser Chat darf auf dieser Seite nicht benutzt werden.",
    missing: "Diesen Chat gibt es nicht.",
    notRestored: "Die frühere Unterhaltung konnte nicht geladen werden.",
    waiting: "Jemand aus unserem Team antwortet Ihnen gleich hier.",
    claimed: "Jemand aus unserem Team antwortet Ihnen.",
    over: "Die Unterhaltung ist beendet.",
    sources: "Quellen",
    source: "Quelle {number}: {name}, Seite {page}",
    page: "Seite {page}",
    products: "Produkte",
    inStock: "Auf Lager",
    soldOut: "Ausverkauft",
    formerly: "vorher: {price}",
    pictures: "Bilder",
    enlarge: "Vergrößern: {name}",
    closePicture: "Bild schließen",
    helpful: "Hilfreich",
    unhelpful: "Nicht hilfreich",
    thanks: "Danke für Ihre Rückmeldung.",
    unread: "Neue Nachrichten: {count}",
    table: "Tabelle",
    blocked: "Diese Seite lässt Anrufe in ihr nicht zu.",
    ownWindow: "In einem neuen Fenster anrufen",
  },
  ar: {
    open: "فتح المحادثة",
    close: "إغلاق المحادثة",
    again: "محادثة جديدة",
    call: "اتصال",
    back: "العودة إلى المحادثة",
    conversation: "المحادثة",
    message: "رسالتك",
    placeholder: "اطرح سؤالاً…",
    send: "إرسال",
    stop: "إيقاف",
    retry: "المحاولة مرة أخرى",
    you: "أنت",
    person: "فريقنا",
    suggestions: "أسئلة مقترحة",
    answering: "جارٍ الرد…",
    working: "جارٍ البحث…",
    stopped: "تم الإيقاف.",
    lost: "انقطع الاتصال. تجري المحاولة من جديد…",
    failed: "حدث خطأ ما. يرجى المحاولة مرة أخرى.",
    tooMany: "رسائل كثيرة جدًا. يرجى الانتظار قليلاً.",
    unavailable: "لا يمكن الرد الآن. يرجى المحاولة لاحقًا.",
    forbidden: "لا يُسمح باستخدام هذه المحادثة في هذه الصفحة.",
    missing: "هذه المحادثة غير متاحة.",
    notRestored: "تعذّر تحميل المحادثة السابقة.",
    waiting: "سيرد عليك أحد أفراد فريقنا هنا قريبًا.",
    claimed: "يرد عليك الآن أحد أفراد فريقنا.",
    over: "انتهت المحادثة.",
    sources: "المصادر",
    source: "المصدر {number}: {name}، صفحة {page}",
    page: "صفحة {page}",
    products: "المنتجات",
    inStock: "متوفر",
    soldOut: "نفدت الكمية",
    formerly: "السعر السابق: {price}",
    pictures: "الصور",
    enlarge: "تكبير: {name}",
    closePicture: "إغلاق الصورة",
    helpful: "مفيد",
    unhelpful: "غير مفيد",
    thanks: "شكرًا على رأيك.",
    unread: "رسائل جديدة: {count}",
    table: "جدول",
    blocked: "لا تسمح هذه الصفحة بإجراء المكالمات داخلها.",
    ownWindow: "الاتصال في نافذة جديدة",
  },
};

const rightToLeft = ["ar"];

/**
 * The first of the tags that the widget speaks, by its language alone; English without any.
 * @param {(string | undefined)[]} tags
 */
function chooseLanguage(tags) {
  for (const tag of tags) {
    const language = (tag ?? "").toLowerCase().split("-")[0] ?? "";
    if (Object.hasOwn(dictionaries, language)) return language;
  }
  return "en";
}

/** @param {string} language one of those of chooseLanguage */
function wordsOf(language) {
  return /** @type {Words} */ (dictionaries[language] ?? dictionaries["en"]);
}

/**
 * Puts values into the places of a sentence.
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 */
function fillIn(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}
