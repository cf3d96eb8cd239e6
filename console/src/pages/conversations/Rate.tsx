import { ActionIcon, Group, Text } from "@mantine/core";
import IconThumbDown from "@tabler/icons-react/icons/IconThumbDown";
import IconThumbUp from "@tabler/icons-react/icons/IconThumbUp";
import { useQueryClient } from "@tanstack/react-query";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { useWords } from "../../language";
import { notifyProblem } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Rating = Schemas["ChatFeedback"];

interface RateProps {
  sessionId: string;
  messageId: string;
  given?: Rating;
  number: number; // of the message, to tell the buttons apart
}

/** What was thought of an answer; a second press takes the rating back. */
export function Rate({ sessionId, messageId, given, number }: RateProps) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const path = { sessionId, messageId };
  const rate = async (rating: Rating["rating"]) => {
    try {
      if (given?.rating === rating)
        await bodyOf(
          api.DELETE("/api/chat/{sessionId}/messages/{messageId}/feedback", { params: { path } }),
        );
      else
        await ask(
          api.PUT("/api/chat/{sessionId}/messages/{messageId}/feedback", {
            params: { path },
            body: { rating },
          }),
        );
      await queries.invalidateQueries({ queryKey: ["conversations", "feedback"] });
    } catch (error) {
      notifyProblem(error);
    }
  };
  return (
    <Group gap={4} mt={4}>
      {(["up", "down"] as const).map((rating) => (
        <ActionIcon
          key={rating}
          size="sm"
          variant={given?.rating === rating ? "filled" : "subtle"}
          color={rating === "up" ? "green" : "red"}
          aria-pressed={given?.rating === rating}
          aria-label={t(rating === "up" ? "rateUp" : "rateDown", { number })}
          onClick={() => void rate(rating)}
        >
          {rating === "up" ? (
            <IconThumbUp size={14} aria-hidden />
          ) : (
            <IconThumbDown size={14} aria-hidden />
          )}
        </ActionIcon>
      ))}
      {given?.comment && (
        <Text size="sm" fs="italic">
          <bdi>{given.comment}</bdi>
        </Text>
      )}
    </Group>
  );
}
