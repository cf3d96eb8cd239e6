// The shapes that the widget's parts share. The server's are those of schema/openapi.yaml.

type Rating = "up" | "down" | "none";
type Role = "user" | "assistant" | "operator";
type Words = Record<
  | "open" | "close" | "again" | "call" | "back" | "conversation" | "message" | "placeholder"
  | "send" | "stop" | "retry" | "you" | "person" | "suggestions" | "answering" | "working"
  | "stopped" | "lost" | "failed" | "tooMany" | "unavailable" | "forbidden" | "missing"
  | "notRestored" | "waiting" | "claimed" | "over" | "sources" | "source" | "page" | "products"
  | "inStock" | "soldOut" | "formerly" | "pictures" | "enlarge" | "closePicture" | "helpful"
  | "unhelpful" | "thanks" | "unread" | "table" | "blocked" | "ownWindow",
  string
>;
type Citer = (number: number) => Node | undefined;

interface VisitorSource { number: number; document_name: string; page: number; quote: string }
interface VisitorImage { url: string; thumbnail_url: string; description: string }
interface VisitorProduct {
  title: string; vendor: string; price: string; compare_at_price: string | null; currency: string;
  in_stock: boolean; url: string; image_url: string; thumbnail_url: string;
}
interface VisitorContent {
  text: string; sources?: VisitorSource[]; images?: VisitorImage[]; products?: VisitorProduct[];
}
interface VisitorMessage extends VisitorContent { message_id: string; role: Role }
interface ShownMessage extends VisitorContent { role: Role }
interface VisitorAnswer extends VisitorContent {
  message_id: string | null; agent_transfer?: boolean; interaction_closed?: boolean;
  buffering?: boolean;
}
interface SessionState { status: string; handover: string; message_count: number }
interface WidgetFacts {
  name: string; slug: string; title: string; greeting: string; language: string;
  placeholder: string; accent_color: string; position: string; theme: string; logo_url: string;
  suggested_questions: string[]; allows_calls: boolean;
}

/** What a script element says in its data attributes. */
interface WidgetOptions {
  title?: string; color?: string; position?: string; theme?: string; language?: string;
  logo?: string; greeting?: string; questions?: string; open?: string; voice?: string;
}
interface Look {
  language: string; words: Words; isRightToLeft: boolean; theme: string; accent: string;
  side: string; facts: WidgetFacts;
}
interface PendingTurn { id: string; content: string; turn?: string }
interface Kept {
  token?: string; session?: string; ratings?: Record<string, Rating>; pending?: PendingTurn;
  unread?: number; person?: boolean;
}
interface StreamedEvent { name: string; id: number; data: any }
interface ViewParts {
  words: Words; facts: WidgetFacts; language: string; connection: Connection;
  enlarge: (image: VisitorImage, opener: HTMLElement) => void;
  changed: () => void;
}
interface ConversationListener {
  asked(text: string): void;
  began(): void;
  working(): void;
  lost(): void;
  heard(text: string): void;
  answered(answer: VisitorAnswer, isStopped: boolean): void;
  stopped(): void;
  failed(error: unknown, pending: PendingTurn): void;
  ended(): void;
  told(message: VisitorMessage): void;
  handedOver(state: string, isNews: boolean): void;
}
interface Window { aiva?: Widgets }
